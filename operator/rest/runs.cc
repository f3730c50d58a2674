#include "operator/rest/runs.h"

#include "operator/observe/status_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace rest {

using base::Result;

Result<reports::StoredRun> StoreRuns::load(const results::RunKey& key) {
    reports::StoredRun run;
    run.state = TRY(store_.load(key));
    run.job = TRY(scan::parse_job(run.state.job_json, "job"));
    if (auto status = observe::parse_status(run.state.summary.status_json))
        run.status = std::move(*status);
    // The frozen job does not know of a cancel that came later; its outcome does.
    run.cancelled = run.status.outcome == scan::Outcome::Cancelled;
    return run;
}

Result<std::vector<results::RunSummary>> runs_of(Runs& runs, std::string_view namespace_,
                                                 std::string_view name) {
    auto all = TRY(runs.list());
    std::erase_if(all, [&](const results::RunSummary& summary) {
        return summary.run.namespace_ != namespace_ || summary.run.job != name;
    });
    if (all.empty()) {
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("there are no results of scan {}/{}", namespace_, name));
    }
    std::ranges::sort(all, [](const auto& a, const auto& b) {
        return std::tie(b.created_at, b.run.run_id) < std::tie(a.created_at, a.run.run_id);
    });
    return all;
}

}  // namespace rest
