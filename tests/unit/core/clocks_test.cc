// Deadline, cancel, suspend and the clocks of one attempt.
#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

using scan::AttemptEnd;

TEST(Clock, TheFirstVisitWritesTheClockAndNothingElse) {
    World w;
    w.given("0:");
    w.seen.start_time.reset();
    w.seen.deadline_time.reset();
    const Plan plan = w.plan_at(7s);
    EXPECT_TRUE(plan.actions.empty());
    EXPECT_EQ(plan.status.start_time, World::kZero + 7s);
    EXPECT_EQ(plan.status.deadline_time, World::kZero + 1807s);
    EXPECT_EQ(plan.wake_at, World::kZero + 7s);
}

TEST(Clock, AnAttemptThatNeverRunsIsReplacedForFree) {
    World w;
    w.given("0: a1 pending@0s");
    EXPECT_EQ(w.at(119s), kNothing);
    EXPECT_EQ(w.plan_at(0s).wake_at, World::kZero + 120s);
    EXPECT_EQ(w.at(120s), Lines({"record c0-a1 StartTimeout", "stop c0-a1 (StartTimeout)"}));
}

struct HoldRow {
    Hold hold;
    Duration before, after;
    const char* end;
};

TEST(Clock, WhatHoldsAnAttemptDecidesItsStartClock) {
    const HoldRow rows[] = {{Hold::Unschedulable, 479s, 480s, "Unschedulable"},
                            {Hold::ImagePull, 119s, 120s, "ImagePullFailed"},
                            {Hold::ImageName, -1s, 0s, "ImagePullFailed"},
                            {Hold::MissingConfig, 119s, 120s, "ConfigError"}};
    for (const HoldRow& row : rows) {
        SCOPED_TRACE(row.end);
        World w;
        w.given("0: a1 pending@0s");
        w.attempt(c(0, 1))->hold = row.hold;
        EXPECT_EQ(w.at(row.before), kNothing);
        const std::string end = row.end;
        EXPECT_EQ(w.at(row.after),
                  Lines({"record c0-a1 " + end + ", charged", "stop c0-a1 (" + end + ")"}));
    }
}

TEST(Clock, AnAttemptThatNobodyEndsIsStoppedThirtySecondsPastItsLimit) {
    World w;
    w.given("0: a1 running@10s");
    EXPECT_EQ(w.at(519s), kNothing);
    EXPECT_EQ(w.plan_at(10s).wake_at, World::kZero + 520s);
    EXPECT_EQ(w.at(520s), Lines({"record c0-a1 RunTimeout, charged", "stop c0-a1 (RunTimeout)"}));
}

TEST(Clock, WhatIsBeingStoppedIsNotStoppedAgain) {
    World w;
    w.given("0: a1 running@0s");
    w.apply(w.plan_at(520s), 520s);
    EXPECT_EQ(w.at(521s), kNothing);
    w.ends(c(0, 1), AttemptEnd::ExitCode, 525s);
    EXPECT_EQ(w.at(540s), Lines({"start c0-a2 (limit 480 s)"}))
        << "the recorded end holds, not the exit";
}

TEST(Commit, StopsOtherAttemptsOfTheChunk) {
    World w;
    w.given("0: a1 committed@50s a2 running@40s");
    EXPECT_EQ(w.at(51s), Lines({"record c0-a2 Cancelled", "stop c0-a2 (ChunkCommitted)"}));
}

TEST(Commit, GivesItsOwnAttemptTimeToGo) {
    World w;
    w.given("0: a1 committed@50s\n1: a1 running@50s");
    EXPECT_EQ(w.at(79s), kNothing);
    EXPECT_EQ(w.at(80s), Lines({"record c0-a1 Committed", "stop c0-a1 (Lingering)"}));
}

TEST(Deadline, StopsEverything) {
    World w;
    w.given("0: a1 Committed@5s\n1: a1 running@1700s\n2: a1 pending@1799s\n3:");
    EXPECT_EQ(w.at(1800s), Lines({"record c1-a1 RunTimeout, charged", "stop c1-a1 (Deadline)",
                                  "record c2-a1 Cancelled", "stop c2-a1 (Deadline)"}));
}

TEST(Deadline, SkipsWhatNeverStartedAndTimesOutWhatRan) {
    World w;
    w.given("0: a1 Committed@5s\n1: a1 running@1700s\n2: a1 pending@1799s\n3:");
    w.apply(w.plan_at(1800s), 1800s);
    w.ends(c(1, 1), AttemptEnd::ExitCode, 1805s);
    w.ends(c(2, 1), AttemptEnd::ExitCode, 1805s);
    const Plan plan = w.plan_at(1806s);
    EXPECT_EQ(plan.status.chunks,
              (scan::ChunkCounts{.total = 4, .succeeded = 1, .timed_out = 1, .skipped = 2}));
    EXPECT_EQ(w.at(1806s), Lines({"close"}));
}

TEST(Deadline, DoesNotWaitForEverForWhatCannotBeStopped) {
    World w;
    w.given("0: a1 running@0s");
    w.apply(w.plan_at(1800s), 1800s);
    EXPECT_EQ(w.at(1801s), kNothing);
    EXPECT_EQ(w.plan_at(1801s).wake_at, World::kZero + 1845s);
    EXPECT_EQ(w.at(1845s), Lines({"close"}));
    w.apply(w.plan_at(1845s), 1845s);
    EXPECT_EQ(w.at(1846s), Lines({"merge, missing units: c0 TimedOut (run-timeout)"}));
}

