// The findings part of a merge: equal fingerprints folded, states against the baseline, report
// order.
#pragma once

#include "base/os/external_sort.h"
#include "operator/results/line_file.h"
#include "operator/results/merge_run.h"

#include <string>
#include <string_view>
#include <vector>

namespace results {

// Add all, then finish once. One thread.
class FindingMerge {
public:
    explicit FindingMerge(const base::os::Path& folder);

    // A line as it stands in the stream of `chunk`; `id` is its fingerprint.
    base::Result<> add_line(std::uint32_t chunk, std::string_view id, std::string_view line);
    base::Result<> add_derived(const scan::Finding& finding);

    struct Files {
        LineWriter& findings;
        LineWriter& offsets;
    };
    // `fixed` counts baseline entries that are missing now; whether they may count is the caller's
    // to say.
    base::Result<scan::FindingCounts> finish(const std::vector<std::string>* baseline,
                                             const Files& files);

private:
    base::os::Path folder_;
    base::os::ExternalSort by_fingerprint_;
    std::string value_;  // kept for its memory
};

}  // namespace results
