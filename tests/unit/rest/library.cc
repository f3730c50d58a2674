#include "unit/rest/library.h"

#include "operator/observe/status_json.h"
#include "operator/results/merge_run.h"

#include <gtest/gtest.h>

#include <chrono>

namespace rest {

base::Instant Library::hour(int number) { return base::Instant(std::chrono::hours(number)); }

void Library::planned(const results::RunKey& run, base::Instant at,
                      const std::vector<std::string>& units) {
    auto open = given::open_run(run);
    open.created_at = at;
    open.job_json =
        R"({"apiVersion": "scanfleet.dev/v1alpha1", "kind": "ScanJob",
        "metadata": {"name": ")" +
        run.job +
        R"("}, "spec": {"scanner": {"type": "Synthetic", "synthetic": {"unitCount": 100}}}})";
    given::written(*store_, std::move(open));
    given::written(*store_, given::plan({units}, run));
}

void Library::finished(const results::RunKey& run, const std::vector<std::string>& units,
                       const std::vector<scan::Finding>& findings, scan::Outcome outcome) {
    const auto attempt = given::attempt(0, 1, run);
    std::vector<scan::Line> lines(findings.begin(), findings.end());
    for (const auto& unit : units) lines.emplace_back(given::unit(unit));
    given::written(*store_, given::segment(attempt, 1, lines));
    given::written(*store_, results::CloseRun{.run = run});
    const auto merged = folder(run) / "merged";
    ASSERT_TRUE(base::os::make_folders(merged));
    const auto totals = results::merge_run(*store_, run, {.folder = merged});
    ASSERT_TRUE(totals) << totals.error().message();
    core::Status status;
    status.start_time = hour(1);
    status.completion_time = hour(2);
    status.outcome = outcome;
    status.coverage_percent = 100;
    status.findings = totals->findings;
    given::written(*store_,
                   results::PutStatus{.run = run, .status_json = observe::status_to_json(status)});
}

}  // namespace rest
