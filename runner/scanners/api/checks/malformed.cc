#include "runner/scanners/api/checks/malformed.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace runner::api {
namespace {

using base::Json;

constexpr std::size_t kMalformedMax = 16;
constexpr std::size_t kBodyFieldsMax = 8;

// Breaks quoting of SQL, templates and JSON alike, and is no payload of any of them.
const std::string kQuotes = "sf'\"\\<[{%";
const std::string kNotUtf8 = "sf\xff\xfe";
// One more than 2^64.
const std::string kTooLarge = "18446744073709551617";

bool is_number(const Parameter& parameter) {
    const auto type =
        parameter.schema == nullptr ? std::string_view() : schema_type(*parameter.schema);
    return type == "integer" || type == "number";
}

void add_arguments(const Draft& valid, std::vector<Malformed>& out) {
    for (std::size_t i = 0; i < valid.arguments.size(); ++i) {
        const auto& parameter = *valid.arguments[i].parameter;
        // Header values cannot hold what breaks things; cookies are rarely parsed.
        const bool wide = parameter.place == Place::Path || parameter.place == Place::Query;
        const std::array values = {kQuotes, is_number(parameter) ? kTooLarge : kNotUtf8};
        for (std::size_t v = 0; v < (wide ? values.size() : 1); ++v) {
            Malformed one{valid, std::string(to_string(parameter.place)), parameter.name};
            one.draft.arguments[i].value = values[v];
            out.push_back(std::move(one));
        }
    }
}

void add_body(const Draft& valid, std::vector<Malformed>& out) {
    if (valid.body_spec == nullptr) return;
    const bool json = base::to_lower(valid.body_spec->media_type).find("json") != std::string::npos;
    if (json) {
        Malformed cut{valid, "body", ""};
        cut.draft.raw_body = "{\"sf\": [1, ";
        out.push_back(std::move(cut));
        Malformed other{valid, "body", ""};
        other.draft.body = valid.body.is_array() ? Json("sf") : Json::array({kQuotes});
        out.push_back(std::move(other));
    }
    if (!valid.body.is_object()) return;
    std::size_t fields = 0;
    for (const auto& [name, value] : valid.body.items()) {
        if (++fields > kBodyFieldsMax) return;
        Malformed one{valid, "body", name};
        const bool as_object = json && value.is_string();
        one.draft.body[name] = as_object ? Json{{"sf", Json::array({kQuotes})}} : Json(kQuotes);
        out.push_back(std::move(one));
    }
}

}  // namespace

std::vector<Malformed> malformed_of(const Draft& valid) {
    std::vector<Malformed> out;
    add_arguments(valid, out);
    add_body(valid, out);
    if (out.size() > kMalformedMax) out.resize(kMalformedMax);
    return out;
}

std::int64_t malformed_requests(const Specification& specification, const Operation& operation,
                                scan::Authorization level) {
    if (level == scan::Authorization::Passive) return 0;
    std::size_t count = 0;
    for (const auto& parameter : operation.parameters) count += parameter.required ? 2 : 0;
    if (!operation.bodies.empty())
        count += 2 + count_leaves(specification.resolver, operation.bodies.front().schema);
    return static_cast<std::int64_t>(std::min(count, kMalformedMax));
}

}  // namespace runner::api
