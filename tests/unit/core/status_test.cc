#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

using scan::AttemptEnd;
using scan::Reason;

// Reconciling Stalled Ready Succeeded Finished Suspended, as T F ?
std::string row(const Plan& plan) {
    std::string text;
    for (std::size_t i = 0; i < 6; ++i) {
        const Truth truth = plan.status.conditions.at(i).status;
        text += truth == Truth::True ? 'T' : truth == Truth::False ? 'F' : '?';
    }
    return text;
}

Reason reason(const Plan& plan) { return plan.status.conditions.at(2).reason; }

TEST(Conditions, OfAJobThatWaitsOrRuns) {
    World w;
    w.given("0:\n1: a1 pending@0s");
    EXPECT_EQ(row(w.plan_at(1s)), "TF??FF");
    EXPECT_EQ(reason(w.plan_at(1s)), Reason::PodsPending);
    w.runs(c(1, 1), 2s);
    EXPECT_EQ(reason(w.plan_at(3s)), Reason::Running);
    EXPECT_EQ(w.condition(w.plan_at(3s), "Ready")->message,
              "0 of 2 chunks have ended, 1 running, 1 waiting");
}

TEST(Conditions, BeforeThePlan) {
    World w;
    w.without_plan();
    EXPECT_EQ(reason(w.plan_at(0s)), Reason::Queued);
    w.given("d: a1 running@0s");
    EXPECT_EQ(reason(w.plan_at(1s)), Reason::Discovering);
}

TEST(Conditions, OfAGoodEnd) {
    World w;
    w.given("0: a1 Committed@0s").merged({.ok = 1});
    EXPECT_EQ(row(w.plan_at(1s)), "FFTTTF");
    EXPECT_EQ(reason(w.plan_at(1s)), Reason::Completed);
    EXPECT_EQ(w.condition(w.plan_at(1s), "ResultsAvailable")->status, Truth::True);
}

TEST(Conditions, OfABadEnd) {
    World w;
    w.given("0: a1 ConfigError@0s").merged({.failed = 1});
    EXPECT_EQ(row(w.plan_at(1s)), "FTFFTF");
    EXPECT_EQ(reason(w.plan_at(1s)), Reason::ChunksFailed);
}

TEST(Conditions, OfASuspendedJob) {
    World w;
    w.spec.suspend = true;
    w.given("0:");
    w.seen.suspended_since = World::kZero;
    EXPECT_EQ(row(w.plan_at(1s)), "FFT?FT");
    EXPECT_EQ(reason(w.plan_at(1s)), Reason::Suspended);
}

TEST(Conditions, OfARefusedJob) {
    World w;
    w.given("0:");
    w.seen.refusal = Observed::Refusal{Reason::ApiRefused, "denied by policy", World::kZero + 60s};
    EXPECT_EQ(row(w.plan_at(1s)), "FTF?FF");
    EXPECT_EQ(w.condition(w.plan_at(1s), "Stalled")->message, "denied by policy");
    w.seen.refusal->reason = Reason::QuotaExceeded;
    EXPECT_EQ(row(w.plan_at(1s)), "TF??FF") << "a quota is waited for";
}

TEST(Conditions, SayWhatIsDegraded) {
    World w;
    w.given("0:");
    EXPECT_EQ(w.condition(w.plan_at(0s), "Degraded"), nullptr);
    w.seen.degraded = {Reason::BaselineMissing, Reason::ResultsTruncated};
    const Plan plan = w.plan_at(0s);
    EXPECT_EQ(w.condition(plan, "Degraded")->reason, Reason::BaselineMissing);
    EXPECT_EQ(w.condition(plan, "Degraded")->message,
              "goes on, but: BaselineMissing, ResultsTruncated");
    w.seen.store_available = false;
    EXPECT_EQ(w.condition(w.plan_at(0s), "Degraded")->reason, Reason::StoreUnavailable);
}

