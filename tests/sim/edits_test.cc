// What a user may do to a job while it runs, and after its end.
#include "sim/small_job.h"

namespace sim {
namespace {

using base::Json;
using std::chrono::seconds;

using Edits = SmallJob;

base::Instant time_in(const Json& status, std::string_view name) {
    return *base::parse_instant(base::get_string(status, name));
}

TEST_F(Edits, APlainJobSucceedsAndLeavesNothing) {
    begin();
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Succeeded");
    EXPECT_EQ(status()["units"]["succeeded"], 4);
    EXPECT_EQ(truth_of("Finished"), "True");
    EXPECT_EQ(status()["observedGeneration"], 1);
    world.run_for(seconds(60));
    world.checks.nothing_left(uid(), true);
    world.delete_job(kShop);
    world.run_for(seconds(10));
    EXPECT_EQ(pods(), 0u);
}

TEST_F(Edits, SuspendStopsTheClockAndResumeMovesTheDeadline) {
    begin(one_by_one());
    world.run_for(base::Duration(2'500));
    world.edit_spec(kShop, [](Json& spec) { spec["suspend"] = true; });
    ASSERT_TRUE(world.run_until([this] { return truth_of("Suspended") == "True"; }, seconds(30)))
        << "running attempts are drained";
    EXPECT_EQ(truth_of("Reconciling"), "False");
    const auto before = time_in(status(), "deadlineTime");
    world.run_for(seconds(3'600));
    EXPECT_FALSE(world.has_ended(kShop)) << "its 30 minutes are over, but not its time";
    world.edit_spec(kShop, [](Json& spec) { spec["suspend"] = false; });
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Succeeded");
    EXPECT_GE(time_in(status(), "deadlineTime") - before, seconds(3'600));
    EXPECT_LE(time_in(status(), "deadlineTime") - before, seconds(3'630));
}

TEST_F(Edits, SuspendOutlivesTheOperator) {
    begin(one_by_one());
    world.run_for(base::Duration(2'500));
    world.edit_spec(kShop, [](Json& spec) { spec["suspend"] = true; });
    ASSERT_TRUE(world.run_until([this] { return truth_of("Suspended") == "True"; }, seconds(30)));
    const auto since = condition("Suspended")["lastTransitionTime"];
    const auto before = time_in(status(), "deadlineTime");
    world.run_for(seconds(600));
    world.host.kill();
    world.run_for(seconds(600));
    EXPECT_EQ(condition("Suspended")["lastTransitionTime"], since);
    world.edit_spec(kShop, [](Json& spec) { spec["suspend"] = false; });
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_GE(time_in(status(), "deadlineTime") - before, seconds(1'200));
}

TEST_F(Edits, AJobThatIsCreatedSuspendedHasNoClock) {
    auto with = spec();
    with["suspend"] = true;
    begin(with);
    world.run_for(seconds(100));
    EXPECT_FALSE(status().contains("startTime"));
    EXPECT_EQ(truth_of("Suspended"), "True");
    world.edit_spec(kShop, [](Json& spec) { spec["suspend"] = false; });
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Edits, CancelKeepsWhatWasFound) {
    begin(one_by_one());
    ASSERT_TRUE(world.run_until(
        [this] { return base::get_int(status()["chunks"], "succeeded") == 1; }, seconds(60)));
    world.edit_spec(kShop, [](Json& spec) { spec["cancel"] = true; });
    ASSERT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Cancelled");
    EXPECT_GE(base::get_int(status()["units"], "succeeded"), 2);
    EXPECT_LT(base::get_int(status(), "coveragePercent"), 100);
}

TEST_F(Edits, CancelWhileNothingCanBeCreatedEndsAtOnce) {
    refuse("/configmaps", {.code = 500, .reason = "InternalError", .message = "etcd is away"});
    begin();
    world.run_for(seconds(20));
    world.edit_spec(kShop, [](Json& spec) { spec["cancel"] = true; });
    EXPECT_TRUE(ends_within(seconds(60)));
    EXPECT_EQ(outcome(), "Cancelled");
    allow();
}

TEST_F(Edits, WhatMayChangeMayChangeAcrossARestart) {
    begin(one_by_one());
    world.run_for(base::Duration(2'500));
    world.edit_spec(kShop, [](Json& spec) { spec["parallelism"] = 3; });
    world.host.kill();
    ASSERT_TRUE(ends_within(seconds(60))) << "the stored job has the old value";
    EXPECT_EQ(outcome(), "Succeeded");
}

TEST_F(Edits, ARerunIsANewRunAndTheLastThreeAreRemembered) {
    begin();
    ASSERT_TRUE(ends_within(seconds(60)));
    const auto first = base::get_string(status(), "runID");
    for (int i = 2; i <= 5; ++i) {
        world.edit_spec(kShop, [i](Json& spec) { spec["rerun"] = std::to_string(i); });
        ASSERT_TRUE(world.run_until(
            [&] {
                return world.has_ended(kShop) &&
                       base::get_string(status(), "rerun") == std::to_string(i);
            },
            seconds(60)))
            << i;
        EXPECT_EQ(base::get_string(status(), "runID"), first + "-" + std::to_string(i));
        EXPECT_EQ(outcome(), "Succeeded");
        if (i == 3) world.host.kill();
    }
    const Json history = status()["history"];
    ASSERT_EQ(history.size(), 3u);
    EXPECT_EQ(history[0]["runID"], first + "-4");
    EXPECT_EQ(history[2]["runID"], first + "-2");
    world.run_for(seconds(120));
    world.checks.nothing_left(uid(), true);
}

TEST_F(Edits, AnEditAfterTheEndIsSaidToBeSeenAndChangesNothing) {
    begin();
    ASSERT_TRUE(ends_within(seconds(60)));
    const auto ended = base::get_string(status(), "completionTime");
    world.edit_spec(kShop, [](Json& spec) { spec["parallelism"] = 9; });
    world.run_for(seconds(10));
    EXPECT_EQ(status()["observedGeneration"], 2);
    EXPECT_EQ(base::get_string(status(), "completionTime"), ended);
    EXPECT_EQ(truth_of("SpecDrift"), "True");
}

TEST_F(Edits, ADeletionInMidRunLeavesNothingAfterTenSeconds) {
    for (const auto how : {kube::Propagation::Background, kube::Propagation::Foreground}) {
        World other(options());
        other.start();
        other.create_job(kShop, spec());
        other.run_for(seconds(3));
        const auto id = base::get_string((*other.job(kShop))["metadata"], "uid");
        other.delete_job(kShop, how);
        other.run_for(seconds(10));
        EXPECT_EQ(other.job(kShop), nullptr);
        other.checks.nothing_left(id, false);
        EXPECT_EQ(other.stage.violations(), std::vector<std::string>{});
    }
}

TEST_F(Edits, ANamesakeOfADeletedJobIsARunOfItsOwn) {
    begin();
    world.run_for(seconds(3));
    const auto before = uid();
    world.delete_job(kShop);
    world.create_job(kShop, spec());
    ASSERT_NE(uid(), before);
    ASSERT_TRUE(ends_within(seconds(120)));
    EXPECT_EQ(outcome(), "Succeeded");
    EXPECT_EQ(base::get_string(status(), "runID"), uid());
    EXPECT_EQ(status()["units"]["succeeded"], 4);
}

TEST_F(Edits, AnAttemptIsStoppedByItsSuccessorIfTheOperatorDiedInBetween) {
    auto hung = options();
    hung.work.faults = {{.units = "0", .action = scan::FaultAction::IgnoreTerm, .attempt = 1}};
    bool died = false;
    World* own = nullptr;
    hung.choose = [&](const Point& point) {
        // The end is in the store; the Pod still lives.
        const bool now = !died && own != nullptr && point.kind == PointKind::Call &&
                         point.what.starts_with("DELETE") && point.what.contains("-c0-a1");
        died = died || now;
        return now ? Fault::CrashBefore : Fault::None;
    };
    World other(hung);
    own = &other;
    other.start();
    auto with = spec();
    with["chunks"]["activeDeadlineSeconds"] = 10;
    other.create_job(kShop, with);
    ASSERT_TRUE(other.run_until([&] { return other.has_ended(kShop); }, seconds(300)));
    EXPECT_TRUE(died);
    EXPECT_EQ(base::get_string(other.status(kShop), "outcome"), "Succeeded");
    EXPECT_EQ(other.stage.violations(), std::vector<std::string>{}) << "two attempts lived at once";
}

}  // namespace
}  // namespace sim