TEST(Deadline, OutcomeIsTimedOutIfItCutTheWork) {
    World w;
    w.spec.success_policy = {.type = scan::SuccessPolicyType::AllChunks};
    w.given("0: a1 Committed@5s\n1: a1 RunTimeout@1800s").merged({.ok = 1, .timed_out = 1});
    EXPECT_EQ(w.plan_at(1810s).status.outcome, scan::Outcome::TimedOut);
}

TEST(Cancel, StopsWhatRunsAndStartsNothing) {
    World w;
    w.spec.cancel = true;
    w.given("0: a1 Committed@5s\n1: a1 running@5s\n2:\n3: a1 ExitCode@5s a2 ExitCode@9s a3 "
            "ExitCode@20s");
    EXPECT_EQ(w.at(60s), Lines({"record c1-a1 Cancelled", "stop c1-a1 (Cancelled)"}));
    w.apply(w.plan_at(60s), 60s);
    w.ends(c(1, 1), AttemptEnd::ExitCode, 62s);
    EXPECT_EQ(w.plan_at(63s).status.chunks,
              (scan::ChunkCounts{.total = 4, .succeeded = 1, .failed = 1, .cancelled = 2}));
    EXPECT_EQ(w.at(63s), Lines({"close"}));
}

TEST(Cancel, TooLateChangesNothing) {
    World w;
    w.spec.cancel = true;
    w.given("0: a1 Committed@5s").merged({.ok = 1});
    EXPECT_EQ(w.plan_at(60s).status.outcome, scan::Outcome::Succeeded);
}

TEST(Cancel, TakenBackAfterTheCloseStillCounts) {
    World w;
    w.given("0: a1 Committed@5s\n1:").merged({.ok = 1, .skipped = 1});
    const Plan plan = w.plan_at(60s);
    EXPECT_EQ(plan.status.chunks.cancelled, 1U);
    EXPECT_EQ(plan.status.outcome, scan::Outcome::Cancelled);
}

TEST(Cancel, BeforeAPlanEndsTheJob) {
    World w;
    w.without_plan();
    w.spec.cancel = true;
    EXPECT_EQ(w.at(1s), Lines({"close"}));
    w.closed();
    EXPECT_EQ(w.plan_at(2s).status.outcome, scan::Outcome::Cancelled);
}

TEST(Suspend, DrainLetsAttemptsEnd) {
    World w;
    w.spec.suspend = true;
    w.given("0: a1 running@0s\n1:");
    EXPECT_EQ(w.at(10s), kNothing);
    EXPECT_EQ(w.plan_at(10s).status.suspended_since, std::nullopt);
    w.commits(c(0, 1), 20s);
    w.ends(c(0, 1), AttemptEnd::Committed, 20s);
    EXPECT_EQ(w.plan_at(21s).status.suspended_since, World::kZero + 21s);
}

TEST(Suspend, TerminateStopsThem) {
    World w;
    w.spec.suspend = true;
    w.spec.suspend_policy = scan::SuspendPolicy::Terminate;
    w.given("0: a1 running@0s\n1:");
    EXPECT_EQ(w.at(10s), Lines({"record c0-a1 Cancelled", "stop c0-a1 (Suspended)"}));
}

TEST(Suspend, StopsTheClockAndResumeMovesTheDeadline) {
    World w;
    w.spec.suspend = true;
    w.given("0:");
    w.seen.suspended_since = World::kZero + 100s;
    EXPECT_EQ(w.at(5000s), kNothing) << "the deadline does not come while suspended";
    w.spec.suspend = false;
    const Plan resume = w.plan_at(5000s);
    EXPECT_TRUE(resume.actions.empty()) << "the moved deadline must be durable first";
    EXPECT_EQ(resume.status.deadline_time, World::kZero + 1800s + 4900s);
    w.apply(resume, 5000s);
    EXPECT_EQ(w.at(5000s), Lines({"start c0-a1 (limit 480 s)"}));
}

TEST(Suspend, AJobCreatedSuspendedHasNoStart) {
    World w;
    w.given("0:");
    w.seen.start_time.reset();
    w.seen.deadline_time.reset();
    w.spec.suspend = true;
    const Plan plan = w.plan_at(1s);
    EXPECT_EQ(plan.status.start_time, std::nullopt);
    EXPECT_EQ(w.condition(plan, "Suspended")->status, Truth::True);
    EXPECT_TRUE(plan.actions.empty());
}

TEST(Suspend, FinishedWorkIsNotSuspended) {
    World w;
    w.spec.suspend = true;
    w.given("0: a1 Committed@5s");
    EXPECT_EQ(w.at(6s), Lines({"close"}));
    EXPECT_EQ(w.plan_at(6s).status.suspended_since, std::nullopt);
}

TEST(Suspend, CancelEndsASuspendedJob) {
    World w;
    w.spec.suspend = true;
    w.spec.cancel = true;
    w.given("0:");
    w.seen.suspended_since = World::kZero + 100s;
    w.apply(w.plan_at(200s), 200s);
    EXPECT_EQ(w.at(200s), Lines({"close"}));
}

}  // namespace
}  // namespace core::test
