#include "runner/scanners/api/openapi/read_parts.h"

#include "base/text.h"

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

// More servers than this are never looked at: the first usable one is scanned.
constexpr std::size_t kServersMax = 32;

std::string fill_variables(std::string url, const Json& server) {
    const auto* variables = base::find(server, "variables");
    if (variables == nullptr || !variables->is_object()) return url;
    for (const auto& [name, variable] : variables->items()) {
        const auto* chosen = base::find(variable, "default");
        std::string value =
            chosen != nullptr && chosen->is_string() ? chosen->get<std::string>() : "";
        if (chosen != nullptr && chosen->is_number_integer())
            value = std::to_string(chosen->get<std::int64_t>());
        const auto hole = "{" + name + "}";
        for (auto at = url.find(hole); at != std::string::npos;
             at = url.find(hole, at + value.size())) {
            url.replace(at, hole.size(), value);
        }
    }
    return url;
}

std::vector<Server> servers_v2(const Json& root) {
    const auto host = base::get_string(root, "host");
    const auto base_path = base::get_string(root, "basePath", "");
    if (host.empty()) return {{.index = 0, .url = base_path.empty() ? "/" : base_path}};
    std::vector<Server> out;
    const auto* schemes = base::find(root, "schemes");
    if (schemes != nullptr && schemes->is_array()) {
        for (const auto& scheme : *schemes) {
            if (!scheme.is_string() || !scheme.get_ref<const std::string&>().starts_with("http"))
                continue;
            out.push_back(
                {.index = 0, .url = scheme.get<std::string>() + "://" + host + base_path});
        }
    }
    // No scheme: that of the document itself (RFC 3986 §4.2).
    if (out.empty()) out.push_back({.index = 0, .url = "//" + host + base_path});
    // Where both are offered, the encrypted one.
    std::ranges::stable_sort(out, [](const Server& a, const Server& b) {
        return a.url.starts_with("https:") > b.url.starts_with("https:");
    });
    return out;
}

SchemeKind kind_of(const Json& scheme) {
    const auto type = base::get_string(scheme, "type");
    if (type == "apiKey") return SchemeKind::ApiKey;
    if (type == "basic") return SchemeKind::Basic;
    if (type == "oauth2" || type == "openIdConnect") return SchemeKind::OAuth;
    if (type != "http") return SchemeKind::Other;
    const auto http = base::to_lower(base::get_string(scheme, "scheme"));
    if (http == "basic") return SchemeKind::Basic;
    return http == "bearer" ? SchemeKind::Bearer : SchemeKind::Other;
}

}  // namespace

std::vector<Server> read_servers(const Reading& reading) {
    if (reading.is_v2) return servers_v2(reading.root);
    std::vector<Server> out;
    const auto* servers = base::find(reading.root, "servers");
    if (servers != nullptr && servers->is_array()) {
        for (const auto& server : *servers) {
            if (out.size() >= kServersMax) break;
            const auto url = base::get_string(server, "url");
            if (!url.empty())
                out.push_back(
                    {.index = static_cast<int>(out.size()), .url = fill_variables(url, server)});
        }
    }
    // OpenAPI 3.0.3 §4.7.1: without servers, "/" relative to the document.
    if (out.empty()) out.push_back({.index = 0, .url = "/"});
    return out;
}

std::vector<SecurityScheme> read_schemes(const Reading& reading) {
    const auto* schemes = reading.is_v2 ? base::find(reading.root, "securityDefinitions")
                                        : reading.resolver().at("/components/securitySchemes");
    std::vector<SecurityScheme> out;
    if (schemes == nullptr || !schemes->is_object()) return out;
    for (const auto& [id, raw] : schemes->items()) {
        const auto* scheme = reading.resolver().follow(&raw);
        if (scheme == nullptr || !scheme->is_object()) continue;
        out.push_back({.id = id,
                       .kind = kind_of(*scheme),
                       .in = base::get_string(*scheme, "in"),
                       .name = base::get_string(*scheme, "name")});
    }
    return out;
}

}  // namespace runner::api
