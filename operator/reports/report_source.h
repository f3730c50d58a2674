// Reports of a stored run: the header from its state and status, the findings from its merged
// results. Local mode and the operator's REST make the same reports.
#pragma once

#include "base/os/file.h"
#include "operator/core/model.h"
#include "operator/results/store.h"
#include "scan/report/report.h"

#include <string>

namespace reports {

struct StoredRun {
    scan::Job job{};
    results::RunState state{};
    core::Status status{};   // as last written; empty before the first write
    bool cancelled = false;  // besides what the job itself says
};

// `merged`: the folder of the merged results. NotFound: the run has not finished. Invalid: its
// merged results are damaged.
base::Result<scan::report::Source> report_source(const StoredRun& run,
                                                 const base::os::Path& merged);

// Atomically, in bounded memory. Forbidden, Unavailable (full disk): the folder.
base::Result<> write_report(scan::report::Format format, const scan::report::Source& source,
                            const base::os::Path& file);

// What is scanned, as a report may show it.
std::string target_of(const scan::JobSpec& spec);

}  // namespace reports
