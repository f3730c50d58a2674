// Merging a closed run: stored segments in, merged findings, units and records out, in bounded memory.
#pragma once

#include "base/os/file.h"
#include "operator/results/store.h"
#include "scan/report/report.h"

#include <memory>

namespace results {

struct MissingUnits {  // what units of a chunk without a terminal line count as
    std::uint32_t chunk = 0;
    scan::UnitStatus status = scan::UnitStatus::Failed;
    std::string reason{};
};

struct MergeTotals {
    scan::UnitCounts units;
    scan::FindingCounts findings;
    std::uint64_t records = 0;
    std::uint64_t units_planned = 0;
    base::Duration sequential_estimate{};  // sum of unit ms
    std::uint64_t requests = 0;
};

// Sorts finding lines by fingerprint (external sort), folds equal ones, derives findings from records, compares with the
// baseline's fingerprints, sorts by report order, and writes `merged.jsonl.gz`-like files into `folder` (atomically: a crash
// in the middle leaves nothing that counts). Deterministic: the same segments give the same bytes. Memory below 100 MiB for
// 1 000 000 findings.
struct MergeOptions {
    base::os::Path folder;
    std::vector<MissingUnits> missing{};
    // Sorted fingerprints of the baseline; nullptr = no baseline, all findings are new.
    const std::vector<std::string>* baseline = nullptr;
};
base::Result<MergeTotals> merge_run(ResultStore& store, const RunKey& run, const MergeOptions& options);

// The merged results as a report source (header still to be filled in). NotFound when the run was not merged.
base::Result<MergeTotals> merged_totals(const base::os::Path& folder);
base::Result<scan::report::Source> open_merged(const base::os::Path& folder);

}  // namespace results
