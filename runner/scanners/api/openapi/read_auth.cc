#include "runner/scanners/api/openapi/read_parts.h"

#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"

#include <algorithm>
#include <array>

namespace runner::api {
namespace {

using base::Json;

// `security` of an operation or a document: nullptr-like when it is not a list.
const Json* security_of(const Json& node) {
    const auto* security = base::find(node, "security");
    return security != nullptr && security->is_array() ? security : nullptr;
}

Auth of_list(const Json& security) {
    if (security.empty()) return Auth::None;
    const bool has_empty = std::ranges::any_of(security, [](const Json& alternative) {
        return alternative.is_object() && alternative.empty();
    });
    return has_empty ? Auth::Optional : Auth::Required;
}

bool says_so(std::string_view text) {
    static constexpr std::array<std::string_view, 9> kPhrases = {
        "requires authentication", "authentication required", "authentication is required",
        "must be authenticated",   "must be logged in",       "requires login",
        "requires a valid token",  "requires a token",        "authenticated users only"};
    const auto lower = base::to_lower(text);
    return std::ranges::any_of(
        kPhrases, [&](std::string_view phrase) { return lower.find(phrase) != std::string::npos; });
}

bool documents_401(const Operation& operation) {
    return std::ranges::any_of(operation.responses,
                               [](const ResponseSpec& r) { return r.status == "401"; });
}

bool takes_credentials(const Operation& operation) {
    return std::ranges::any_of(operation.parameters, [](const Parameter& p) {
        return p.required && is_auth_carrier(p.name);
    });
}

}  // namespace

Auth read_auth(const Reading& reading, const Json& source, const Operation& operation) {
    const auto* security = security_of(source);
    if (security == nullptr) security = security_of(reading.root);
    if (security != nullptr) return of_list(*security);
    // Nothing said in the keyword made for it. A login documents 401 too, so it is never implied to
    // need one.
    if (is_login_like(operation)) return Auth::None;
    if (takes_credentials(operation) || says_so(base::get_string(source, "description")) ||
        says_so(base::get_string(source, "summary")) || documents_401(operation)) {
        return Auth::Implied;
    }
    return Auth::None;
}

}  // namespace runner::api
