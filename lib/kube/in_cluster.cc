#include "kube/in_cluster.h"

#include "base/text.h"
#include "net/url.h"

#include <fmt/format.h>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// A DNS label with a line end.
constexpr std::size_t kNamespaceBytesMax = 256;

Result<std::string> server_url(std::string_view host, std::string_view port) {
    const bool bare_v6 = host.contains(':') && !host.starts_with('[');
    const auto text = fmt::format("https://{}{}{}{}{}", bare_v6 ? "[" : "", host,
                                  bare_v6 ? "]" : "", port.empty() ? "" : ":", port);
    const auto url = TRY(base::with_context(net::parse_url(text),
                                            "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT"));
    return url.origin();
}

}  // namespace

Result<ClusterConfig> in_cluster_config(const Environment& environment,
                                        const base::os::Path& folder) {
    const auto host = value_in(environment, "KUBERNETES_SERVICE_HOST");
    if (host.empty()) {
        return fail(ErrorKind::NotFound,
                    "this is no Pod of a cluster (KUBERNETES_SERVICE_HOST is not set): name a "
                    "kubeconfig with --kubeconfig or KUBECONFIG");
    }
    ClusterConfig out;
    out.server = TRY(server_url(host, value_in(environment, "KUBERNETES_SERVICE_PORT")));
    out.ca_file = folder / "ca.crt";
    out.login.token_file = folder / "token";
    out.login.user = "the Pod's ServiceAccount";
    std::error_code ignored;
    if (!std::filesystem::exists(out.login.token_file, ignored)) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the Pod has no ServiceAccount token at {}: set "
                                "automountServiceAccountToken: true",
                                out.login.token_file));
    }
    const auto name = base::os::read_file(folder / "namespace", kNamespaceBytesMax);
    if (name && base::is_dns_label(base::trim(*name))) out.namespace_ = base::trim(*name);
    return out;
}

}  // namespace kube
