#include "operator/rest/route.h"

#include "base/text.h"

#include <algorithm>

namespace rest {

namespace {

constexpr std::string_view kPrefix = "/api/v1/";
constexpr std::size_t kNameMax = 253;  // DNS-1123 subdomain

bool is_name(std::string_view text) {
    return text.size() <= kNameMax &&
           std::ranges::all_of(base::split(text, '.'), base::is_dns_label);
}

// "findings", "units", "report.sarif"
bool set_part(Route& route, std::string_view part) {
    constexpr std::string_view kReport = "report.";
    if (part == "findings") {
        route.kind = Route::Kind::Findings;
    } else if (part == "units") {
        route.kind = Route::Kind::Units;
    } else if (part.starts_with(kReport)) {
        const auto format = scan::report::format_from(part.substr(kReport.size()));
        // A table is for a terminal of known width.
        if (!format || *format == scan::report::Format::Table) return false;
        route.kind = Route::Kind::Report;
        route.format = *format;
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::optional<Route> parse_route(std::string_view path) {
    if (!path.starts_with(kPrefix)) return std::nullopt;
    const auto parts = base::split(path.substr(kPrefix.size()), '/');
    Route route;
    if (parts.size() == 1 && parts[0] == "info") return route;
    if (parts[0] != "scans") return std::nullopt;
    if (parts.size() == 1) {
        route.kind = Route::Kind::Scans;
        return route;
    }
    if (parts.size() < 3 || parts.size() > 4) return std::nullopt;
    if (!base::is_dns_label(parts[1]) || !is_name(parts[2])) return std::nullopt;
    route.namespace_ = parts[1];
    route.name = parts[2];
    route.kind = Route::Kind::Scan;
    if (parts.size() == 4 && !set_part(route, parts[3])) return std::nullopt;
    return route;
}

}  // namespace rest
