// Pages of merged findings and units. Each page costs what it shows, or a bounded search where a
// filter leaves little.
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "operator/rest/query.h"
#include "scan/words.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rest {

struct Page {
    std::vector<std::string> items{};     // JSON objects
    std::optional<std::uint64_t> next{};  // where the next page begins; none: that was all
};

struct FindingFilter {
    std::vector<scan::Severity> severities{};  // empty: all
    std::vector<std::string> rules{};
    std::optional<scan::FindingState> state{};
};
// From "severity" (a list), "rule" (a list), "state". Invalid: no such word.
base::Result<FindingFilter> finding_filter(const Query& query);

// Of the merged folder; `first` is the number of a finding. A page may have fewer than `count` and
// still not be the last. Failures as results::findings_page.
base::Result<Page> page_of_findings(const base::os::Path& merged, std::uint64_t first,
                                    std::size_t count, const FindingFilter& filter);

// From "status" (a list of stream words).
base::Result<std::vector<scan::UnitStatus>> unit_filter(const Query& query);

// `first` is a byte of the file, the start of a line. Invalid: it is not.
base::Result<Page> page_of_units(const base::os::Path& merged, std::uint64_t first,
                                 std::size_t count, const std::vector<scan::UnitStatus>& statuses);

// {"items": […], "runID": …, "continue": …}
std::string page_json(const Page& page, const std::string& run_id);

}  // namespace rest
