#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

using scan::AttemptEnd;

TEST(Retry, WaitsForTheBackOff) {
    World w;
    w.given("0: a1 ExitCode@0s");
    EXPECT_EQ(w.at(3s), kNothing);
    EXPECT_EQ(w.at(6s), Lines({"start c0-a2 (limit 480 s)"}));
}

TEST(Retry, SaysWhenToLookAgain) {
    World w;
    w.given("0: a1 ExitCode@0s");
    const Plan plan = w.plan_at(1s);
    EXPECT_EQ(plan.wake_at, World::kZero + retry_delay(c(0, 1), 1));
}

TEST(Retry, DelayDoublesUpToAMinute) {
    const auto about = [](Duration delay, Duration middle) {
        EXPECT_GE(delay, middle * 8 / 10);
        EXPECT_LE(delay, middle * 12 / 10);
    };
    about(retry_delay(c(3, 1), 1), 5s);
    about(retry_delay(c(3, 2), 2), 10s);
    about(retry_delay(c(3, 3), 3), 20s);
    about(retry_delay(c(3, 9), 9), 60s);
    about(retry_delay(c(3, 9), 1'000'000), 60s);
    about(retry_delay(c(3, 1), 1, 1s), 1s);
}

TEST(Retry, DelaysOfChunksThatFailedTogetherDiffer) {
    EXPECT_NE(retry_delay(c(1, 1), 1), retry_delay(c(2, 1), 1));
    EXPECT_EQ(retry_delay(c(1, 1), 1), retry_delay(c(1, 1), 1));
}

TEST(Retry, ChargedEndsUseUpTheBudget) {
    World w;
    w.given("0: a1 ExitCode@0s a2 NoResult@10s a3 ExitCode@30s");
    const Plan plan = w.plan_at(100s);
    EXPECT_EQ(w.at(100s), Lines({"close"}));
    EXPECT_EQ(plan.status.chunks.failed, 1U);
    EXPECT_EQ(plan.status.failed_chunks[0].reason, "ExitCode");
    EXPECT_EQ(plan.status.failed_chunks[0].attempts, 3);
}

TEST(Retry, FreeEndsDoNotUseUpTheBudget) {
    World w;
    w.given("0: a1 Evicted@0s a2 ExitCode@10s a3 Preempted@20s a4 ExitCode@30s a5 NodeLost@40s");
    EXPECT_EQ(w.at(100s), Lines({"start c0-a6 (limit 480 s)"}));
}

TEST(Retry, NoneAfterAConfigError) {
    World w;
    w.given("0: a1 ConfigError@0s\n1:");
    EXPECT_EQ(w.at(100s), Lines({"start c1-a1 (limit 480 s)"}));
    EXPECT_EQ(w.plan_at(100s).status.chunks.failed, 1U);
}

TEST(Retry, AfterAnOutOfMemoryKillComesOnceWithMoreMemory) {
    World w;
    w.given("0: a1 OOMKilled@0s");
    EXPECT_EQ(w.at(100s), Lines({"start c0-a2 (limit 480 s), memory 150 %"}));
    w.given("1: a1 OOMKilled@0s a2 OOMKilled@20s");
    EXPECT_EQ(w.plan_at(100s).status.chunks.failed, 1U);
}

TEST(Retry, MemoryStaysWithinTheCap) {
    World w;
    w.seen.flags.memory_percent_max = 120;
    w.given("0: a1 OOMKilled@0s");
    EXPECT_EQ(w.at(100s), Lines({"start c0-a2 (limit 480 s), memory 120 %"}));
}

TEST(Retry, StartsOnlyIfThereIsTimeForIt) {
    World w;
    w.given("0: a1 ExitCode@1700s");
    EXPECT_EQ(w.at(1765s), Lines({"start c0-a2 (limit 28 s)"}));
    EXPECT_EQ(w.at(1771s), Lines({"close"}));
    w.seen.start_median = 10s;
    EXPECT_EQ(w.at(1765s), Lines({"close"})) << "starting takes ten seconds of the thirty-five";
}

TEST(Retry, GivesUpAtOnceIfTheBackOffEndsTooLate) {
    World w;
    w.given("0: a1 ExitCode@1768s");
    EXPECT_EQ(w.at(1768s), Lines({"close"}));
}

TEST(Retry, AShortChunkLimitNeedsLessTime) {
    World w;
    w.spec.chunks.active_deadline = 5s;
    w.given("0: a1 ExitCode@1700s");
    EXPECT_EQ(w.at(1790s), Lines({"start c0-a2 (limit 5 s)"}));
}

TEST(Retry, IsLimitedToTheTimeLeftMinusTheReserve) {
    World w;
    w.given("0: a1 ExitCode@1000s");
    EXPECT_EQ(w.at(1400s), Lines({"start c0-a2 (limit 380 s)"}));
}

TEST(Retry, ATargetThatIsAwayPausesItsKey) {
    World w;
    w.given("0: key=a a1 TargetUnavailable@10s\n"
            "1: key=a\n"
            "2: key=b");
    EXPECT_EQ(w.at(11s), Lines({"start c2-a1 (limit 480 s)"}));
    EXPECT_EQ(w.at(17s), Lines({"start c1-a1 (limit 480 s)", "start c2-a1 (limit 480 s)",
                                "start c0-a2 (limit 480 s)"}));
}

TEST(Retry, ASuspendedAttemptIsStartedAgainAtOnceAndNotCounted) {
    World w;
    w.given("0: a1 Cancelled@50s");
    EXPECT_EQ(w.at(50s), Lines({"start c0-a2 (limit 480 s)"}));
}

TEST(Retry, AChunkCutByTheClockIsTimedOut) {
    World w;
    w.spec.chunks.backoff_limit = 0;
    w.given("0: a1 RunTimeout@480s");
    const Plan plan = w.plan_at(500s);
    EXPECT_EQ(plan.status.chunks.timed_out, 1U);
    EXPECT_EQ(plan.status.failed_chunks[0].reason, "TimedOut");
}

}  // namespace
}  // namespace core::test
