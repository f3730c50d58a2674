#include "runner/uploader.h"

#include "tests/unit/runner/ingest_fixture.h"

namespace runner {
namespace {

class UploaderTest : public IngestFixture {
protected:
    std::unique_ptr<Uploader> start(UploaderOptions options = {},
                                    base::Duration time = base::Duration(30'000)) {
        return *Uploader::start(*Spool::create(folder_.path() / "stream"), client(time), options);
    }
    scan::MetaLine meta() const {
        return {.job = "shop",
                .run_id = "run-1",
                .scanner = "Synthetic",
                .scanner_version = "1",
                .rules_version = "1"};
    }
    void emit_all(Uploader& uploader) {
        uploader.emit(meta());
        for (const auto& id : unit_ids_) {
            uploader.emit(scan::Record{.unit = id, .kind = "k", .key = id});
            uploader.emit(scan::UnitLine{.id = id});
        }
    }
};

TEST_F(UploaderTest, BringsTheWholeStreamHomeAndCommitsIt) {
    const auto uploader = start();
    emit_all(*uploader);
    const auto finished = uploader->finish({});
    EXPECT_FALSE(finished.error.has_value());
    EXPECT_EQ(finished.commit.units.ok, 4u);
    EXPECT_EQ(finished.commit.records, 4u);
    ASSERT_EQ(state().chunks.size(), 1u);
    EXPECT_TRUE(state().chunks[0].committed);
    EXPECT_EQ(state().attempts[0].commit, finished.commit);
}

TEST_F(UploaderTest, SendsSmallSegmentsInOrder) {
    const auto uploader = start({.segment_bytes = 1, .flush_after = base::Duration(1)});
    emit_all(*uploader);
    const auto finished = uploader->finish({});
    EXPECT_FALSE(finished.error.has_value());
    EXPECT_EQ(state().attempts[0].segments, finished.commit.segments);
}

TEST_F(UploaderTest, CommitsAPartialStreamAsPartial) {
    const auto uploader = start();
    uploader->emit(meta());
    uploader->emit(scan::UnitLine{.id = unit_ids_[0]});
    const auto finished =
        uploader->finish({scan::StreamStatus::Partial, "DeadlineExceeded", "3 units left"});
    EXPECT_FALSE(finished.error.has_value());
    EXPECT_FALSE(state().chunks[0].committed);
    EXPECT_EQ(state().chunks[0].done.ok, 1u);
    EXPECT_EQ(state().attempts[0].commit->message, "3 units left");
}

TEST_F(UploaderTest, SendsOnlyUnitLinesOnceABoundIsReachedAndKeepsCountsExact) {
    close_ingest();
    open_ingest({.attempt_bytes_max = 1'000});
    const auto uploader = start();
    emit_all(*uploader);
    for (int i = 0; i < 50; ++i)
        uploader->emit(scan::Record{.unit = unit_ids_[0], .kind = "k", .key = "more"});
    const auto finished = uploader->finish({});
    EXPECT_FALSE(finished.error.has_value()) << finished.error->message();
    EXPECT_EQ(finished.commit.records, 54u);
    EXPECT_EQ(state().chunks[0].done.ok, 4u);
}

TEST_F(UploaderTest, KeepsTheStreamWhileIngestIsAwayAndSendsItWhenItIsBack) {
    const int port = gate_->port();
    const auto uploader = start({.segment_bytes = 1, .flush_after = base::Duration(1)});
    close_ingest();
    emit_all(*uploader);
    open_ingest({}, port);
    EXPECT_FALSE(uploader->finish({}).error.has_value());
    EXPECT_TRUE(state().chunks[0].committed);
}

TEST_F(UploaderTest, GivesUpAtItsDeadlineAndStillSaysWhatThereWas) {
    environment();
    close_ingest();
    const auto uploader = start({}, base::Duration(50));
    emit_all(*uploader);
    const auto finished = uploader->finish({});
    ASSERT_TRUE(finished.error.has_value());
    EXPECT_EQ(finished.error->kind(), base::ErrorKind::Unavailable);
    EXPECT_EQ(finished.commit.units.ok, 4u);
}

TEST_F(UploaderTest, StopsForGoodWhenTheRunIsClosed) {
    ingest_->close_run(run_);
    const auto uploader = start();
    emit_all(*uploader);
    const auto finished = uploader->finish({});
    ASSERT_TRUE(finished.error.has_value());
    EXPECT_EQ(finished.error->kind(), base::ErrorKind::Cancelled);
}

TEST_F(UploaderTest, ReadsTheTokenAgainWhenItIsRefused) {
    set_token("old token");
    auto first = client(base::Duration(30'000), [this] {
        set_token("right token");
        return false;
    });
    const auto work = first.chunk_work();
    ASSERT_TRUE(work) << work.error().message();
    EXPECT_EQ(work->chunk.units.size(), 4u);
}

TEST_F(UploaderTest, GetsTheRedactionKeyAndInputsByDigest) {
    auto ingest = client();
    EXPECT_EQ(*ingest.redaction_key(), std::string(32, 'k'));
    write(results::PutInput{run_, base::sha256_hex("bytes"), "bytes"});
    EXPECT_EQ(*ingest.input(base::sha256_hex("bytes")), "bytes");
    EXPECT_FALSE(ingest.input(base::sha256_hex("other")));
}

}  // namespace
}  // namespace runner
