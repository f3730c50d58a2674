#include "unit/cli/fleet.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace cli::test {
namespace {

using scan::Outcome;
namespace fs = std::filesystem;

TEST(LocalRun, DoesEveryChunkAndFinishes) {
    Fleet fleet("{unitCount: 8}");
    const auto status = fleet.drive();
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(status->outcome, Outcome::Succeeded);
    EXPECT_EQ(status->coverage_percent, 100);
    EXPECT_EQ(status->chunks.succeeded, 4U);
    EXPECT_EQ(fleet.processes->starts.size(), 4U);
    EXPECT_TRUE(fleet.closed);
    EXPECT_TRUE(fleet.expected.empty()) << "tokens are forgotten when their attempt ends";
    EXPECT_TRUE(fs::exists(fleet.options.folder.merged() / "totals.json"));
}

TEST(LocalRun, PlansSyntheticJobsItself) {
    Fleet fleet("{unitCount: 2}");
    ASSERT_TRUE(fleet.drive());
    EXPECT_TRUE(fleet.processes->attempts_of(core::kDiscovery).empty());
    EXPECT_TRUE(fleet.was_told("planned: planned 2 units in 1 chunks"));
}

TEST(LocalRun, KeepsParallelism) {
    Fleet fleet("{unitCount: 8}");
    int live = 0, most = 0;
    fleet.on_event = [&](const RunEvent& event) {
        live += event.kind == RunEvent::Kind::AttemptStarted;
        live -= event.kind == RunEvent::Kind::AttemptEnded && event.attempt->chunk >= 0;
        most = std::max(most, live);
    };
    ASSERT_TRUE(fleet.drive());
    EXPECT_EQ(most, 2);
}

TEST(LocalRun, RetriesWhatAKilledRunnerLeft) {
    Fleet fleet("{unitCount: 4}");
    fleet.script = [&](const core::AttemptId& id, const auto&) {
        if (id.chunk == 1 && id.attempt == 1) return fleet.works(id, 1, {.code = 137, .signal = 9});
        return fleet.works(id);
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, Outcome::Succeeded);
    EXPECT_EQ(fleet.processes->attempts_of(1), (std::vector{1, 2}));
    EXPECT_TRUE(fleet.was_told("attempt-ended: c1-a1 ended: ExitCode: killed by signal 9"));
}

TEST(LocalRun, SaysWhatIsMissing) {
    Fleet fleet("{unitCount: 4}", "{maxUnits: 2, backoffLimit: 0}");
    fleet.script = [&](const core::AttemptId& id, const auto&) {
        return id.chunk == 1 ? fleet.works(id, 1, {}) : fleet.works(id);
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, Outcome::PartiallySucceeded);
    EXPECT_EQ(status->coverage_percent, 75);
    EXPECT_EQ(status->units.failed, 1U);
    ASSERT_EQ(status->failed_chunks.size(), 1U);
    EXPECT_EQ(status->failed_chunks[0].reason, "NoResult");
}

TEST(LocalRun, KillsARunnerThatIgnoresEverything) {
    Fleet fleet("{unitCount: 2}", "{maxUnits: 2, backoffLimit: 0, activeDeadlineSeconds: 2}");
    fleet.script = [](const auto&, const auto&) {
        return Life{.lasts = std::chrono::hours(9), .obeys_sigterm = false};
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->chunks.timed_out, 1U);
    const std::vector<std::pair<core::AttemptId, int>> expected{{{0, 1}, SIGTERM},
                                                                {{0, 1}, SIGKILL}};
    EXPECT_EQ(fleet.processes->signals, expected);
    EXPECT_TRUE(fleet.was_told("c0-a1 ended: RunTimeout"));
}

TEST(LocalRun, CancelledOnceKeepsWhatThereIs) {
    Fleet fleet("{unitCount: 8}");
    fleet.on_event = [&](const RunEvent& event) {
        if (event.kind == RunEvent::Kind::ChunkSucceeded) fleet.stop_requests = 1;
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, Outcome::Cancelled);
    EXPECT_GE(status->units.ok, 2U);
    EXPECT_LT(status->units.ok, 8U);
    EXPECT_TRUE(fs::exists(fleet.options.folder.cancel()));
}

TEST(LocalRun, StoppedTwiceStopsAtOnceAndCanBeResumed) {
    Fleet fleet("{unitCount: 8}");
    fleet.on_event = [&](const RunEvent& event) {
        if (event.kind == RunEvent::Kind::ChunkSucceeded) fleet.stop_requests = 2;
    };
    const auto stopped = fleet.drive();
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind(), base::ErrorKind::Cancelled);
    EXPECT_FALSE(fs::exists(fleet.options.folder.work("c2-a1") / "auth"))
        << "no token stays behind";
    fleet.on_event = {};
    fleet.stop_requests = 0;
    const auto resumed = fleet.drive();
    ASSERT_TRUE(resumed);
    EXPECT_EQ(resumed->outcome, Outcome::Succeeded) << "stopping at once is not cancelling";
}

TEST(LocalRun, MayBeResumedWithAnotherParallelism) {
    Fleet fleet("{unitCount: 8}");
    fleet.options.parallelism = 4;
    fleet.on_event = [&](const RunEvent& event) {
        if (event.kind == RunEvent::Kind::ChunkSucceeded) fleet.stop_requests = 2;
    };
    ASSERT_FALSE(fleet.drive());
    EXPECT_EQ(fleet.processes->starts.size(), 4U);
    fleet.options.parallelism = 1;
    fleet.stop_requests = 0;
    fleet.on_event = {};
    ASSERT_TRUE(fleet.drive());
}

