#include "scan/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace scan {
namespace {

UnitCounts ok_and_failed(std::uint64_t ok, std::uint64_t failed) {
    UnitCounts units;
    units.ok = ok;
    units.failed = failed;
    return units;
}

ChunkCounts good_and_bad(std::uint64_t succeeded, std::uint64_t failed) {
    ChunkCounts chunks;
    chunks.total = succeeded + failed;
    chunks.succeeded = succeeded;
    chunks.failed = failed;
    return chunks;
}

SuccessPolicy policy(SuccessPolicyType type, int percent) {
    SuccessPolicy wanted;
    wanted.type = type;
    wanted.min_coverage_percent = percent;
    return wanted;
}

struct Case {
    std::string_view claim;
    std::uint64_t ok, planned;
    ChunkCounts chunks;
    SuccessPolicy policy;
    bool cancelled, deadline;
    Outcome outcome;
    Reason reason;
};

TEST(OutcomeOf, EveryCaseOfTheTable) {
    using enum SuccessPolicyType;
    const std::vector<Case> cases = {
        {"all units ok is a success", 10, 10, good_and_bad(2, 0), policy(AnyChunk, 1), false, false,
         Outcome::Succeeded, Reason::Completed},
        {"all units ok is a success even if a cancel came late", 10, 10, good_and_bad(2, 0),
         policy(AnyChunk, 1), true, false, Outcome::Succeeded, Reason::Completed},
        {"all units ok is a success even if a chunk ended badly after its last unit", 10, 10,
         good_and_bad(1, 1), policy(AllChunks, 100), false, true, Outcome::Succeeded,
         Reason::Completed},
        {"some units and one chunk satisfy AnyChunk", 5, 10, good_and_bad(1, 1),
         policy(AnyChunk, 1), false, false, Outcome::PartiallySucceeded,
         Reason::PartiallyCompleted},
        {"AnyChunk also wants its coverage", 1, 10, good_and_bad(1, 9), policy(AnyChunk, 20), false,
         false, Outcome::Failed, Reason::ChunksFailed},
        {"AnyChunk without a chunk that succeeded is a failure", 5, 10, good_and_bad(0, 2),
         policy(AnyChunk, 1), false, false, Outcome::Failed, Reason::ChunksFailed},
        {"MinCoverage asks for no chunk", 5, 10, good_and_bad(0, 2), policy(MinCoverage, 50), false,
         false, Outcome::PartiallySucceeded, Reason::PartiallyCompleted},
        {"MinCoverage below its percentage is a failure", 4, 10, good_and_bad(1, 1),
         policy(MinCoverage, 50), false, false, Outcome::Failed, Reason::ChunksFailed},
        {"AllChunks forgives failed units, not failed chunks", 9, 10, good_and_bad(2, 0),
         policy(AllChunks, 1), false, false, Outcome::PartiallySucceeded,
         Reason::PartiallyCompleted},
        {"AllChunks fails with one chunk", 9, 10, good_and_bad(1, 1), policy(AllChunks, 1), false,
         false, Outcome::Failed, Reason::ChunksFailed},
        {"nothing scanned is never a success, even if zero percent is enough", 0, 10,
         good_and_bad(1, 0), policy(MinCoverage, 0), false, false, Outcome::Failed,
         Reason::ChunksFailed},
        {"a deadline that leaves the policy satisfied is a partial success", 5, 10,
         good_and_bad(1, 1), policy(AnyChunk, 1), false, true, Outcome::PartiallySucceeded,
         Reason::PartiallyCompleted},
        {"a deadline that breaks the policy is a time-out", 0, 10, good_and_bad(0, 2),
         policy(AnyChunk, 1), false, true, Outcome::TimedOut, Reason::DeadlineExceeded},
        {"a cancel is a cancel whatever was scanned", 9, 10, good_and_bad(1, 1),
         policy(AnyChunk, 1), true, false, Outcome::Cancelled, Reason::Cancelled},
        {"a cancel before the plan is a cancel", 0, 0, good_and_bad(0, 0), policy(AnyChunk, 1),
         true, false, Outcome::Cancelled, Reason::Cancelled},
        {"an empty plan is a failure", 0, 0, good_and_bad(0, 0), policy(MinCoverage, 0), false,
         false, Outcome::Failed, Reason::NoUnits},
        {"a deadline before the plan is a time-out", 0, 0, good_and_bad(0, 0), policy(AnyChunk, 1),
         false, true, Outcome::TimedOut, Reason::DeadlineExceeded},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.claim);
        Facts facts;
        facts.units = ok_and_failed(c.ok, c.planned - c.ok);
        facts.units_planned = c.planned;
        facts.chunks = c.chunks;
        facts.cancelled = c.cancelled;
        facts.deadline_hit = c.deadline;
        const auto verdict = decide_outcome(facts, c.policy);
        EXPECT_EQ(verdict.outcome, c.outcome);
        EXPECT_EQ(verdict.reason, c.reason);
        EXPECT_FALSE(verdict.message.empty());
    }
}

