#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

using scan::AttemptEnd;
using scan::Outcome;
using scan::Reason;
using scan::UnitStatus;

TEST(Completion, ClosesThenMergesThenFinishes) {
    World w;
    w.given("0: a1 Committed@5s");
    EXPECT_EQ(w.at(6s), Lines({"close"}));
    w.apply(w.plan_at(6s), 6s);
    EXPECT_EQ(w.at(6s), Lines({"merge"}));
    w.apply(w.plan_at(6s), 6s);
    EXPECT_EQ(w.at(7s), kNothing) << "the merge runs";
    EXPECT_EQ(w.condition(w.plan_at(7s), "Ready")->reason, Reason::Aggregating);
    w.merged({.ok = 1});
    const Plan plan = w.plan_at(8s);
    EXPECT_TRUE(plan.actions.empty());
    EXPECT_EQ(plan.status.outcome, Outcome::Succeeded);
    EXPECT_EQ(plan.status.completion_time, World::kZero + 8s);
    EXPECT_EQ(plan.status.coverage_percent, 100);
}

TEST(Completion, WaitsForAttemptsThatStillEnd) {
    World w;
    w.given("0: a1 committed@5s");
    EXPECT_EQ(w.at(6s), kNothing);
}

TEST(Completion, AFinishedJobNeverChanges) {
    World w;
    w.given("0: a1 Committed@5s").merged({.ok = 1});
    const Plan end = w.plan_at(8s);
    w.apply(end, 8s);
    w.spec.cancel = true;
    w.spec.fail_on = scan::FailOn{};
    w.seen.chunks.clear();
    const Plan later = w.plan_at(9s);
    EXPECT_EQ(later.status, end.status);
    EXPECT_TRUE(later.actions.empty());
}

TEST(Completion, SaysWhatMissingUnitsCountAs) {
    World w;
    w.spec.chunks.backoff_limit = 0;
    w.given("0: units=3 a1 Committed@5s\n"
            "1: units=3 done=1 a1 ExitCode@5s\n"
            "2: units=3 done=1 a1 RunTimeout@5s\n"
            "3: units=3 done=3 a1 ExitCode@5s\n"
            "4: units=3\n"
            "5: units=3 done=1 a1 Cancelled@5s\n"
            "6: units=2 a1 OOMKilled@5s")
        .closed();
    w.seen.chunks[5].attempts[0].started_at = World::kZero;
    w.seen.chunks[0].done.ok = 2;  // its runner lied
    w.spec.cancel = true;
    const std::vector<MergeResults::Missing> expected{
        {0, UnitStatus::Failed, "no-result"},     {1, UnitStatus::Failed, "exit-code"},
        {2, UnitStatus::TimedOut, "run-timeout"}, {4, UnitStatus::Skipped, "not-started"},
        {5, UnitStatus::Failed, "cancelled"},     {6, UnitStatus::Failed, "oom-killed"}};
    EXPECT_EQ(w.plan_at(9s).actions, std::vector<Action>{MergeResults{expected}});
}

TEST(Completion, AChunkThatCouldNeverStartFailsWithItsReason) {
    World w;
    w.given("0: units=2 a1 Unschedulable@480s").closed();
    w.seen.chunks[0].attempts[0].started_at.reset();
    EXPECT_EQ(w.at(500s), Lines({"merge, missing units: c0 Failed (unschedulable)"}));
}

TEST(Completion, OneChunkThatAlwaysCrashesLeavesAPartialSuccess) {
    World w;
    w.given(
        "0: units=19 a1 Committed@5s\n1: units=1 a1 ExitCode@5s a2 ExitCode@20s a3 ExitCode@60s");
    w.merged({.ok = 19, .failed = 1});
    const Plan plan = w.plan_at(100s);
    EXPECT_EQ(plan.status.outcome, Outcome::PartiallySucceeded);
    EXPECT_EQ(plan.status.coverage_percent, 95);
    EXPECT_EQ(plan.status.succeeded_chunks, std::vector<std::uint32_t>{0});
    EXPECT_EQ(w.condition(plan, "Succeeded")->status, Truth::True);
    EXPECT_EQ(w.condition(plan, "Succeeded")->reason, Reason::PartiallyCompleted);
}

TEST(Gate, ClosesBesideAGoodOutcome) {
    World w;
    w.spec.fail_on = scan::FailOn{.severity = scan::Severity::High, .count = 1};
    scan::FindingCounts findings{.total = 1, .high = 1};
    findings.gated[static_cast<std::size_t>(scan::Severity::High)] = 1;
    w.given("0: a1 Committed@5s").merged({.ok = 1}, findings);
    const Plan plan = w.plan_at(9s);
    EXPECT_EQ(plan.status.outcome, Outcome::Succeeded);
    EXPECT_TRUE(plan.status.gate_hit);
    EXPECT_EQ(w.condition(plan, "Succeeded")->status, Truth::False);
    EXPECT_EQ(w.condition(plan, "Stalled")->status, Truth::True);
    EXPECT_EQ(w.condition(plan, "Ready")->reason, Reason::FindingsThresholdExceeded);
}

TEST(Cleanup, ComesPodTtlAfterTheEndAndOnce) {
    World w;
    w.given("0: a1 Committed@5s").merged({.ok = 1});
    w.apply(w.plan_at(10s), 10s);
    EXPECT_EQ(w.at(20s), kNothing);
    EXPECT_EQ(w.plan_at(20s).wake_at, World::kZero + 610s);
    EXPECT_EQ(w.at(610s), Lines({"clean up"}));
    w.apply(w.plan_at(610s), 610s);
    EXPECT_EQ(w.at(9999s), kNothing);
    EXPECT_EQ(w.plan_at(9999s).wake_at, std::nullopt);
}

}  // namespace
}  // namespace core::test
