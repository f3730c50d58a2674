// Segments and commits: what is taken, what is refused and how, what the driver hears.
#include "unit/api/desk.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/json.h"

#include <gmock/gmock.h>

namespace api {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Segments : public Desk {
protected:
    void SetUp() override { start(); }

    // Bytes as they are, with their own digest.
    static Ask raw(const std::string& bytes, std::uint32_t number = 1) {
        return {.method = "PUT",
                .path = "chunks/0/attempts/1/segments/" + std::to_string(number),
                .body = base::gzip(bytes),
                .digest = base::sha256_hex(bytes)};
    }
    static std::string meta_line(std::int64_t chunk = 0) {
        const auto first = given::segment(given::attempt(chunk), 1, {});
        return base::gunzip(first.gzip_body).value_or("");
    }
    int kinds(IngestEvent::Kind kind) {
        int count = 0;
        for (const auto& event : events()) count += event.kind == kind ? 1 : 0;
        return count;
    }
};

TEST_F(Segments, AnAnswerOfSuccessMeansStoredAndTold) {
    const auto segment =
        given::segment(given::attempt(0), 1, {given::finding("u0", "x"), given::unit("u0")});
    EXPECT_EQ(put(segment).status, 200);
    EXPECT_EQ(state().chunks[0].done.ok, 1u);
    ASSERT_EQ(events().size(), 1u);
    EXPECT_EQ(events()[0].kind, IngestEvent::Kind::SegmentStored);
    EXPECT_EQ(events()[0].attempt, given::attempt(0));
    EXPECT_EQ(events()[0].facts.findings, 1u);
    EXPECT_EQ(events()[0].facts.unit_ends.size(), 1u);
}

TEST_F(Segments, TheSameAgainIsSuccessAndTellsNothingNew) {
    const auto segment = given::segment(given::attempt(0), 1, {given::unit("u0")});
    EXPECT_EQ(put(segment).status, 200);
    EXPECT_EQ(put(segment).status, 200);
    EXPECT_EQ(kinds(IngestEvent::Kind::SegmentStored), 1);
}

TEST_F(Segments, OtherBytesUnderAStoredNumberAreAConflict) {
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {given::unit("u0")})).status, 200);
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {given::unit("u1")})).status, 409);
    EXPECT_EQ(state().chunks[0].done.total(), 1u);
}

TEST_F(Segments, AGapNamesTheNumberThatIsWanted) {
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {})).status, 200);
    const auto reply = put(given::segment(given::attempt(0), 3, {}));
    EXPECT_EQ(reply.status, 412);
    const auto json = base::parse_json(reply.body);
    ASSERT_TRUE(json);
    EXPECT_EQ(base::get_int(*json, "want"), 2);
    EXPECT_FALSE(base::get_string(*json, "error").empty());
}

TEST_F(Segments, ABodyUnlikeItsDigestIsBad) {
    auto sent = raw(meta_line());
    sent.digest = std::string(64, 'a');
    const auto reply = ask(sent);
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("digest"));
}

TEST_F(Segments, ACutBodyIsBad) {
    auto sent = raw(meta_line());
    sent.body.resize(sent.body.size() / 2);
    EXPECT_EQ(ask(sent).status, 400);
    sent.body = "not gzip at all";
    EXPECT_EQ(ask(sent).status, 400);
    sent.body = "";
    EXPECT_EQ(ask(sent).status, 400);
}

TEST_F(Segments, LinesThatAreNotOfTheFormatAreBad) {
    const auto meta = meta_line();
    for (const auto& line :
         {std::string("{}\n"), std::string("nonsense\n"), std::string("{\"type\":\"unit\"}\n"),
          std::string("{\"type\":\"log\",\"level\":\"info\",\"msg\":\"\xff\"}\n"),
          std::string("{\"type\":\"log\",\"level\":\"info\",\"msg\":\"cut\"}"), meta}) {
        EXPECT_EQ(ask(raw(meta + line)).status, 400) << line;
    }
    EXPECT_EQ(state().attempts.size(), 0u);
}