TEST(OutcomeOf, AnEmptyPlanIsASuccessWhereTheScannerSaysSo) {
    Facts facts;
    facts.empty_is_fine = true;
    const auto verdict = decide_outcome(facts, {});
    EXPECT_EQ(verdict.outcome, Outcome::Succeeded);
    EXPECT_THAT(verdict.message, testing::HasSubstr("nothing to scan"));
}

TEST(OutcomeOf, TheMessageSaysHowMuchIsMissingAndWhy) {
    Facts facts;
    facts.units.ok = 41;
    facts.units.failed = 3;
    facts.units.timed_out = 2;
    facts.units.forbidden = 1;
    facts.units.skipped = 1;
    facts.units_planned = 48;
    facts.chunks = good_and_bad(3, 1);
    EXPECT_EQ(decide_outcome(facts, {}).message,
              "41 of 48 units scanned (85 %); 3 failed, 2 timed out, 1 forbidden, 1 skipped");
    EXPECT_THAT(decide_outcome(facts, policy(SuccessPolicyType::AllChunks, 1)).message,
                testing::HasSubstr("wants all 4 chunks to succeed, 3 did"));
}

TEST(Coverage, IsRoundedDownAndFullOnlyIfAllWereScanned) {
    EXPECT_EQ(coverage_percent(0, 0), 0);
    EXPECT_EQ(coverage_percent(0, 5), 0);
    EXPECT_EQ(coverage_percent(999, 1000), 99);
    EXPECT_EQ(coverage_percent(1, 3), 33);
    EXPECT_EQ(coverage_percent(5, 5), 100);
    EXPECT_EQ(coverage_percent(2'000'000, 2'000'001), 99);
}

FailOn fail_on(Severity severity, int count, GateState state) {
    FailOn gate;
    gate.severity = severity;
    gate.count = count;
    gate.state = state;
    return gate;
}

TEST(Gate, CountsFindingsAtOrAboveItsSeverity) {
    FindingCounts counts;
    counts.gated = {0, 1, 2, 0, 9};
    EXPECT_FALSE(gate_hit(std::nullopt, counts));
    EXPECT_TRUE(gate_hit(fail_on(Severity::High, 1, GateState::All), counts));
    EXPECT_FALSE(gate_hit(fail_on(Severity::High, 2, GateState::All), counts));
    EXPECT_TRUE(gate_hit(fail_on(Severity::Medium, 3, GateState::All), counts));
    EXPECT_FALSE(gate_hit(fail_on(Severity::Critical, 1, GateState::All), counts));
}

TEST(Gate, CountsOnlyNewFindingsWhenAskedTo) {
    FindingCounts counts;
    counts.gated = {5, 5, 0, 0, 0};
    counts.gated_new = {0, 1, 0, 0, 0};
    EXPECT_TRUE(gate_hit(fail_on(Severity::High, 1, GateState::New), counts));
    EXPECT_FALSE(gate_hit(fail_on(Severity::High, 2, GateState::New), counts));
}

TEST(ExitCodeOf, EachOutcome) {
    EXPECT_EQ(exit_code(Outcome::Succeeded, false), 0);
    EXPECT_EQ(exit_code(Outcome::PartiallySucceeded, false), 0);
    EXPECT_EQ(exit_code(Outcome::Succeeded, true), 2);
    EXPECT_EQ(exit_code(Outcome::PartiallySucceeded, true), 2);
    EXPECT_EQ(exit_code(Outcome::Failed, true), 3);
    EXPECT_EQ(exit_code(Outcome::Cancelled, false), 3);
    EXPECT_EQ(exit_code(Outcome::TimedOut, true), 4);
}

}  // namespace
}  // namespace scan
