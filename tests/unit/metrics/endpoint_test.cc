// Probes and scrapes over HTTP.
#include "operator/metrics/endpoint.h"

#include "fakes/raw_client.h"

#include <gtest/gtest.h>

#include <string>

namespace metrics {
namespace {

using fakes::RawClient;
using fakes::RawReply;

class EndpointTest : public testing::Test {
protected:
    void open(rights::Rights* rights = nullptr) {
        auto made = Endpoint::start({}, {.healthy = [] { return base::Result<>{}; },
                                         .ready = [this]() -> base::Result<> {
                                             if (ready_) return {};
                                             return base::fail(base::ErrorKind::Unavailable,
                                                               "the caches are not filled");
                                         },
                                         .metrics = [] { return std::string("up 1\n"); },
                                         .rights = rights});
        ASSERT_TRUE(made) << made.error().message();
        endpoint_ = std::move(*made);
    }
    RawReply get(const std::string& path, const std::string& more = "",
                 const std::string& method = "GET") {
        return RawClient(endpoint_->port())
            .ask(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n");
    }

    bool ready_ = false;
    std::unique_ptr<Endpoint> endpoint_;
};

TEST_F(EndpointTest, AnswersProbes) {
    open();
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_EQ(get("/healthz?verbose").status, 200);
    const auto not_ready = get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_EQ(not_ready.body, "the caches are not filled\n");
    ready_ = true;
    EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(EndpointTest, ServesTheTextOfTheMetrics) {
    open();
    const auto reply = get("/metrics");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "up 1\n");
    EXPECT_TRUE(reply.has("text/plain; version=0.0.4")) << reply.head;
}

TEST_F(EndpointTest, TakesNothingElse) {
    open();
    EXPECT_EQ(get("/").status, 404);
    EXPECT_EQ(get("/metricsx").status, 404);
    EXPECT_EQ(get("/metrics", "Content-Length: 0\r\n", "POST").status, 405);
    EXPECT_EQ(get("/metrics", "Content-Length: 5\r\n", "GET").status, 413);
}

TEST_F(EndpointTest, ServesOnlyWhatHasASource) {
    auto made = Endpoint::start({}, {.metrics = [] { return std::string("up 1\n"); }});
    ASSERT_TRUE(made);
    endpoint_ = std::move(*made);
    EXPECT_EQ(get("/healthz").status, 404);
    EXPECT_EQ(get("/metrics").status, 200);
}

TEST_F(EndpointTest, LetsOnlyThoseReadMetricsThatMay) {
    rights::TokenRights rights("secret");
    open(&rights);
    EXPECT_EQ(get("/metrics").status, 401);
    EXPECT_EQ(get("/metrics", "Authorization: Bearer wrong\r\n").status, 401);
    EXPECT_EQ(get("/metrics", "Authorization: Bearer secret\r\n").status, 200);
    EXPECT_EQ(get("/healthz").status, 200);
}

// Rights with one answer for all.
class FixedRights : public rights::Rights {
public:
    void ask(std::string_view /*token*/, const rights::Question& question,
             rights::Answered answered) override {
        path_ = question.path;
        answered(answer_);
    }
    rights::Answer answer_ = rights::Answer::No;
    std::string path_;
};

TEST_F(EndpointTest, SaysWhyMetricsAreNotRead) {
    FixedRights rights;
    open(&rights);
    EXPECT_EQ(get("/metrics").status, 403);
    EXPECT_EQ(rights.path_, "/metrics");
    rights.answer_ = rights::Answer::Unavailable;
    const auto reply = get("/metrics");
    EXPECT_EQ(reply.status, 503);
    EXPECT_TRUE(reply.has("Retry-After: 1"));
}

}  // namespace
}  // namespace metrics
