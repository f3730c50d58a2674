// What every ResultStore does alike.
#include "base/os/file.h"
#include "operator/results/memory.h"
#include "operator/results/sqlite.h"
#include "unit/results/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace results {
namespace {

using base::ErrorKind;
using testing::ElementsAre;
using testing::IsEmpty;

struct Kind {
    std::string name;
    std::function<std::unique_ptr<ResultStore>(const base::os::Path& folder)> make;
};

class StoreContract : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("store-contract");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        store_ = GetParam().make(folder_->path());
        ASSERT_NE(store_, nullptr);
    }

    void refused(ErrorKind kind, Write write) {
        const auto answer = write_now(*store_, std::move(write));
        ASSERT_FALSE(answer) << "it was written";
        EXPECT_EQ(answer.error().kind(), kind) << answer.error().message();
        EXPECT_FALSE(answer.error().message().empty());
    }
    void written(Write write) { given::written(*store_, std::move(write)); }
    RunState state(const RunKey& run = given::run()) {
        auto loaded = store_->load(run);
        EXPECT_TRUE(loaded) << loaded.error().message();
        return loaded.value_or(RunState{});
    }

    std::unique_ptr<base::os::TempFolder> folder_;
    std::unique_ptr<ResultStore> store_;
};

TEST_P(StoreContract, ARunThatWasNeverOpenedIsNotFound) {
    EXPECT_EQ(store_->load(given::run()).error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(store_->work(given::run(), 0).error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(store_->erase(given::run()).error().kind(), ErrorKind::NotFound);
    refused(ErrorKind::NotFound, given::plan({{"a"}}));
    refused(ErrorKind::NotFound, CloseRun{.run = given::run()});
}

TEST_P(StoreContract, OpeningTwiceIsFineWithTheSameJobAndAConflictWithAnother) {
    written(given::open_run());
    written(given::open_run());
    auto other = given::open_run();
    other.job_json = "{}";
    refused(ErrorKind::Conflict, other);
    EXPECT_EQ(state().job_json, given::open_run().job_json);
}

TEST_P(StoreContract, ANamespaceKeepsItsFirstRedactionKey) {
    written(given::open_run());
    auto second = given::open_run(given::run("r2"));
    second.redaction_key = std::string(32, 'x');
    written(second);
    const auto key = store_->blob(given::run("r2"), BlobKind::RedactionKey, "default");
    EXPECT_EQ(key.value_or(""), std::string(32, 'k'));
    EXPECT_EQ(store_->blob(given::run(), BlobKind::RedactionKey, "other").error().kind(),
              ErrorKind::NotFound);
}

TEST_P(StoreContract, ThePlanGivesChunksAndUnits) {
    given::planned(*store_, {{"a", "b"}, {"c"}});
    const auto loaded = state();
    ASSERT_TRUE(loaded.plan);
    EXPECT_EQ(loaded.plan->unit_count, 3u);
    EXPECT_EQ(loaded.plan_sha256, given::plan({{"a", "b"}, {"c"}}).sha256);
    ASSERT_EQ(loaded.chunks.size(), 2u);
    EXPECT_EQ(loaded.chunks[0].units, 2u);
    EXPECT_EQ(loaded.chunks[1].index, 1u);
    EXPECT_EQ(loaded.chunks[0].done.total(), 0u);
    EXPECT_FALSE(loaded.chunks[0].committed);
}

TEST_P(StoreContract, OnePlanIsAcceptedAndItsRepetitionIsSuccess) {
    given::planned(*store_, {{"a"}});
    written(given::plan({{"a"}}));
    refused(ErrorKind::Conflict, given::plan({{"b"}}));
    const auto plan = store_->blob(given::run(), BlobKind::Plan, "");
    EXPECT_EQ(plan.value_or(""), given::plan({{"a"}}).gzip_lines);
}

TEST_P(StoreContract, ChunkDocumentsComeBackAsTheyWerePlanned) {
    given::planned(*store_, {{"a"}, {"b", "c"}});
    const auto line = store_->blob(given::run(), BlobKind::Chunk, "1");
    ASSERT_TRUE(line) << line.error().message();
    const auto chunk = scan::parse_chunk(*line);
    ASSERT_TRUE(chunk) << chunk.error().message();
    EXPECT_EQ(*chunk, given::plan({{"a"}, {"b", "c"}}).plan.chunks[1]);
    EXPECT_EQ(store_->blob(given::run(), BlobKind::Chunk, "2").error().kind(), ErrorKind::NotFound);
}

TEST_P(StoreContract, InputsAreKeptByDigestAndCounted) {
    written(given::open_run());
    written(PutInput{.run = given::run(), .sha256 = "d1", .bytes = "openapi"});
    written(PutInput{.run = given::run(), .sha256 = "d1", .bytes = "openapi"});
    EXPECT_EQ(store_->blob(given::run(), BlobKind::Input, "d1").value_or(""), "openapi");
    EXPECT_EQ(store_->blob(given::run(), BlobKind::Input, "d2").error().kind(),
              ErrorKind::NotFound);
    EXPECT_EQ(state().inputs_bytes, 7u);
}

TEST_P(StoreContract, ASegmentAgainIsSuccessAndOtherBytesAreAConflict) {
    given::planned(*store_, {{"a", "b"}});
    const auto first = given::segment(given::attempt(0), 1, {given::unit("a")});
    written(first);
    written(first);
    refused(ErrorKind::Conflict, given::segment(given::attempt(0), 1, {given::unit("b")}));
    ASSERT_EQ(state().attempts.size(), 1u);
    EXPECT_EQ(state().attempts[0].segments, 1u);
    EXPECT_EQ(state().attempts[0].bytes, first.bytes);
    EXPECT_EQ(state().attempts[0].lines, 2u);
    EXPECT_EQ(state().chunks[0].done.ok, 1u);
}

TEST_P(StoreContract, AGapNamesTheNumberThatIsWanted) {
    given::planned(*store_, {{"a"}});
    written(given::segment(given::attempt(0), 1, {}));
    const auto answer =
        write_now(*store_, given::segment(given::attempt(0), 3, {given::unit("a")}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(wanted_segment(answer.error()), 2u);
    EXPECT_EQ(state().chunks[0].done.total(), 0u);
}

TEST_P(StoreContract, SegmentsNeedAChunkOfThePlan) {
    given::planned(*store_, {{"a"}});
    refused(ErrorKind::NotFound, given::segment(given::attempt(7), 1, {}));
    refused(ErrorKind::NotFound, given::segment(given::attempt(-1), 1, {}));
}

TEST_P(StoreContract, AClosedRunTakesNothingMore) {
    given::planned(*store_, {{"a"}});
    const auto stored = given::segment(given::attempt(0), 1, {given::unit("a")});
    written(stored);
    written(CloseRun{.run = given::run()});
    written(CloseRun{.run = given::run()});
    refused(ErrorKind::Cancelled, stored);
    refused(ErrorKind::Cancelled, given::segment(given::attempt(0), 2, {}));
    refused(ErrorKind::Cancelled, given::commit(given::attempt(0), {stored}));
    refused(ErrorKind::Cancelled, given::plan({{"b"}}));
    EXPECT_TRUE(state().summary.closed);
}

TEST_P(StoreContract, TheFirstCompleteCommitClosesTheChunk) {
    given::planned(*store_, {{"a"}});
    const auto one = given::segment(given::attempt(0, 1), 1, {given::unit("a")});
    const auto two = given::segment(given::attempt(0, 2), 1, {given::unit("a")});
    written(one);
    written(two);
    written(given::commit(given::attempt(0, 1), {one}));
    written(given::commit(given::attempt(0, 1), {one}));
    refused(ErrorKind::Conflict, given::commit(given::attempt(0, 2), {two}));
    refused(ErrorKind::Conflict, given::segment(given::attempt(0, 2), 2, {}));
    EXPECT_TRUE(state().chunks[0].committed);
    EXPECT_TRUE(state().attempts[0].commit.has_value());
    EXPECT_FALSE(state().attempts[1].commit.has_value());
}

TEST_P(StoreContract, AnotherCommitOfTheSameAttemptIsAConflict) {
    given::planned(*store_, {{"a"}});
    const auto one = given::segment(given::attempt(0), 1, {given::unit("a")});
    written(one);
    written(given::commit(given::attempt(0), {one}, scan::StreamStatus::Partial));
    refused(ErrorKind::Conflict, given::commit(given::attempt(0), {one}));
    refused(ErrorKind::Conflict, given::segment(given::attempt(0), 2, {}));
    EXPECT_FALSE(state().chunks[0].committed);
}

TEST_P(StoreContract, ACommitMustAgreeWithWhatIsStored) {
    given::planned(*store_, {{"a"}});
    const auto one = given::segment(given::attempt(0), 1, {given::unit("a")});
    written(one);
    auto more = given::commit(given::attempt(0), {one});
    more.commit.segments = 3;
    EXPECT_EQ(wanted_segment(write_now(*store_, more).error()), 2u);
    auto other = given::commit(given::attempt(0), {one});
    ++other.commit.bytes;
    refused(ErrorKind::Conflict, other);
    auto fewer = given::commit(given::attempt(0), {});
    refused(ErrorKind::Conflict, fewer);
}

TEST_P(StoreContract, CompleteMeansThatEveryUnitHasATerminalLineSomewhere) {
    given::planned(*store_, {{"a", "b"}});
    const auto one = given::segment(given::attempt(0, 1), 1, {given::unit("a")});
    written(one);
    refused(ErrorKind::Conflict, given::commit(given::attempt(0, 1), {one}));
    const auto two = given::segment(given::attempt(0, 2), 1, {given::unit("b")});
    written(two);
    written(given::commit(given::attempt(0, 2), {two}));
    EXPECT_TRUE(state().chunks[0].committed);
}

TEST_P(StoreContract, AUnitCountsOnceWithItsBestStatus) {
    given::planned(*store_, {{"a", "b"}, {"c"}});
    written(given::segment(given::attempt(0, 1), 1,
                           {given::unit("a", scan::UnitStatus::Failed, "page-too-slow"),
                            given::unit("b", scan::UnitStatus::Forbidden, "out-of-scope")}));
    written(given::segment(
        given::attempt(0, 2), 1,
        {given::unit("a", scan::UnitStatus::Ok), given::unit("b", scan::UnitStatus::Skipped)}));
    const auto done = state().chunks[0].done;
    EXPECT_EQ(done, (scan::UnitCounts{.ok = 1, .forbidden = 1}));
    EXPECT_EQ(state().chunks[1].done.total(), 0u);
}

TEST_P(StoreContract, UnitsThatTheChunkDoesNotHaveAreNotCounted) {
    given::planned(*store_, {{"a"}, {"b"}});
    written(given::segment(given::attempt(0), 1, {given::unit("b"), given::unit("zzz")}));
    EXPECT_EQ(state().chunks[0].done.total(), 0u);
    EXPECT_EQ(state().chunks[1].done.total(), 0u);
}

TEST_P(StoreContract, WorkGivesDoneUnitsAndThoseThatMayHaveBeenInFlight) {
    given::planned(*store_, {{"a", "b", "c", "d"}});
    written(given::segment(given::attempt(0), 1,
                           {given::finding("a", "x"), given::unit("a"), given::finding("b", "y")}));
    written(given::segment(given::attempt(0), 2, {given::record("c", "k"), given::unit("b")}));
    const auto work = store_->work(given::run(), 0);
    ASSERT_TRUE(work) << work.error().message();
    EXPECT_THAT(work->done_units, ElementsAre("a", "b"));
    EXPECT_THAT(work->suspect_units, ElementsAre("c"));
    EXPECT_EQ(scan::parse_chunk(work->chunk_line).value_or(scan::Chunk{}).units.size(), 4u);
    EXPECT_EQ(store_->work(given::run(), 1).error().kind(), ErrorKind::NotFound);
}

TEST_P(StoreContract, AFreshChunkHasNothingDone) {
    given::planned(*store_, {{"a"}});
    const auto work = store_->work(given::run(), 0);
    ASSERT_TRUE(work) << work.error().message();
    EXPECT_THAT(work->done_units, IsEmpty());
    EXPECT_THAT(work->suspect_units, IsEmpty());
}

TEST_P(StoreContract, AttemptsAreRememberedFromStartToEndAndTheFirstEndStays) {
    given::planned(*store_, {{"a"}});
    const auto at = base::Instant(base::Duration(5'000));
    written(
        StartedAttempt{.attempt = given::attempt(-1), .at = at, .limit = base::Duration(480'000)});
    written(
        StartedAttempt{.attempt = given::attempt(0), .at = at, .limit = base::Duration(480'000)});
    EndedAttempt end{.attempt = given::attempt(0),
                     .end = scan::AttemptEnd::ExitCode,
                     .exit_code = 70,
                     .charged = true,
                     .reason = "",
                     .message = "it crashed",
                     .at = at + base::Duration(7)};
    written(end);
    auto late = end;
    late.end = scan::AttemptEnd::Deleted;
    written(late);
    const auto attempts = state().attempts;
    ASSERT_EQ(attempts.size(), 2u);
    EXPECT_EQ(attempts[0].chunk, -1);
    EXPECT_FALSE(attempts[0].end);
    EXPECT_EQ(attempts[1].created_at, at);
    EXPECT_EQ(attempts[1].limit, base::Duration(480'000));
    ASSERT_TRUE(attempts[1].end);
    EXPECT_EQ(attempts[1].end->end, scan::AttemptEnd::ExitCode);
    EXPECT_EQ(attempts[1].end->exit_code, 70);
    EXPECT_EQ(attempts[1].end->message, "it crashed");
    EXPECT_EQ(attempts[1].end->at, end.at);
    EXPECT_TRUE(attempts[1].end->charged);
}

TEST_P(StoreContract, SegmentsComeBackInOrderByChunkAttemptAndNumber) {
    given::planned(*store_, {{"a"}, {"b"}});
    written(given::segment(given::attempt(1, 1), 1, {given::unit("b")}));
    written(given::segment(given::attempt(0, 2), 1, {}));
    written(given::segment(given::attempt(0, 1), 1, {}));
    written(given::segment(given::attempt(0, 1), 2, {given::unit("a")}));
    std::vector<ResultStore::SegmentRef> refs;
    std::string last;
    const auto all =
        store_->each_segment(given::run(), [&](const auto& ref, std::string_view bytes) {
            refs.push_back(ref);
            last = bytes;
            return base::Result<>();
        });
    ASSERT_TRUE(all) << all.error().message();
    using Ref = ResultStore::SegmentRef;
    EXPECT_THAT(refs, ElementsAre(Ref{0, 1, 1}, Ref{0, 1, 2}, Ref{0, 2, 1}, Ref{1, 1, 1}));
    EXPECT_NE(last.find("\"b\""), std::string::npos);
}

TEST_P(StoreContract, SegmentsOfOneAttemptCanBeAskedForAlone) {
    given::planned(*store_, {{"a"}, {"b"}});
    written(given::segment(given::attempt(0, 1), 1, {}));
    written(given::segment(given::attempt(1, 1), 1, {}));
    int seen = 0;
    const auto some = store_->each_segment(
        given::run(),
        [&](const auto& ref, std::string_view) {
            ++seen;
            EXPECT_EQ(ref.chunk, 1);
            return base::Result<>();
        },
        ResultStore::Only{.chunk = 1, .attempt = 1});
    EXPECT_TRUE(some);
    EXPECT_EQ(seen, 1);
}

TEST_P(StoreContract, WhoTakesSegmentsMayStop) {
    given::planned(*store_, {{"a"}});
    written(given::segment(given::attempt(0), 1, {}));
    const auto stopped =
        store_->each_segment(given::run(), [](const auto&, std::string_view) -> base::Result<> {
            return base::fail(ErrorKind::Cancelled, "enough");
        });
    EXPECT_EQ(stopped.error().kind(), ErrorKind::Cancelled);
}

TEST_P(StoreContract, ListShowsEveryRunWithItsStatus) {
    written(given::open_run(given::run("r1")));
    written(given::open_run(given::run("r2")));
    written(PutStatus{.run = given::run("r1"), .status_json = R"({"outcome":"Succeeded"})"});
    written(MarkMerged{.run = given::run("r1")});
    const auto runs = store_->list();
    ASSERT_TRUE(runs) << runs.error().message();
    ASSERT_EQ(runs->size(), 2u);
    EXPECT_EQ((*runs)[0].run, given::run("r1"));
    EXPECT_EQ((*runs)[0].status_json, R"({"outcome":"Succeeded"})");
    EXPECT_TRUE((*runs)[0].merged);
    EXPECT_FALSE((*runs)[1].merged);
    EXPECT_EQ((*runs)[0].created_at, base::Instant(base::Duration(1'000)));
}

TEST_P(StoreContract, AnErasedRunIsGoneAndOthersStay) {
    given::planned(*store_, {{"a"}}, given::run("r1"));
    given::planned(*store_, {{"a"}}, given::run("r2"));
    written(given::segment(given::attempt(0, 1, given::run("r1")), 1, {given::unit("a")}));
    ASSERT_TRUE(store_->erase(given::run("r1")));
    EXPECT_EQ(store_->load(given::run("r1")).error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(state(given::run("r2")).chunks.size(), 1u);
    given::planned(*store_, {{"b"}}, given::run("r1"));
    EXPECT_EQ(state(given::run("r1")).chunks[0].done.total(), 0u);
    EXPECT_THAT(state(given::run("r1")).attempts, IsEmpty());
}

TEST_P(StoreContract, RunsDoNotMix) {
    given::planned(*store_, {{"a"}}, given::run("r1"));
    given::planned(*store_, {{"a"}}, given::run("r2"));
    written(given::segment(given::attempt(0, 1, given::run("r1")), 1, {given::unit("a")}));
    EXPECT_EQ(state(given::run("r2")).chunks[0].done.total(), 0u);
    EXPECT_THAT(state(given::run("r2")).attempts, IsEmpty());
}

std::unique_ptr<ResultStore> open_embedded(const base::os::Path& folder) {
    auto store = open_sqlite({.file = folder / "store.db"});
    EXPECT_TRUE(store) << store.error().message();
    return store ? std::move(*store) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreContract,
    testing::Values(Kind{"Memory", [](const base::os::Path&) { return make_memory_store(); }},
                    Kind{"Sqlite", open_embedded}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace results