TEST_F(Segments, ABombIsTooLarge) {
    const std::string spaces(64u << 20, ' ');
    auto sent = raw(spaces);
    EXPECT_EQ(ask(sent).status, 413);
}

TEST_F(Segments, AStreamOfAnotherAttemptIsBad) {
    auto foreign = given::segment(given::attempt(0, 2), 1, {});
    auto sent = segment_ask(foreign);
    sent.path = "chunks/0/attempts/1/segments/1";
    sent.token = token(0, 1);
    const auto reply = ask(sent);
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("not this attempt"));
}

TEST_F(Segments, AClosedStoreSaysGone) {
    given::written(store_, results::CloseRun{.run = given::run()});
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {})).status, 410);
}

TEST_F(Segments, ABusyStoreIsRetriedAfterASecond) {
    const auto segment = given::segment(given::attempt(0), 1, {given::unit("u0")});
    store_.refuse_writes(base::Error(base::ErrorKind::Unavailable, "no space left"));
    const auto reply = put(segment);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.headers.get("Retry-After"), "1");
    EXPECT_THAT(reply.body, HasSubstr("no space left"));
    EXPECT_THAT(events(), IsEmpty());
    store_.refuse_writes(std::nullopt);
    EXPECT_EQ(put(segment).status, 200);
    EXPECT_EQ(post(given::commit(given::attempt(0), {segment}, scan::StreamStatus::Partial)).status,
              200);
}

TEST_F(Segments, OnlyTheEndCarriesAPause) {
    const auto end = scan::EndLine{.status = scan::StreamStatus::Partial,
                                   .truncated = true,
                                   .pause_seconds = 90,
                                   .sha256 = std::string(64, '0')};
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {end})).status, 200);
    ASSERT_EQ(events().size(), 2u);
    EXPECT_EQ(events()[0].kind, IngestEvent::Kind::Truncated);
    EXPECT_EQ(events()[1].pause_seconds, 90);
}

TEST_F(Segments, ACommitIsToldOnceAndClosesTheChunk) {
    const auto one = given::segment(given::attempt(0), 1, {given::unit("u0"), given::unit("u1")});
    EXPECT_EQ(put(one).status, 200);
    EXPECT_EQ(post(given::commit(given::attempt(0), {one})).status, 200);
    EXPECT_EQ(post(given::commit(given::attempt(0), {one})).status, 200);
    EXPECT_EQ(kinds(IngestEvent::Kind::Committed), 1);
    EXPECT_TRUE(state().chunks[0].committed);
    EXPECT_EQ(put(given::segment(given::attempt(0, 2), 1, {})).status, 409);
}

TEST_F(Segments, ACommitWithAnotherDigestIsAConflict) {
    const auto one = given::segment(given::attempt(0), 1, {given::unit("u0"), given::unit("u1")});
    EXPECT_EQ(put(one).status, 200);
    auto lie = given::commit(given::attempt(0), {one});
    lie.commit.sha256 = std::string(64, '0');
    const auto reply = post(lie);
    EXPECT_EQ(reply.status, 409);
    EXPECT_THAT(reply.body, HasSubstr("digest"));
    EXPECT_FALSE(state().chunks[0].committed);
    EXPECT_THAT(kinds(IngestEvent::Kind::Committed), 0);
}

TEST_F(Segments, ACommitAheadOfItsSegmentsIsToldWhatIsMissing) {
    const auto one = given::segment(given::attempt(0), 1, {});
    const auto two = given::segment(given::attempt(0), 2, {given::unit("u0")});
    EXPECT_EQ(put(one).status, 200);
    const auto reply =
        post(given::commit(given::attempt(0), {one, two}, scan::StreamStatus::Partial));
    EXPECT_EQ(reply.status, 412);
    EXPECT_THAT(reply.body, HasSubstr("\"want\":2"));
    EXPECT_EQ(put(two).status, 200);
    EXPECT_EQ(
        post(given::commit(given::attempt(0), {one, two}, scan::StreamStatus::Partial)).status,
        200);
}

