// The paths of ingest as values. Pure.
#pragma once

#include "operator/results/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace api {

struct Route {
    enum class Kind { Plan, Input, RedactionKey, Work, Segment, Commit } kind = Kind::Plan;
    results::RunKey run{};
    std::int64_t chunk = -1;   // Work, Segment, Commit
    int attempt = 0;           // Work, Segment, Commit
    std::uint32_t number = 0;  // Segment
    std::string digest{};      // Input
    bool operator==(const Route&) const = default;
};

// Of a request target. Names are DNS labels and digests hex, so nothing is percent-decoded.
// nullopt: no path of ingest.
std::optional<Route> parse_route(std::string_view target);

// What the Allow header says: "GET", "PUT", "GET, PUT", "POST".
std::string_view methods_of(Route::Kind kind);
bool is_allowed(Route::Kind kind, std::string_view method);

bool is_digest(std::string_view text);  // 64 lower-case hex digits

}  // namespace api
