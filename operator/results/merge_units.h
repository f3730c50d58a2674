// The units and records part of a merge: every planned unit once with its best status, every record
// once.
#pragma once

#include "base/os/external_sort.h"
#include "operator/results/line_file.h"
#include "operator/results/merge_run.h"

#include <string_view>
#include <vector>

namespace results {

// Add all, then finish once. One thread.
class UnitMerge {
public:
    explicit UnitMerge(const base::os::Path& folder);

    base::Result<> add_planned(std::uint32_t chunk, std::string_view unit);
    // A terminal line as it stands in the stream of `chunk`. After all planned ones.
    base::Result<> add_line(std::uint32_t chunk, std::string_view unit, std::string_view line);
    // Writes one line a planned unit, by id, and counts into units, units_planned, unknown_units,
    // sequential_estimate, requests.
    base::Result<> finish(const std::vector<MissingUnits>& missing, LineWriter& out,
                          MergeTotals& totals);

private:
    base::os::ExternalSort sort_;
};

class RecordMerge {
public:
    explicit RecordMerge(const base::os::Path& folder);

    base::Result<> add_line(std::string_view kind, std::string_view key, std::string_view line);
    // Writes one line a record, by kind and key, and returns them all.
    base::Result<std::vector<scan::Record>> finish(LineWriter& out);

private:
    base::os::ExternalSort sort_;
};

}  // namespace results
