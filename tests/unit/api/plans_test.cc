// Plans, inputs, keys and work: what discovery leaves and chunks fetch.
#include "unit/api/desk.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/text.h"

#include <gmock/gmock.h>

namespace api {
namespace {

using testing::HasSubstr;

class Plans : public Desk {
protected:
    void SetUp() override { start({}, Planned::No); }

    Ask input_ask(const std::string& bytes, const std::string& digest) {
        return {.method = "PUT",
                .path = "inputs/" + digest,
                .token = token(-1, 1),
                .body = base::gzip(bytes),
                .digest = digest};
    }
};

TEST_F(Plans, APlanIsStoredBeforeItIsAnswered) {
    EXPECT_EQ(ask(plan_ask(plan())).status, 200);
    ASSERT_TRUE(state().plan);
    EXPECT_EQ(state().plan->unit_count, 3u);
    EXPECT_EQ(state().plan_sha256, plan_ask(plan()).digest);
    ASSERT_EQ(events().size(), 1u);
    EXPECT_EQ(events()[0].kind, IngestEvent::Kind::PlanAccepted);
}

TEST_F(Plans, TheSamePlanAgainIsSuccessAndAnotherAConflict) {
    EXPECT_EQ(ask(plan_ask(plan())).status, 200);
    EXPECT_EQ(ask(plan_ask(plan())).status, 200);
    EXPECT_EQ(ask(plan_ask(given::plan({{"u0"}}).plan)).status, 409);
    EXPECT_EQ(state().plan->unit_count, 3u);
}

TEST_F(Plans, ABrokenPlanIsBadAndNamesTheLine) {
    auto sent = plan_ask(plan());
    const std::string lines = scan::plan_to_lines(plan()) + "nonsense\n";
    sent.body = base::gzip(lines);
    EXPECT_EQ(ask(sent).status, 400) << "another digest";
    sent.digest = base::sha256_hex(lines);
    const auto reply = ask(sent);
    EXPECT_EQ(reply.status, 400);
    EXPECT_FALSE(state().plan);
}

TEST_F(Plans, APlanThatGoesBeyondItsJobIsBad) {
    auto wide = plan();
    wide.chunks[0].credentials = {"stolen"};
    const auto reply = ask(plan_ask(wide));
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.body, HasSubstr("stolen"));
    EXPECT_FALSE(state().plan);
}

TEST_F(Plans, AChunkGetsItsDocumentWithWhatIsDone) {
    EXPECT_EQ(ask(plan_ask(plan())).status, 200);
    EXPECT_EQ(
        put(given::segment(given::attempt(0, 1), 1, {given::unit("u0"), given::finding("u1", "x")}))
            .status,
        200);
    const auto reply = ask({.path = "chunks/0/attempts/2", .token = token(0, 2)});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.content_type, "application/json");
    const auto json = base::parse_json(reply.body);
    ASSERT_TRUE(json) << json.error().message();
    EXPECT_EQ(scan::parse_chunk(base::dump_json((*json)["chunk"])).value(), plan().chunks[0]);
    EXPECT_EQ((*json)["done"], base::Json({"u0"}));
    EXPECT_EQ((*json)["suspect"], base::Json({"u1"}));
    EXPECT_EQ(scan::parse_plan_head(base::dump_json((*json)["plan"])).value(), plan().head);
}

TEST_F(Plans, WithoutAPlanThereIsNoWork) {
    EXPECT_EQ(ask({.path = "chunks/0/attempts/1"}).status, 404);
}

TEST_F(Plans, InputsWrittenByDiscoveryAreReadByChunks) {
    const std::string bytes = "openapi: 3.0.0";
    const auto digest = base::sha256_hex(bytes);
    EXPECT_EQ(ask(input_ask(bytes, digest)).status, 200);
    EXPECT_EQ(ask(input_ask(bytes, digest)).status, 200);
    const auto reply = ask({.path = "inputs/" + digest});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, bytes);
    EXPECT_EQ(reply.content_type, "application/octet-stream");
    EXPECT_EQ(ask({.path = "inputs/" + std::string(64, 'a')}).status, 404);
}

TEST_F(Plans, AnInputUnlikeItsDigestIsBad) {
    EXPECT_EQ(ask(input_ask("other bytes", base::sha256_hex("bytes"))).status, 400);
}

TEST_F(Plans, InputsOfARunAreBounded) {
    ingest_ = std::make_unique<Ingest>(store_, callers_,
                                       IngestOptions{.limits = {.inputs_bytes_max = 10}});
    callers_.expect(given::attempt(-1), token(-1, 1));
    EXPECT_EQ(ask(input_ask("12345678", base::sha256_hex("12345678"))).status, 200);
    EXPECT_EQ(ask(input_ask("1234", base::sha256_hex("1234"))).status, 413);
}

TEST_F(Plans, TheRedactionKeyIsTheNamespacesInHex) {
    const auto reply = ask({.path = "redaction-key"});
    EXPECT_EQ(reply.status, 200);
    const auto json = base::parse_json(reply.body);
    ASSERT_TRUE(json);
    EXPECT_EQ(base::hex_decode(base::get_string(*json, "key")).value_or(""), std::string(32, 'k'));
}

}  // namespace
}  // namespace api