TEST(Conditions, WarnOfAPlanThatIsTooHeavy) {
    World w;
    w.given("0:");
    w.seen.plan->too_heavy = true;
    EXPECT_EQ(w.condition(w.plan_at(0s), "PlanExceedsDeadline")->reason, Reason::PlanTooHeavy);
}

TEST(Status, CountsAttemptsByHowTheyEnded) {
    World w;
    w.given("0: a1 Evicted@0s a2 NodeLost@0s a3 StartTimeout@0s a4 Committed@0s\n"
            "1: a1 RunTimeout@0s a2 ExitCode@0s a3 running@20s\n"
            "2: a1 Cancelled@0s a2 Deleted@0s");
    const AttemptCounts expected{.created = 9,
                                 .succeeded = 1,
                                 .failed = 1,
                                 .timed_out = 2,
                                 .lost = 2,
                                 .disrupted = 1,
                                 .cancelled = 1};
    EXPECT_EQ(w.plan_at(30s).status.attempts, expected);
}

TEST(Status, ShowsProgressBeforeTheEnd) {
    World w;
    w.given("0: units=4 done=3 a1 running@0s\n1: units=4");
    w.seen.findings_so_far.total = 7;
    w.seen.records_so_far = 2;
    const Status status = w.plan_at(30s).status;
    EXPECT_EQ(status.coverage_percent, 37);
    EXPECT_EQ(status.units_planned, 8U);
    EXPECT_EQ(status.findings.total, 7U);
    EXPECT_EQ(status.records, 2U);
    EXPECT_EQ(status.outcome, std::nullopt);
}

TEST(Status, ListsAtMostTwentyFailedChunks) {
    World w;
    for (int i = 0; i < 25; ++i) w.given(std::to_string(i) + ": a1 ConfigError@0s");
    const Status status = w.plan_at(1s).status;
    EXPECT_EQ(status.failed_chunks.size(), 20U);
    EXPECT_TRUE(status.failed_chunks_truncated);
    EXPECT_EQ(status.chunks.failed, 25U);
}

TEST(Reasons, SayWhyEachActionIsTaken) {
    World w;
    w.given("0: a1 ExitCode@0s\n1: a1 running@0s");
    const Plan plan = w.plan_at(520s);
    ASSERT_EQ(plan.reasons.size(), plan.actions.size());
    EXPECT_EQ(plan.reasons.back(), (Why{"c0-a2", "again after ExitCode, 1 charged of 3"}));
}

TEST(Verdicts, SayWhatBecameOfEachChunk) {
    World w;
    w.given("0: a1 Committed@0s\n1: a1 ConfigError@3s\n2: a1 running@20s\n3:");
    w.seen.chunks[1].attempts[0].end->message = "no such key";
    const auto verdicts = judge_chunks(w.spec, w.seen, World::kZero + 30s);
    ASSERT_EQ(verdicts.size(), 4U);
    EXPECT_EQ(verdicts[0].stage, "succeeded");
    EXPECT_EQ(verdicts[0].reason, "");
    EXPECT_EQ(verdicts[1].stage, "failed");
    EXPECT_EQ(verdicts[1].reason, "ConfigError");
    EXPECT_EQ(verdicts[1].message, "no such key");
    EXPECT_EQ(verdicts[2].stage, "running");
    EXPECT_EQ(verdicts[3].stage, "waiting");
}

TEST(Words, OfEveryAction) {
    EXPECT_EQ(describe(CloseRun{}), "close");
    EXPECT_EQ(describe(CleanUp{}), "clean up");
    EXPECT_EQ(describe(StopAttempt{d(2), StopCause::Suspended}), "stop d-a2 (Suspended)");
    EXPECT_EQ(describe(StartAttempt{.id = c(1, 2), .limit = 1500ms}), "start c1-a2 (limit 1.5 s)");
}

}  // namespace
}  // namespace core::test
