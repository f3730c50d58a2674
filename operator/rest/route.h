// The paths of /api/v1 as values. Pure.
#pragma once

#include "scan/report/report.h"

#include <optional>
#include <string>
#include <string_view>

namespace rest {

struct Route {
    enum class Kind { Info, Scans, Scan, Findings, Units, Report } kind = Kind::Info;
    std::string namespace_{};
    std::string name{};
    scan::report::Format format = scan::report::Format::Json;  // Report
    bool operator==(const Route&) const = default;
};

// Of a path without its query. Names are DNS subdomains, so nothing is percent-decoded. nullopt: no
// path of ours.
std::optional<Route> parse_route(std::string_view path);

}  // namespace rest
