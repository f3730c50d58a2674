#include "unit/core/world.h"

#include <gtest/gtest.h>

namespace core::test {
namespace {

TEST(Launch, FillsParallelismInOrder) {
    World w;
    w.spec.parallelism = 2;
    w.given("0:\n1:\n2:");
    const Plan plan = w.plan_at(0s);
    const std::vector<Action> expected{StartAttempt{.id = {0, 1}, .limit = 480s},
                                       StartAttempt{.id = {1, 1}, .limit = 480s}};
    EXPECT_EQ(plan.actions, expected);
}

TEST(Launch, CountsWhatLives) {
    World w;
    w.spec.parallelism = 3;
    w.given("0: a1 running@0s\n"
            "1: a1 stopping@0s\n"
            "2:\n"
            "3:");
    EXPECT_EQ(w.at(1s), Lines({"start c2-a1 (limit 480 s)"}));
}

TEST(Launch, NeverStartsASecondAttemptBesideALiveOne) {
    World w;
    w.given("0: a1 ExitCode@0s a2 pending@10s");
    EXPECT_EQ(w.at(60s), kNothing);
}

TEST(Launch, ReplacesALostNodesAttempt) {
    World w;
    w.given("0: a1 NodeLost@0s");
    EXPECT_EQ(w.at(60s), Lines({"start c0-a2 (limit 480 s)"}));
}

TEST(Launch, ALostAttemptCountsInItsKeyUntilItCannotRunAnyMore) {
    World w;
    w.with_limit("host", 1).given("0: key=host a1 NodeLost@10s");
    EXPECT_EQ(w.at(60s), kNothing);
    EXPECT_EQ(w.plan_at(60s).wake_at, World::kZero + 510s);
    EXPECT_EQ(w.at(510s), Lines({"start c0-a2 (limit 480 s)"}));
}

TEST(Launch, KeepsTheOwnLimitOfEachKey) {
    World w;
    w.spec.parallelism = 10;
    w.with_limit("a", 1).with_limit("b", 2).given(
        "0: key=a\n1: key=a\n2: key=b\n3: key=b\n4: key=b\n5: key=c\n6:");
    EXPECT_EQ(w.at(0s), Lines({"start c0-a1 (limit 480 s)", "start c2-a1 (limit 480 s)",
                               "start c3-a1 (limit 480 s)", "start c5-a1 (limit 480 s)",
                               "start c6-a1 (limit 480 s)"}));
}

TEST(Launch, CountsForeignAttemptsAgainstTheOwnLimit) {
    World w;
    w.with_limit("a", 2).given("0: key=a\n1: key=a");
    w.seen.foreign_in_flight["a"] = 1;
    EXPECT_EQ(w.at(0s), Lines({"start c0-a1 (limit 480 s)"}));
    w.seen.foreign_in_flight["a"] = 2;
    EXPECT_EQ(w.at(0s), kNothing);
}

TEST(Launch, ForeignAttemptsOfAKeyWithoutLimitDoNotMatter) {
    World w;
    w.given("0: key=a");
    w.seen.foreign_in_flight["a"] = 100;
    EXPECT_EQ(w.at(0s), Lines({"start c0-a1 (limit 480 s)"}));
}

TEST(Launch, HeedsAKeyThatAskedForAPause) {
    World w;
    w.given("0: key=a\n1: key=b");
    w.seen.paused_until["a"] = World::kZero + 60s;
    EXPECT_EQ(w.at(0s), Lines({"start c1-a1 (limit 480 s)"}));
    EXPECT_EQ(w.plan_at(0s).wake_at, World::kZero + 60s);
}

TEST(Launch, FreshChunksGoBeforeRetries) {
    World w;
    w.spec.parallelism = 2;
    w.given("0: a1 ExitCode@0s\n1:\n2:");
    EXPECT_EQ(w.at(60s), Lines({"start c1-a1 (limit 480 s)", "start c2-a1 (limit 480 s)"}));
}

TEST(Launch, StaysWithinWhatTheInstallationLeavesIt) {
    World w;
    w.seen.flags.slots_max = 1;
    w.given("0:\n1:");
    EXPECT_EQ(w.at(0s), Lines({"start c0-a1 (limit 480 s)"}));
}

TEST(Launch, WaitsAfterARefusal) {
    World w;
    w.given("0:");
    w.seen.refusal =
        Observed::Refusal{scan::Reason::QuotaExceeded, "exceeded quota", World::kZero + 30s};
    EXPECT_EQ(w.at(0s), kNothing);
    EXPECT_EQ(w.plan_at(0s).wake_at, World::kZero + 30s);
    EXPECT_EQ(w.at(30s), Lines({"start c0-a1 (limit 480 s)"}));
}

TEST(Launch, DoesNothingWhileTheStoreIsAway) {
    World w;
    w.given("0:\n1: a1 ExitCode!@0s\n2: a1 running@0s");
    w.seen.store_available = false;
    EXPECT_EQ(w.at(1000s), kNothing);
}

TEST(Launch, AShortJobStillStarts) {
    World w;
    w.seen.deadline_time = World::kZero + 5s;
    w.given("0:");
    EXPECT_EQ(w.at(0s), Lines({"start c0-a1 (limit 4 s)"}));
}

}  // namespace
}  // namespace core::test
