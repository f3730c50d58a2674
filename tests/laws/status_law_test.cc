// The controller writes a status, the API server checks it against the resource's schema: what the
// schema does not know is dropped in silence, what it does not allow fails the whole write.
#include "base/json.h"
#include "operator/control/status_patch.h"
#include "scan/status_schema.h"

#include <gtest/gtest.h>

#include <string>

namespace control {
namespace {

using namespace std::chrono_literals;

std::string problems_of(const std::string& status) {
    const auto json = base::parse_json(status);
    if (!json) return json.error().message();
    std::string text;
    for (const auto& problem : scan::schema::check(scan::status_schema(), *json)) {
        // The resource's schema takes empty texts.
        if (problem.sentence == "must not be empty") continue;
        text += problem.place.path + ": " + problem.sentence + "\n";
    }
    return text;
}

core::Status running_status() {
    core::Status status;
    status.start_time = base::Instant{} + 1s;
    status.deadline_time = base::Instant{} + 1801s;
    status.chunks = {.total = 20, .waiting = 15, .running = 5};
    status.conditions = {{"Reconciling", core::Truth::True, scan::Reason::Running, "5 of 20"},
                         {"Ready", core::Truth::Unknown, scan::Reason::Running, ""}};
    return status;
}

core::Status final_status() {
    auto status = running_status();
    status.completion_time = base::Instant{} + 61s;
    status.suspended_since = base::Instant{} + 5s;
    status.outcome = scan::Outcome::PartiallySucceeded;
    status.gate_hit = true;
    status.coverage_percent = 95;
    status.units_planned = 400;
    status.succeeded_chunks = {0, 1, 2, 4};
    status.failed_chunks = {{5, "TimedOut", std::string(1024, 'm'), 3}, {6, "ExitCode", "", 1}};
    status.failed_chunks_truncated = true;
    status.records = 7;
    return status;
}

StatusExtras full_extras() {
    StatusExtras extras;
    extras.generation = 3;
    extras.run_id = "7f3c0000-0000-4000-8000-000000000001-2";
    extras.rerun = "again";
    extras.plan_sha256 = std::string(64, 'a');
    extras.top_findings_json =
        R"([{"fingerprint":"ab","ruleID":"api.cors","severity":"High","title":"t","location":"GET /"}])";
    extras.top_findings_truncated = true;
    extras.sequential_estimate = base::Duration{600'000};
    return extras;
}

TEST(StatusLaw, TheSchemaTakesTheStatusOfARunningJobWhole) {
    EXPECT_EQ(problems_of(status_json(running_status(), {}, {}, base::Instant{})), "");
}

TEST(StatusLaw, TheSchemaTakesTheStatusOfAFinishedJobWhole) {
    EXPECT_EQ(problems_of(status_json(final_status(), full_extras(), {}, base::Instant{})), "");
}

TEST(StatusLaw, TheSchemaTakesTheStatusAfterAnEditWhole) {
    const auto ended = status_json(final_status(), full_extras(), {}, base::Instant{});
    const auto edited = status_after_edit(ended, 4, base::Instant{});
    EXPECT_NE(edited, ended);
    EXPECT_EQ(problems_of(edited), "");
}

TEST(StatusLaw, TheSchemaTakesTheHistoryOfEarlierRuns) {
    JobStatus before;
    before.run_id = full_extras().run_id;
    before.facts = final_status();
    auto extras = full_extras();
    extras.history_json = history_after(before);
    const auto status = status_json(running_status(), extras, before, base::Instant{});
    EXPECT_NE(status.find("history"), std::string::npos);
    EXPECT_EQ(problems_of(status), "");
}

}  // namespace
}  // namespace control
