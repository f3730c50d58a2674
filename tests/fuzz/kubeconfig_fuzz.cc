// Kubeconfig files and what credential plug-ins print: whatever comes in, an answer comes out, and
// an error has a sentence.
#include "kube/exec_credential.h"
#include "kube/kubeconfig_file.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto config = kube::parse_kubeconfig(text, "/etc/kube/config");
    if (!config && config.error().message().empty()) std::abort();
    if (config) {
        const auto chosen = kube::choose(*config, {});
        if (chosen ? chosen->server.empty() : chosen.error().message().empty()) std::abort();
        auto twice = *config;
        kube::merge_kubeconfig(twice, *config);
        if (twice.contexts.size() != config->contexts.size()) std::abort();
    }
    const kube::ExecPlugin plugin{.api_version = "client.authentication.k8s.io/v1",
                                  .command = "login"};
    const auto credential = kube::parse_exec_credential(text, plugin);
    if (credential && credential->token.empty() && credential->key_pem.empty()) std::abort();
    return 0;
}
