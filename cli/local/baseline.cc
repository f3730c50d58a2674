#include "cli/local/baseline.h"

#include "base/log.h"
#include "operator/results/merge_run.h"
#include "scan/job.h"

#include <algorithm>

namespace cli {

using base::Result;

namespace {

constexpr std::size_t kJobBytesMax = 8u << 20;

bool is_run_of(const RunFolder& folder, std::string_view job_name) {
    const auto text = base::os::read_file(folder.job(), kJobBytesMax);
    if (!text) return false;
    const auto job = scan::parse_job(*text, folder.job().string());
    return job && job->name == job_name;
}

Result<std::vector<std::string>> fingerprints_of(const RunFolder& folder) {
    const auto source = TRY(results::open_merged(folder.merged()));
    std::vector<std::string> ids;
    TRY(source.each_finding([&](const scan::MergedFinding& merged) -> Result<> {
        ids.push_back(merged.finding.id);
        return {};
    }));
    std::ranges::sort(ids);
    return ids;
}

}  // namespace

std::optional<std::vector<std::string>> baseline_fingerprints(const RunFolder& own,
                                                              std::string_view job_name) {
    for (const auto& folder : list_runs(own.path.parent_path().parent_path())) {
        if (folder.path == own.path || !is_run_of(folder, job_name)) continue;
        auto ids = fingerprints_of(folder);
        if (ids) return std::move(*ids);
        base::log::warn("a run cannot serve as baseline",
                        {{"run", folder.run_id()}, {"why", ids.error().message()}});
    }
    return std::nullopt;
}

}  // namespace cli
