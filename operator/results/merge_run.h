// Merging a closed run: stored segments in, merged findings, units and records out, in bounded
// memory.
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
    std::uint64_t unknown_units =
        0;  // terminal lines of units that their chunk does not have: ignored
};

// Sorts finding lines by fingerprint (external sort), folds equal ones, derives findings from
// records, compares with the baseline's fingerprints, sorts by report order, and writes findings,
// units, records (JSON Lines) and totals.json into `folder`; totals.json comes last, so a crash in
// the middle leaves nothing that counts. Then marks the run as merged. Deterministic: the same
// segments give the same bytes. Memory for findings and units is bounded (some 100 MiB whatever
// their number); merged records are held once, for derive(). Blocks; not on the store's thread.
//
// A finding of the baseline that is missing now counts as fixed only if every planned unit ended
// ok: whose unit it was is not known here, and a finding whose unit did not end ok is never fixed.
struct MergeOptions {
    base::os::Path folder;
    std::vector<MissingUnits> missing{};
    // Sorted fingerprints of the baseline; nullptr = no baseline, all findings are new.
    const std::vector<std::string>* baseline = nullptr;
};
base::Result<MergeTotals> merge_run(ResultStore& store, const RunKey& run,
                                    const MergeOptions& options);

// The merged results as a report source (header still to be filled in). NotFound when the run was
// not merged.
base::Result<MergeTotals> merged_totals(const base::os::Path& folder);
base::Result<scan::report::Source> open_merged(const base::os::Path& folder);
// `count` findings from number `first` on, in report order, without reading those before.
base::Result<std::vector<scan::MergedFinding>>
findings_page(const base::os::Path& folder, std::uint64_t first, std::size_t count);

}  // namespace results
