// The whole way: client, gate, ingest, embedded store.
#include "base/digest.h"
#include "base/gzip.h"
#include "base/os/clock.h"
#include "net/client.h"
#include "net/server.h"
#include "operator/results/sqlite.h"
#include "unit/api/desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace api {
namespace {

class OverHttp : public testing::Test {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("ingest-http");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        auto store = results::open_sqlite({.file = folder_->path() / "store.db"});
        ASSERT_TRUE(store) << store.error().message();
        store_ = std::move(*store);
        given::planned(*store_, {{"a", "b"}});
        ingest_ = std::make_unique<Ingest>(*store_, callers_, IngestOptions{});
        callers_.expect(given::attempt(0), "secret");
        auto gate = net::Gate::start(
            {}, [this](const net::RequestHead& head) { return ingest_->admit(head); });
        ASSERT_TRUE(gate) << gate.error().message();
        gate_ = std::move(*gate);
        auto client = net::Client::create({}, base::os::system_clock());
        ASSERT_TRUE(client) << client.error().message();
        client_ = std::move(*client);
    }
    void TearDown() override {
        client_.reset();
        gate_.reset();
        ingest_.reset();
    }

    net::Response call(std::string method, std::string_view path, std::string body = "",
                       const std::string& digest = "") {
        net::Request request{
            .method = std::move(method),
            .url = fmt::format("http://127.0.0.1:{}/ingest/v1/jobs/default/shop/r1/{}",
                               gate_->port(), path),
            .headers = {{"Authorization", "Bearer " + token_}},
            .body = std::move(body)};
        if (!digest.empty()) request.headers.set("X-Scanfleet-Sha256", digest);
        return client_->fetch(std::move(request));
    }
    net::Response put(const results::PutSegment& segment) {
        return call("PUT", fmt::format("chunks/0/attempts/1/segments/{}", segment.number),
                    segment.gzip_body, segment.sha256);
    }

    std::string token_ = "secret";
    std::unique_ptr<base::os::TempFolder> folder_;
    std::unique_ptr<results::ResultStore> store_;
    ExpectedSet callers_;
    std::unique_ptr<Ingest> ingest_;
    std::unique_ptr<net::Gate> gate_;
    std::unique_ptr<net::Client> client_;
};

TEST_F(OverHttp, AnAttemptFetchesStreamsAndCommits) {
    EXPECT_EQ(call("GET", "chunks/0/attempts/1").status, 200);
    const auto one =
        given::segment(given::attempt(0), 1, {given::finding("a", "x"), given::unit("a")});
    const auto two = given::segment(
        given::attempt(0), 2, {given::unit("b"), scan::EndLine{.sha256 = std::string(64, '0')}});
    EXPECT_EQ(put(one).status, 200);
    EXPECT_EQ(put(two).status, 200);
    const auto commit = given::commit(given::attempt(0), {one, two});
    EXPECT_EQ(
        call("POST", "chunks/0/attempts/1/commit", scan::commit_to_json(commit.commit)).status,
        200);
    const auto state = store_->load(given::run());
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_TRUE(state->chunks[0].committed);
    EXPECT_EQ(state->chunks[0].done.ok, 2u);
}

TEST_F(OverHttp, RefusalsArriveWithTheirStatus) {
    EXPECT_EQ(put(given::segment(given::attempt(0), 2, {})).status, 412);
    EXPECT_EQ(call("PUT", "chunks/0/attempts/1/segments/1", "rubbish", std::string(64, 'a')).status,
              400);
    EXPECT_EQ(call("GET", "chunks/0/attempts/2").status, 403);
    EXPECT_EQ(call("GET", "nothing").status, 404);
    EXPECT_EQ(call("DELETE", "plan").status, 403);
    EXPECT_EQ(call("POST", "chunks/0/attempts/1").status, 405);
    EXPECT_EQ(call("PUT", "chunks/0/attempts/1/segments/1", std::string(5u << 20, 'x'),
                   std::string(64, 'a'))
                  .status,
              413);
    ingest_->close_run(given::run());
    EXPECT_EQ(call("GET", "chunks/0/attempts/1").status, 410);
    token_ = "wrong";
    EXPECT_EQ(call("GET", "chunks/0/attempts/1").status, 401);
}

}  // namespace
}  // namespace api