TEST_F(Segments, ACommitThatClaimsTooMuchIsAConflict) {
    const auto one = given::segment(given::attempt(0), 1, {given::unit("u0")});
    EXPECT_EQ(put(one).status, 200);
    EXPECT_EQ(post(given::commit(given::attempt(0), {one})).status, 409)
        << "u1 has no terminal line";
    auto bytes = given::commit(given::attempt(0), {one}, scan::StreamStatus::Partial);
    ++bytes.commit.bytes;
    EXPECT_EQ(post(bytes).status, 409);
}

TEST_F(Segments, ACommitThatIsNoneIsBad) {
    const Ask bad{
        .method = "POST", .path = "chunks/0/attempts/1/commit", .body = "{\"segments\":-1}"};
    EXPECT_EQ(ask(bad).status, 400);
}

TEST_F(Segments, AfterARestartDigestsAndLimitsAreReadFromTheStore) {
    const auto one = given::segment(given::attempt(0), 1, {given::unit("u0")});
    const auto two = given::segment(given::attempt(0), 2, {given::unit("u1")});
    EXPECT_EQ(put(one).status, 200);
    ingest_ = std::make_unique<Ingest>(store_, callers_, IngestOptions{});
    callers_.expect(given::attempt(0), token(0, 1));
    EXPECT_EQ(put(two).status, 200);
    auto lie = given::commit(given::attempt(0), {one, two});
    lie.commit.sha256 = std::string(64, '0');
    EXPECT_EQ(post(lie).status, 409);
    EXPECT_EQ(post(given::commit(given::attempt(0), {one, two})).status, 200);
}

class Limits : public Desk {};

TEST_F(Limits, BeyondTheLinesOfAnAttemptOnlyUnitLinesAreTaken) {
    start({.attempt_lines_max = 4});
    const auto full = given::segment(
        given::attempt(0), 1,
        {given::finding("u0", "1"), given::finding("u0", "2"), given::finding("u0", "3")});
    EXPECT_EQ(put(full).status, 200);
    const auto more = given::segment(given::attempt(0), 2, {given::finding("u0", "4")});
    EXPECT_EQ(put(more).status, 413);
    EXPECT_EQ(put(more).status, 413);
    EXPECT_EQ(
        put(given::segment(given::attempt(0), 2, {given::unit("u0"), given::unit("u1")})).status,
        200);
    EXPECT_EQ(put(full).status, 200) << "a repetition takes no room";
    int truncated = 0;
    for (const auto& event : events())
        truncated += event.kind == IngestEvent::Kind::Truncated ? 1 : 0;
    EXPECT_EQ(truncated, 1);
    EXPECT_EQ(state().chunks[0].done.ok, 2u);
}

TEST_F(Limits, TheBytesOfAnAttemptAndOfARunAreBounded) {
    const auto size = given::segment(given::attempt(0), 1, {given::finding("u0", "1")}).bytes;
    start({.attempt_bytes_max = size + 10, .run_bytes_max = size + 20});
    EXPECT_EQ(put(given::segment(given::attempt(0), 1, {given::finding("u0", "1")})).status, 200);
    EXPECT_EQ(put(given::segment(given::attempt(0), 2, {given::finding("u0", "2")})).status, 413);
    EXPECT_EQ(put(given::segment(given::attempt(1), 1, {given::finding("u2", "3")})).status, 413);
}

TEST_F(Limits, EvenUnitLinesEndAtTwiceTheLimit) {
    start({.attempt_lines_max = 2});
    EXPECT_EQ(put(given::segment(given::attempt(0), 1,
                                 {given::unit("u0"), given::unit("u0"), given::unit("u0")}))
                  .status,
              200);
    EXPECT_EQ(put(given::segment(given::attempt(0), 2, {given::unit("u0")})).status, 413);
}

}  // namespace
}  // namespace api
