// Scans as JSON: one, and lists of them. Pure.
#pragma once

#include "operator/reports/report_source.h"
#include "operator/results/store.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rest {

// Of all runs the latest of each job that fits, newest first, `limit` of them; "continue" names the
// next. Of the status what fits a row: no lists. Invalid: a broken `from`.
struct ScanFilter {
    std::string namespace_{};  // empty: all
    std::string outcome{};     // a word of status.outcome, or "None"; empty: all
    std::string from{};        // "continue" of the page before
    std::size_t limit = 100;
};
base::Result<std::string> scans_json(std::vector<results::RunSummary> all,
                                     const ScanFilter& filter);

// `all` runs of the job, newest first, and one of them as it is stored.
std::string scan_json(const reports::StoredRun& run, const std::vector<results::RunSummary>& all);

}  // namespace rest
