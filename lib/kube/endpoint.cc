#include "kube/endpoint.h"

#include "base/text.h"
#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

std::string bracketed(const std::string& host) {
    return host.contains(':') ? fmt::format("[{}]", host) : host;
}

Result<> add_header(net::Headers& headers, std::string name, const std::string& value) {
    const bool good = std::none_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!good) return fail(ErrorKind::Invalid, fmt::format("{} holds a control character", name));
    headers.add(std::move(name), value);
    return {};
}

// Source:
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
Result<> add_impersonation(const Login& login, net::Headers& headers) {
    if (login.as.empty()) {
        if (login.as_uid.empty() && login.as_groups.empty() && login.as_extra.empty()) return {};
        return fail(ErrorKind::Invalid,
                    "a uid, groups or extras to impersonate need a user to impersonate (as)");
    }
    TRY(add_header(headers, "Impersonate-User", login.as));
    if (!login.as_uid.empty()) TRY(add_header(headers, "Impersonate-Uid", login.as_uid));
    for (const auto& group : login.as_groups) TRY(add_header(headers, "Impersonate-Group", group));
    for (const auto& [key, values] : login.as_extra) {
        for (const auto& value : values)
            TRY(add_header(headers, "Impersonate-Extra-" + base::percent_encode(key), value));
    }
    return {};
}

}  // namespace

Result<Endpoint> endpoint_of(const ClusterConfig& cluster) {
    auto url = TRY(base::with_context(net::parse_url(cluster.server), "the API server's URL"));
    Endpoint out;
    if (!cluster.tls_server_name.empty() && url.scheme == "https") {
        const auto name = TRY(base::with_context(net::normalize_host(cluster.tls_server_name),
                                                 "the API server's tls-server-name"));
        out.connect_to.push_back(
            fmt::format("{0}:{1}:{2}:{1}", bracketed(name), url.port, bracketed(url.host)));
        out.headers.add("Host", url.origin().substr(std::string_view("https://").size()));
        url.host = name;
    }
    while (url.path.ends_with('/')) url.path.pop_back();
    out.base = url.origin() + url.path;
    TRY(add_impersonation(cluster.login, out.headers));
    return out;
}

}  // namespace kube
