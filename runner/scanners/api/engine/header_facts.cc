#include "runner/scanners/api/engine/header_facts.h"

#include "base/text.h"

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

void count(Seen& seen, bool present) { ++(present ? seen.present : seen.missing); }

bool names_version(std::string_view server) {
    const auto slash = server.find('/');
    if (slash == std::string_view::npos || slash + 1 >= server.size()) return false;
    return server[slash + 1] >= '0' && server[slash + 1] <= '9';
}

bool contains(std::string_view text, std::string_view part) {
    return base::to_lower(text).find(part) != std::string::npos;
}

void note_type(const net::Response& response, bool is_json, HeaderFacts& facts) {
    if (response.body.empty()) return;
    const auto type = response.headers.get("Content-Type");
    if (!type || type->empty()) {
        ++facts.type_missing;
        return;
    }
    // JSON that calls itself a page is what browsers fall for.
    const bool wrong = is_json && contains(*type, "html");
    ++(wrong ? facts.type_wrong : facts.type_ok);
}

Json seen_json(const Seen& seen) { return {{"present", seen.present}, {"missing", seen.missing}}; }

}  // namespace

void note_headers(const net::Response& response, bool is_json, Caller caller, HeaderFacts& facts) {
    if (!response.ok()) return;
    const auto& headers = response.headers;
    count(facts.content_type_options,
          contains(headers.get("X-Content-Type-Options").value_or(""), "nosniff"));
    count(facts.hsts, headers.get("Strict-Transport-Security").has_value());
    if (caller == Caller::SignedIn && is_json && response.is_2xx()) {
        const auto control = headers.get("Cache-Control").value_or("");
        count(facts.no_store, contains(control, "no-store"));
    }
    note_type(response, is_json, facts);
    const auto server = headers.get("Server").value_or("");
    if (facts.server_version.empty() && names_version(server))
        facts.server_version = base::ellipsize(server, 100);
    const auto powered = headers.get("X-Powered-By").value_or("");
    if (facts.powered_by.empty()) facts.powered_by = base::ellipsize(powered, 100);
}

Json to_json(const HeaderFacts& facts) {
    return {{"xContentTypeOptions", seen_json(facts.content_type_options)},
            {"hsts", seen_json(facts.hsts)},
            {"cacheControlNoStore", seen_json(facts.no_store)},
            {"contentType",
             {{"ok", facts.type_ok}, {"missing", facts.type_missing}, {"wrong", facts.type_wrong}}},
            {"serverVersion", facts.server_version},
            {"poweredBy", facts.powered_by}};
}

}  // namespace runner::api
