// Who is let in before a byte of a body is read, and with which answer everybody else is turned
// away.
#include "unit/api/desk.h"

#include "scan/stream.h"

#include <gmock/gmock.h>

namespace api {
namespace {

using testing::HasSubstr;

class Admission : public Desk {
protected:
    void SetUp() override { start(); }
};

TEST_F(Admission, NoTokenIsAskedForOne) {
    const auto reply = ask({.path = "redaction-key", .token = ""});
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.headers.get("WWW-Authenticate"), "Bearer");
}

TEST_F(Admission, AWrongTokenIsNobodys) {
    EXPECT_EQ(ask({.path = "redaction-key", .token = "token-0-9"}).status, 401);
    EXPECT_EQ(ask({.path = "redaction-key", .token = "token-0-"}).status, 401);
}

TEST_F(Admission, ATokenIsGoodForItsOwnAttemptOnly) {
    const Ask mine{.path = "chunks/0/attempts/1", .token = token(0, 1)};
    EXPECT_EQ(ask(mine).status, 200);
    for (const auto* path :
         {"chunks/1/attempts/1", "chunks/0/attempts/2", "chunks/0/attempts/2/commit"}) {
        EXPECT_EQ(ask({.path = path, .token = token(0, 1)}).status, 403) << path;
    }
}

TEST_F(Admission, ATokenIsGoodForItsOwnRunOnly) {
    for (const auto* target : {"/ingest/v1/jobs/default/shop/r2/redaction-key",
                               "/ingest/v1/jobs/default/other/r1/redaction-key",
                               "/ingest/v1/jobs/elsewhere/shop/r1/redaction-key"}) {
        EXPECT_EQ(ask({.target = target}).status, 403) << target;
    }
}

TEST_F(Admission, OnlyDiscoveryWritesPlansAndInputs) {
    auto plan_of_a_chunk = plan_ask(plan());
    plan_of_a_chunk.token = token(0, 1);
    EXPECT_EQ(ask(plan_of_a_chunk).status, 403);
    const auto input = "inputs/" + std::string(64, 'a');
    EXPECT_EQ(ask({.method = "PUT", .path = input, .token = token(0, 1)}).status, 403);
}

TEST_F(Admission, UnknownPathsAreNotFound) {
    for (const auto* target :
         {"/", "/ingest/v1/jobs/default/shop", "/ingest/v1/jobs/default/shop/r1/", "/api/v1/scans",
          "/ingest/v1/jobs/default/shop/r1/plans", "/ingest/v1/jobs/default/shop/r1/plan?x=1",
          "/ingest/v1/jobs/default/shop/r1/chunks/-1/attempts/1",
          "/ingest/v1/jobs/default/shop/r1/inputs/abc",
          "/ingest/v1/jobs/default/shop/r1/chunks/0/attempts/1/segments/0"}) {
        EXPECT_EQ(ask({.target = target}).status, 404) << target;
    }
}

TEST_F(Admission, AnotherMethodIsToldTheRightOne) {
    const auto reply = ask({.method = "DELETE", .path = "inputs/" + std::string(64, 'a')});
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.get("Allow"), "GET, PUT");
    EXPECT_EQ(ask({.method = "GET", .path = "chunks/0/attempts/1/commit"}).status, 405);
    EXPECT_EQ(ask({.method = "GET", .path = "plan", .token = token(-1, 1)}).status, 405);
}

TEST_F(Admission, AForgottenAttemptIsGone) {
    callers_.forget(given::attempt(0, 1));
    EXPECT_EQ(ask({.path = "chunks/0/attempts/1"}).status, 410);
    EXPECT_EQ(ask({.path = "chunks/0/attempts/2", .token = token(0, 2)}).status, 200);
}

TEST_F(Admission, AClosedRunIsGoneForAllItsAttemptsButNotForStrangers) {
    ingest_->close_run(given::run());
    EXPECT_EQ(ask({.path = "chunks/0/attempts/1"}).status, 410);
    EXPECT_EQ(ask({.path = "chunks/1/attempts/1", .token = token(1, 1)}).status, 410);
    EXPECT_EQ(ask({.path = "chunks/1/attempts/1", .token = "stranger"}).status, 401);
}

TEST_F(Admission, ANewTokenReplacesTheOldOne) {
    callers_.expect(given::attempt(0, 1), "fresh");
    EXPECT_EQ(ask({.path = "chunks/0/attempts/1", .token = "fresh"}).status, 200);
    EXPECT_EQ(ask({.path = "chunks/0/attempts/1", .token = token(0, 1)}).status, 401);
}

TEST_F(Admission, ABodyBeyondItsBoundIsRefusedUnread) {
    const auto size = scan::kSegmentBytesMax + (1u << 20);
    const auto reply = ask({.method = "PUT",
                            .path = "chunks/0/attempts/1/segments/1",
                            .body = std::string(size, 'x'),
                            .digest = std::string(64, 'a')});
    EXPECT_EQ(reply.status, 413);
    EXPECT_THAT(reply.body, HasSubstr("at most"));
}

TEST_F(Admission, UploadsNeedTheirDigest) {
    for (const auto* digest : {"", "abc", "ZZ"}) {
        const auto reply = ask({.method = "PUT",
                                .path = "chunks/0/attempts/1/segments/1",
                                .body = "x",
                                .digest = digest});
        EXPECT_EQ(reply.status, 400) << digest;
    }
    const auto input = "inputs/" + std::string(64, 'a');
    EXPECT_EQ(
        ask({.method = "PUT", .path = input, .token = token(-1, 1), .digest = std::string(64, 'b')})
            .status,
        400);
}

TEST_F(Admission, EveryRefusalSaysWhy) {
    for (const auto& refused :
         {Ask{.path = "x"}, Ask{.path = "plan"}, Ask{.path = "redaction-key", .token = "no"}}) {
        const auto reply = ask(refused);
        EXPECT_GE(reply.status, 400);
        EXPECT_THAT(reply.body, HasSubstr("\"error\":\""));
    }
}

}  // namespace
}  // namespace api
