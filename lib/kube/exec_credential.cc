#include "kube/exec_credential.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

constexpr std::string_view kVersions[] = {"client.authentication.k8s.io/v1",
                                          "client.authentication.k8s.io/v1beta1"};
constexpr base::JsonLimits kLimits{.bytes_max = 1u << 20, .depth_max = 16, .nodes_max = 1'000};

std::unexpected<base::Error> wrong(const ExecPlugin& plugin, std::string_view what) {
    return fail(ErrorKind::Invalid,
                fmt::format("the credential plug-in {} {}", plugin.command, what));
}

Json cluster_info(const ExecPlugin& plugin, const ClusterConfig& cluster, std::string_view ca_pem) {
    Json info = {{"server", cluster.server}};
    if (!cluster.tls_server_name.empty()) info["tls-server-name"] = cluster.tls_server_name;
    if (!cluster.verify) info["insecure-skip-tls-verify"] = true;
    if (!ca_pem.empty()) info["certificate-authority-data"] = base::base64_encode(ca_pem);
    if (!cluster.proxy.empty()) info["proxy-url"] = cluster.proxy;
    if (auto config = base::parse_json(plugin.cluster_extension, kLimits))
        info["config"] = std::move(*config);
    return info;
}

bool fits_header(std::string_view token) {
    return std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<> check_plugin(const ExecPlugin& plugin) {
    if (plugin.command.empty())
        return fail(ErrorKind::Invalid, "the exec entry of the kubeconfig's user has no command");
    if (std::find(std::begin(kVersions), std::end(kVersions), plugin.api_version) ==
        std::end(kVersions)) {
        return wrong(plugin,
                     fmt::format("speaks {}: only {} and {} are known; update the plug-in "
                                 "and the kubeconfig that its tool writes",
                                 plugin.api_version.empty() ? "no apiVersion" : plugin.api_version,
                                 kVersions[0], kVersions[1]));
    }
    if (plugin.needs_terminal) {
        return wrong(plugin,
                     "wants a terminal (interactiveMode: Always), which it does not get here: log "
                     "in with its own tool first, or use a token");
    }
    return {};
}

std::string exec_info(const ExecPlugin& plugin, const ClusterConfig& cluster,
                      std::string_view ca_pem) {
    Json spec = {{"interactive", false}};
    if (plugin.provide_cluster_info) spec["cluster"] = cluster_info(plugin, cluster, ca_pem);
    return base::dump_json(Json{
        {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}});
}

Result<ExecCredential> parse_exec_credential(std::string_view text, const ExecPlugin& plugin) {
    const auto answer = base::parse_json(text, kLimits);
    if (!answer || base::get_string(*answer, "kind") != "ExecCredential")
        return wrong(plugin, "did not print an ExecCredential object as JSON");
    if (base::get_string(*answer, "apiVersion") != plugin.api_version) {
        return wrong(plugin, fmt::format("answered in another apiVersion than {}, which the "
                                         "kubeconfig asks for",
                                         plugin.api_version));
    }
    const auto* status = base::find(*answer, "status");
    if (status == nullptr || !status->is_object()) return wrong(plugin, "printed no status");
    ExecCredential out{.token = base::get_string(*status, "token"),
                       .certificate_pem = base::get_string(*status, "clientCertificateData"),
                       .key_pem = base::get_string(*status, "clientKeyData")};
    if (out.certificate_pem.empty() != out.key_pem.empty())
        return wrong(plugin, "printed a certificate without its key, or a key without certificate");
    if (out.token.empty() && out.key_pem.empty())
        return wrong(plugin, "printed neither a token nor a certificate");
    if (!fits_header(out.token)) return wrong(plugin, "printed a token that no header can carry");
    if (const auto expires = base::get_string(*status, "expirationTimestamp"); !expires.empty()) {
        const auto instant = base::parse_instant(expires);
        if (!instant) return wrong(plugin, "printed an expirationTimestamp that is no time");
        out.expires = *instant;
    }
    return out;
}

}  // namespace kube
