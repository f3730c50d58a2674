// Reports of a local run: the header from its store, the findings from its merged results.
#pragma once

#include "cli/local/data_folder.h"
#include "operator/reports/report_source.h"

#include <string>
#include <vector>

namespace cli {

// A run as it lies on disk, read only: also beside the process that drives it.
struct StoredRun : reports::StoredRun {
    RunFolder folder{};
    bool driven = false;  // some process drives it now
};
// NotFound, Invalid (a damaged store: the message names the file), Forbidden.
base::Result<StoredRun> load_run(const RunFolder& folder);

// NotFound: the run has not finished (the message says how to go on).
base::Result<scan::report::Source> report_source(const StoredRun& run);

struct ReportFile {
    scan::report::Format format = scan::report::Format::Html;
    base::os::Path path{};
};
// "sarif" (into `folder`), or "sarif=some/file". Invalid: names the formats.
base::Result<ReportFile> parse_report_flag(std::string_view flag, const base::os::Path& folder);

// Writes all, each atomically. The first failure is returned, after the others were tried.
base::Result<> write_reports(const scan::report::Source& source,
                             const std::vector<ReportFile>& files);

}  // namespace cli
