#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

using scan::AttemptEnd;
using scan::Outcome;
using scan::Reason;

TEST(Discovery, IsTheFirstAttempt) {
    World w;
    w.without_plan();
    EXPECT_EQ(w.at(0s), Lines({"start d-a1 (limit 480 s)"}));
    w.apply(w.plan_at(0s), 0s);
    EXPECT_EQ(w.at(0s), kNothing);
}

TEST(Discovery, IsRetriedLikeAChunk) {
    World w;
    w.without_plan().given("d: a1 ExitCode@0s");
    EXPECT_EQ(w.at(1s), kNothing);
    EXPECT_EQ(w.at(7s), Lines({"start d-a2 (limit 480 s)"}));
}

TEST(Discovery, UsedUpFailsTheJob) {
    World w;
    w.without_plan().given("d: a1 ExitCode@0s a2 ExitCode@10s a3 ExitCode@30s");
    w.seen.discovery.back().end->message = "connection refused";
    EXPECT_EQ(w.at(60s), Lines({"close"}));
    w.closed();
    const Plan plan = w.plan_at(61s);
    EXPECT_EQ(plan.status.outcome, Outcome::Failed);
    EXPECT_EQ(w.condition(plan, "Ready")->reason, Reason::DiscoveryFailed);
    EXPECT_EQ(w.condition(plan, "Ready")->message,
              "discovery failed after 3 attempts (ExitCode): connection refused");
}

struct RefusalRow {
    int exit_code;
    std::optional<Reason> recorded;
    Reason expected;
};

TEST(Discovery, SaysWhyItWasRefused) {
    const RefusalRow rows[] = {{64, std::nullopt, Reason::InvalidSpec},
                               {64, Reason::TargetForbidden, Reason::TargetForbidden},
                               {64, Reason::PlanTooLarge, Reason::PlanTooLarge},
                               {64, Reason::Completed, Reason::InvalidSpec},
                               {77, std::nullopt, Reason::DiscoveryFailed}};
    for (const RefusalRow& row : rows) {
        World w;
        w.without_plan().given("d: a1 ConfigError@0s").closed();
        w.seen.discovery.back().end->exit_code = row.exit_code;
        w.seen.discovery.back().end->reason = row.recorded;
        const Plan plan = w.plan_at(1s);
        EXPECT_EQ(w.condition(plan, "Succeeded")->reason, row.expected) << row.exit_code;
        EXPECT_EQ(plan.status.outcome, Outcome::Failed);
    }
}

TEST(Discovery, CutByTheDeadlineIsTimedOut) {
    World w;
    w.without_plan().given("d: a1 running@1500s");
    EXPECT_EQ(w.at(1800s), Lines({"record d-a1 RunTimeout, charged", "stop d-a1 (Deadline)"}));
    w.apply(w.plan_at(1800s), 1800s);
    w.ends(d(1), AttemptEnd::ExitCode, 1802s);
    w.closed();
    const Plan plan = w.plan_at(1803s);
    EXPECT_EQ(plan.status.outcome, Outcome::TimedOut);
    EXPECT_EQ(w.condition(plan, "Ready")->reason, Reason::DeadlineExceeded);
}

TEST(Discovery, WithoutTimeIsNotStarted) {
    World w;
    w.without_plan();
    EXPECT_EQ(w.at(1799s), Lines({"close"}))
        << "one second less the reserve is too short for anything";
    w.closed();
    EXPECT_EQ(w.plan_at(1800s).status.outcome, Outcome::TimedOut);
}

TEST(Discovery, MayStillBeEndingWhenChunksStart) {
    World w;
    w.given("d: a1 committed@5s\n0:");
    EXPECT_EQ(w.at(6s), Lines({"start c0-a1 (limit 480 s)"}));
    w.ends(d(1), AttemptEnd::ExitCode, 7s);
    w.apply(w.plan_at(6s), 6s);
    EXPECT_EQ(w.seen.discovery[0].end->end, AttemptEnd::Committed);
}

TEST(PlanLost, WhenChunksWereStartedButTheStoreHasNoPlan) {
    World w;
    w.given("0: a1 running@0s\n1: a1 ExitCode@0s").without_plan();
    EXPECT_EQ(w.at(60s), Lines({"record c0-a1 Cancelled", "stop c0-a1 (JobEnded)"}));
    w.apply(w.plan_at(60s), 60s);
    w.ends(c(0, 1), AttemptEnd::ExitCode, 61s);
    EXPECT_EQ(w.at(62s), Lines({"close"}));
    w.closed();
    const Plan plan = w.plan_at(63s);
    EXPECT_EQ(plan.status.outcome, Outcome::Failed);
    EXPECT_EQ(w.condition(plan, "Ready")->reason, Reason::PlanLost);
    EXPECT_EQ(w.condition(plan, "ResultsAvailable")->status, Truth::False);
}

TEST(PlanLost, AlsoWhenOnlyTheStatusRemembersThePlan) {
    World w;
    w.without_plan();
    w.seen.plan_promised = true;
    EXPECT_EQ(w.at(0s), Lines({"close"}));
}

TEST(PlanLost, IsNotConcludedWhileTheStoreIsAway) {
    World w;
    w.without_plan();
    w.seen.plan_promised = true;
    w.seen.store_available = false;
    EXPECT_EQ(w.at(0s), kNothing);
    EXPECT_EQ(w.condition(w.plan_at(0s), "Ready")->reason, Reason::StoreUnavailable);
}

TEST(NoUnits, FailsUnlessTheScannerSaysThatEmptyIsFine) {
    World w;
    w.merged({});
    const Plan plan = w.plan_at(9s);
    EXPECT_EQ(plan.status.outcome, Outcome::Failed);
    EXPECT_EQ(w.condition(plan, "Ready")->reason, Reason::NoUnits);
    w.seen.plan->empty_is_fine = true;
    EXPECT_EQ(w.plan_at(9s).status.outcome, Outcome::Succeeded);
}

}  // namespace
}  // namespace core::test