TEST(LocalRun, GoesOnWhereAKilledOneStood) {
    Fleet fleet("{unitCount: 8}");
    fleet.script = [&](const core::AttemptId& id, const auto&) {
        Life life = fleet.works(id);
        if (id.chunk == 1 && id.attempt == 1) life.lasts = std::chrono::minutes(1);
        return life;
    };
    fleet.on_event = [&](const RunEvent& event) {
        // The process is gone in the middle of an event: nothing is cleaned up.
        if (event.kind == RunEvent::Kind::ChunkSucceeded) throw std::runtime_error("killed");
    };
    EXPECT_THROW(static_cast<void>(fleet.drive()), std::runtime_error);
    fleet.on_event = {};
    const auto status = fleet.drive();
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(status->outcome, Outcome::Succeeded);
    EXPECT_EQ(status->coverage_percent, 100);
    EXPECT_TRUE(fleet.was_told("resumed: run r1"));
    EXPECT_LT(fleet.processes->starts.size(), 4U) << "what was committed is not done again";
    EXPECT_EQ(status->attempts.lost, 1U)
        << "the attempt that was alive died with its driver, for free";
}

TEST(LocalRun, AFinishedOneIsNotTouchedByAResume) {
    Fleet fleet("{unitCount: 4}");
    const auto first = fleet.drive();
    ASSERT_TRUE(first);
    fleet.clock.advance(std::chrono::hours(1));
    const auto again = fleet.drive();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->completion_time, first->completion_time);
    EXPECT_EQ(again->units, first->units);
    EXPECT_TRUE(fleet.processes->starts.empty());
}

TEST(LocalRun, ACancelledOneStaysCancelledWhenResumed) {
    Fleet fleet("{unitCount: 8}");
    ASSERT_TRUE(base::os::write_file(fleet.options.folder.cancel(), ""));
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, Outcome::Cancelled);
    EXPECT_TRUE(fleet.processes->starts.empty());
}

TEST(LocalRun, StopsAfterThePlanWhenThatIsAllThatIsAsked) {
    Fleet fleet("{unitCount: 8}");
    fleet.options.stop_after_plan = true;
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, std::nullopt);
    EXPECT_TRUE(fleet.processes->starts.empty());
}

TEST(LocalRun, WaitsForAStoreThatIsAway) {
    Fleet fleet("{unitCount: 4}");
    int away = 0;
    fleet.on_event = [&](const RunEvent& event) {
        if (event.kind == RunEvent::Kind::AttemptStarted && away == 0) {
            ++away;
            fleet.faulty.refuse_writes(
                base::Error(base::ErrorKind::Unavailable, "the disk is full"));
        }
        if (event.kind == RunEvent::Kind::StoreAway && ++away == 3)
            fleet.faulty.refuse_writes(std::nullopt);
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status) << status.error().message();
    EXPECT_EQ(status->outcome, Outcome::Succeeded);
    EXPECT_TRUE(fleet.was_told("the disk is full"));
}

TEST(LocalRun, AStoreThatRefusesForGoodEndsTheDriver) {
    Fleet fleet("{unitCount: 4}");
    fleet.faulty.refuse_writes(base::Error(base::ErrorKind::Internal, "the database is broken"));
    const auto status = fleet.drive();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().message(), "the database is broken");
}

TEST(LocalRun, ARunnerThatCannotBeStartedFailsItsChunkWithTheCause) {
    Fleet fleet("{unitCount: 2}");
    fleet.on_event = [&](const RunEvent& event) {
        if (event.kind != RunEvent::Kind::Planned) return;
        fleet.processes->refuse_starts = base::Error(base::ErrorKind::NotFound, "no such program");
    };
    const auto status = fleet.drive();
    ASSERT_TRUE(status);
    EXPECT_EQ(status->outcome, Outcome::Failed);
    ASSERT_EQ(status->failed_chunks.size(), 1U);
    EXPECT_EQ(status->failed_chunks[0].message, "the runner could not be started: no such program");
}

TEST(WorkFolder, HoldsWhatTheContractSaysAndSecretsOnlyWhileNeeded) {
    Fleet fleet("{unitCount: 2}");
    const fs::path work = fleet.options.folder.work("c0-a1");
    bool looked = false;
    fleet.script = [&](const core::AttemptId& id, const base::os::SpawnOptions& spawn) {
        looked = true;
        EXPECT_EQ(spawn.argv, (std::vector<std::string>{"/bin/scanfleet-runner", "run", "--work",
                                                        work.string()}));
        const std::map<std::string, std::string> env(spawn.env.begin(), spawn.env.end());
        EXPECT_EQ(env.at("SCANFLEET_RUN"), "default/synthetic/r1");
        EXPECT_EQ(env.at("SCANFLEET_ATTEMPT"), "0:1");
        EXPECT_EQ(env.at("SCANFLEET_LIMIT_SECONDS"), "480");
        EXPECT_EQ(env.at("SCANFLEET_LOCAL"), "1");
        EXPECT_EQ(env.at("SCANFLEET_TERMINATION_LOG"), (work / "termination.json").string());
        EXPECT_TRUE(fs::exists(work / "in" / "job.json"));
        EXPECT_EQ(fs::status(work / "auth" / "token").permissions(),
                  fs::perms::owner_read | fs::perms::owner_write);
        return fleet.works(id);
    };
    ASSERT_TRUE(fleet.drive());
    EXPECT_TRUE(looked);
    EXPECT_FALSE(fs::exists(work / "auth"));
}

TEST(WorkFolder, WritesLimitsWithAFractionWhereThereIsOne) {
    EXPECT_EQ(limit_seconds(base::Duration(480'000)), "480");
    EXPECT_EQ(limit_seconds(base::Duration(1'600)), "1.600");
    EXPECT_EQ(limit_seconds(base::Duration(5)), "0.005");
}

}  // namespace
}  // namespace cli::test
