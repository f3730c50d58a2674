#include "runner/chunk_run.h"

#include <gtest/gtest.h>

namespace runner {
namespace {

scan::Chunk chunk_of(std::vector<std::pair<std::string, std::string>> ids_and_groups) {
    scan::Chunk chunk;
    for (auto& [id, group] : ids_and_groups) chunk.units.push_back({.id = id, .affinity = group});
    return chunk;
}

std::vector<std::string> ids(const std::vector<scan::Unit>& units) {
    std::vector<std::string> found;
    for (const auto& unit : units) found.push_back(unit.id);
    return found;
}

using Ids = std::vector<std::string>;

TEST(RemainingUnits, AreAllInPlanOrderAtTheFirstAttempt) {
    EXPECT_EQ(ids(remaining_units(chunk_of({{"a", "g"}, {"b", ""}, {"c", "g"}}), {}, {})),
              (Ids{"a", "b", "c"}));
}

TEST(RemainingUnits, LeaveOutWhatAnEarlierAttemptEnded) {
    const Ids done = {"a", "c"};
    EXPECT_EQ(
        ids(remaining_units(chunk_of({{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}}), done, {})),
        (Ids{"b", "d"}));
}

TEST(RemainingUnits, PutTheGroupThatMayHaveKilledTheRunnerLast) {
    const Ids suspect = {"b"};
    EXPECT_EQ(ids(remaining_units(chunk_of({{"a", "x"}, {"b", "x"}, {"c", "y"}, {"d", ""}}), {},
                                  suspect)),
              (Ids{"c", "d", "a", "b"}));
}

TEST(RemainingUnits, DoNotMoveAGroupForASuspectThatIsDone) {
    const Ids done = {"a"};
    const Ids suspect = {"a"};
    EXPECT_EQ(ids(remaining_units(chunk_of({{"a", "x"}, {"b", "x"}, {"c", "y"}}), done, suspect)),
              (Ids{"b", "c"}));
}

Stop stop_with(scan::ExitCode code) {
    return {code, base::Error(base::ErrorKind::Unavailable, "why"), {}};
}

TEST(RunEnd, IsCompleteWhenNoUnitIsLeftEvenIfToldToStopMeanwhile) {
    EXPECT_EQ(decide_run_end({.cause = StopCause::Deadline, .units_left = 0}), RunEnd{});
}

TEST(RunEnd, IsPartialWith124AtTheOwnDeadline) {
    const auto end = decide_run_end({.cause = StopCause::Deadline, .units_left = 3});
    EXPECT_EQ(end.status, scan::StreamStatus::Partial);
    EXPECT_EQ(end.code, scan::ExitCode::Deadline);
    EXPECT_EQ(end.message, "own deadline reached: 3 units left");
}

TEST(RunEnd, IsPartialWith143WhenTerminated) {
    EXPECT_EQ(decide_run_end({.cause = StopCause::Terminated, .units_left = 1}).code,
              scan::ExitCode::Terminated);
}

TEST(RunEnd, CarriesTheScannersOwnCodeAndSentence) {
    const auto end = decide_run_end(
        {.stopped_by_scanner = stop_with(scan::ExitCode::TargetUnavailable), .units_left = 1});
    EXPECT_EQ(end.status, scan::StreamStatus::Failed);
    EXPECT_EQ(end.code, scan::ExitCode::TargetUnavailable);
    EXPECT_EQ(end.message, "why");
}

TEST(RunEnd, SaysWhenTheScannerHung) {
    const auto end =
        decide_run_end({.cause = StopCause::Deadline, .abandoned = true, .units_left = 2});
    EXPECT_EQ(end.message, "own deadline reached: 2 units left, the scanner hung");
}

TEST(RunEnd, IsABugWhenTheScannerReturnsWithUnitsLeft) {
    EXPECT_EQ(decide_run_end({.units_left = 2}).code, scan::ExitCode::Internal);
}

}  // namespace
}  // namespace runner
