#include "operator/api/route.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace api {

namespace {

constexpr std::string_view kPrefix = "/ingest/v1/jobs/";
// "7f3c…-2": a Kubernetes uid with a suffix.
constexpr std::size_t kRunIdMax = 128;

template <typename Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    const bool canonical =
        !text.empty() && text.front() != '-' && (text == "0" || text.front() != '0');
    if (parsed.ec != std::errc() || parsed.ptr != end || !canonical) return std::nullopt;
    return number;
}

bool is_run_id(std::string_view text) {
    return !text.empty() && text.size() <= kRunIdMax && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

using Parts = std::vector<std::string_view>;

// …/chunks/{i}/attempts/{a}, …/segments/{n}, …/commit: `parts` from "chunks" on.
std::optional<Route> parse_attempt(Route route, const Parts& parts) {
    if (parts.size() < 4 || parts[2] != "attempts") return std::nullopt;
    const auto chunk = number_from<std::uint32_t>(parts[1]);
    const auto attempt = number_from<int>(parts[3]);
    if (!chunk || !attempt || *attempt < 1) return std::nullopt;
    route.chunk = *chunk;
    route.attempt = *attempt;
    if (parts.size() == 4) {
        route.kind = Route::Kind::Work;
        return route;
    }
    if (parts.size() == 5 && parts[4] == "commit") {
        route.kind = Route::Kind::Commit;
        return route;
    }
    if (parts.size() != 6 || parts[4] != "segments") return std::nullopt;
    const auto number = number_from<std::uint32_t>(parts[5]);
    if (!number || *number < 1) return std::nullopt;
    route.kind = Route::Kind::Segment;
    route.number = *number;
    return route;
}

}  // namespace

std::optional<Route> parse_route(std::string_view target) {
    if (!target.starts_with(kPrefix) || target.contains('?')) return std::nullopt;
    const auto all = base::split(target.substr(kPrefix.size()), '/');
    if (all.size() < 4 || !base::is_dns_label(all[0]) || all[1].empty() || !is_run_id(all[2]))
        return std::nullopt;
    Route route;
    route.run = {.namespace_ = std::string(all[0]),
                 .job = std::string(all[1]),
                 .run_id = std::string(all[2])};
    const Parts parts(all.begin() + 3, all.end());
    if (parts.front() == "chunks") return parse_attempt(std::move(route), parts);
    if (parts.size() == 1 && parts[0] == "plan") return route;
    if (parts.size() == 1 && parts[0] == "redaction-key") {
        route.kind = Route::Kind::RedactionKey;
        return route;
    }
    if (parts.size() != 2 || parts[0] != "inputs" || !is_digest(parts[1])) return std::nullopt;
    route.kind = Route::Kind::Input;
    route.digest = parts[1];
    return route;
}

std::string_view methods_of(Route::Kind kind) {
    switch (kind) {
    case Route::Kind::Plan:
    case Route::Kind::Segment: return "PUT";
    case Route::Kind::Input: return "GET, PUT";
    case Route::Kind::RedactionKey:
    case Route::Kind::Work: return "GET";
    case Route::Kind::Commit: return "POST";
    }
    return "";
}

bool is_allowed(Route::Kind kind, std::string_view method) {
    const auto methods = methods_of(kind);
    if (kind == Route::Kind::Input) return method == "GET" || method == "PUT";
    return method == methods;
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace api
