#include "operator/observe/observe.h"

#include "operator/observe/status_json.h"

#include <gtest/gtest.h>

namespace observe {
namespace {

using core::Phase;
using scan::AttemptEnd;

base::Instant at(int seconds) { return base::Instant{base::Duration{seconds * 1000}}; }

results::RunState stored_run() {
    results::RunState state;
    state.plan_sha256 = "abc";
    state.plan = scan::PlanHead{};
    state.plan->unit_count = 4;
    results::RunState::ChunkFacts chunk;
    chunk.units = 2;
    chunk.weight_millis = 1'000;
    chunk.concurrency_key = "host";
    state.chunks.push_back(chunk);
    chunk.index = 1;
    state.chunks.push_back(chunk);
    return state;
}

results::StoredAttempt attempt(std::int64_t chunk, int number, int created) {
    results::StoredAttempt stored;
    stored.chunk = chunk;
    stored.attempt = number;
    stored.created_at = at(created);
    stored.limit = base::Duration{480'000};
    return stored;
}

TEST(Observe, AttemptsWithoutAnEndDiedWithTheirDriver) {
    results::RunState state = stored_run();
    state.attempts = {attempt(-1, 1, 1), attempt(1, 1, 5)};
    const core::Observed seen = from_store(state, {});
    const core::Attempt& lost = seen.chunks[1].attempts.at(0);
    EXPECT_EQ(lost.phase, Phase::Ended);
    EXPECT_FALSE(lost.end_recorded);
    EXPECT_EQ(lost.end->end, AttemptEnd::Deleted);
    EXPECT_EQ(lost.end->at, at(5)) << "so that its retry need not wait";
    EXPECT_TRUE(seen.discovery.at(0).committed_at) << "its plan is there";
}

TEST(Observe, WhatWasRecordedOrCommittedHolds) {
    results::RunState state = stored_run();
    state.attempts = {attempt(0, 1, 5), attempt(0, 2, 9)};
    state.attempts[0].end = results::EndedAttempt{.attempt = {},
                                                  .end = AttemptEnd::OOMKilled,
                                                  .exit_code = 137,
                                                  .charged = true,
                                                  .reason = "TargetForbidden",
                                                  .message = "m",
                                                  .at = at(8)};
    state.attempts[1].commit = scan::Commit{};
    state.chunks[0].committed = true;
    const core::Observed seen = from_store(state, {});
    EXPECT_EQ(seen.chunks[0].attempts[0].end->end, AttemptEnd::OOMKilled);
    EXPECT_EQ(seen.chunks[0].attempts[0].end->reason, scan::Reason::TargetForbidden);
    EXPECT_TRUE(seen.chunks[0].attempts[0].end_recorded);
    EXPECT_TRUE(seen.chunks[0].attempts[1].committed_at);
    EXPECT_TRUE(seen.chunks[0].committed);
}

TEST(Observe, TheClockComesFromTheStoredStatus) {
    results::RunState state = stored_run();
    core::Status status{.start_time = at(1), .deadline_time = at(1801)};
    state.summary.status_json = status_to_json(status);
    EXPECT_EQ(from_store(state, {}).deadline_time, at(1801));
    EXPECT_FALSE(from_store(state, {}).finished);
    status.outcome = scan::Outcome::Failed;
    state.summary.status_json = status_to_json(status);
    EXPECT_TRUE(from_store(state, {}).finished);
}

TEST(Observe, AttemptsOfAPlanThatIsGoneAreRemembered) {
    results::RunState state = stored_run();
    state.plan.reset();
    state.chunks.clear();
    state.attempts = {attempt(0, 1, 5)};
    EXPECT_TRUE(from_store(state, {}).plan_promised) << "the planner will say PlanLost";
}

TEST(Observe, WarnsOfChunksHeavierThanTheirLimit) {
    results::RunState state = stored_run();
    EXPECT_FALSE(from_store(state, {}).plan->too_heavy);
    state.chunks[0].weight_millis = 470'000;
    EXPECT_TRUE(from_store(state, {}).plan->too_heavy) << "480 s less the reserve of 20 s";
    state.chunks[0].weight_millis = 1'000;
    scan::JobSpec spec;
    spec.parallelism = 1;
    spec.active_deadline = std::chrono::seconds(1);
    EXPECT_TRUE(from_store(state, spec).plan->too_heavy);
}

class Notes : public testing::Test {
protected:
    void SetUp() override {
        seen_ = from_store(stored_run(), {});
        note_started(seen_, {.id = {0, 1}, .limit = base::Duration{480'000}}, at(10));
    }
    api::IngestEvent event(api::IngestEvent::Kind kind) const {
        return {.kind = kind, .attempt = {{}, 0, 1}};
    }
    core::Observed seen_;
};

TEST_F(Notes, OfSegmentsAddUp) {
    auto segment = event(api::IngestEvent::Kind::SegmentStored);
    segment.facts.units.ok = 1;
    segment.facts.findings = 3;
    segment.facts.by_severity = {1, 0, 2, 0, 0};
    segment.pause_seconds = 60;
    note_ingest(seen_, segment, at(20));
    EXPECT_EQ(seen_.chunks[0].done.ok, 1U);
    EXPECT_EQ(seen_.findings_so_far.critical, 1U);
    EXPECT_EQ(seen_.findings_so_far.medium, 2U);
    EXPECT_EQ(seen_.paused_until.at("host"), at(80));
}

TEST_F(Notes, OfCommitsCountOnlyWhenComplete) {
    auto commit = event(api::IngestEvent::Kind::Committed);
    commit.commit.status = scan::StreamStatus::Partial;
    note_ingest(seen_, commit, at(20));
    EXPECT_FALSE(seen_.chunks[0].committed);
    commit.commit.status = scan::StreamStatus::Complete;
    note_ingest(seen_, commit, at(21));
    EXPECT_TRUE(seen_.chunks[0].committed);
    EXPECT_EQ(find_attempt(seen_, {0, 1})->committed_at, at(21));
}

TEST_F(Notes, OfTruncatedStreamsDegradeTheRunOnce) {
    note_ingest(seen_, event(api::IngestEvent::Kind::Truncated), at(20));
    note_ingest(seen_, event(api::IngestEvent::Kind::Truncated), at(21));
    EXPECT_EQ(seen_.degraded, std::vector{scan::Reason::ResultsTruncated});
}

TEST_F(Notes, OfAnEndDoNotReplaceARecordedOne) {
    note_stopping(seen_, {0, 1});
    EXPECT_EQ(find_attempt(seen_, {0, 1})->phase, Phase::Stopping);
    note_recorded(seen_, {.id = {0, 1}, .fact = {.end = AttemptEnd::Cancelled}});
    note_end(seen_, {0, 1}, {.end = AttemptEnd::ExitCode});
    EXPECT_EQ(find_attempt(seen_, {0, 1})->end->end, AttemptEnd::Cancelled);
    EXPECT_EQ(find_attempt(seen_, {0, 1})->phase, Phase::Ended);
}

TEST_F(Notes, OfStrangersAreIgnored) {
    note_end(seen_, {99, 1}, {});
    note_ingest(seen_, {.kind = api::IngestEvent::Kind::Committed, .attempt = {{}, 99, 1}}, at(1));
    EXPECT_EQ(find_attempt(seen_, {99, 1}), nullptr);
}

}  // namespace
}  // namespace observe
