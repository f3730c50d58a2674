// Many requests at once: limits on connections, rate and retries, and who gets which answer.
#include "client_fixture.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <set>

namespace net {
namespace {

// Holds each request until `count` wait, and remembers how many there were at most.
class Meeting {
public:
    explicit Meeting(int count) : count_(count) {}
    RawServer::Script script() {
        return [this](RawConnection& connection) {
            while (!connection.read_request().empty()) {
                meet();
                if (!connection.send(http_answer(200))) return;
            }
        };
    }
    int most() const {
        const std::scoped_lock lock(mutex_);
        return most_;
    }

private:
    void meet() {
        std::unique_lock lock(mutex_);
        most_ = std::max(most_, ++here_);
        if (here_ >= count_) open_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        --here_;
    }

    const int count_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    int here_ = 0, most_ = 0;
    bool open_ = false;
};

TEST(ClientQueue, RunsRequestsSideBySideUpToTheLimitPerHost) {
    Meeting meeting(4);
    RawServer server(meeting.script());
    const auto client = make_client({.connections_per_host_max = 4});
    for (int i = 0; i < 12; ++i) client->submit({.url = server.url()});
    EXPECT_EQ(wait_for(*client, 12).size(), 12u);
    EXPECT_EQ(meeting.most(), 4);
    EXPECT_LE(server.connections(), 4);
}

TEST(ClientQueue, KeepsToTheLimitOverAllHosts) {
    Meeting meeting(3);
    RawServer first(meeting.script());
    RawServer second(meeting.script());
    const auto client = make_client({.connections_max = 3, .connections_per_host_max = 2});
    for (int i = 0; i < 4; ++i) {
        client->submit({.url = first.url()});
        client->submit({.url = second.url()});
    }
    EXPECT_EQ(wait_for(*client, 8).size(), 8u);
    EXPECT_EQ(meeting.most(), 3);
}

TEST(ClientQueue, DoesNotLetOneHostBlockAnother) {
    RawServer stuck([](RawConnection& connection) { connection.hold(); });
    RawServer quick(fakes::answers({http_answer(200, "quick")}));
    const auto client = make_client({.connections_per_host_max = 1});
    for (int i = 0; i < 3; ++i) client->submit({.url = stuck.url()});
    const auto id = client->submit({.url = quick.url()});
    const auto replies = wait_for(*client, 1);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].id, id);
}

TEST(ClientQueue, GivesEachRequestItsOwnAnswer) {
    RawServer server([](RawConnection& connection) {
        for (auto request = connection.read_request(); !request.empty();
             request = connection.read_request()) {
            connection.send(http_answer(200, request.substr(4, request.find(' ', 4) - 4)));
        }
    });
    const auto client = make_client();
    std::map<RequestId, std::string> expected;
    for (int i = 0; i < 50; ++i) {
        const auto path = "/" + std::to_string(i);
        expected[client->submit({.url = server.url(path)})] = path;
    }
    for (const auto& reply : wait_for(*client, 50))
        EXPECT_EQ(reply.response.body, expected.at(reply.id));
}

TEST(ClientQueue, KeepsOtherAnswersWhileOneIsFetched) {
    RawServer server(fakes::answers({http_answer(200)}));
    const auto client = make_client({.connections_per_host_max = 1});
    const auto first = client->submit({.url = server.url("/1")});
    EXPECT_TRUE(client->fetch({.url = server.url("/2")}).ok());
    const auto replies = client->poll(Duration(0));
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].id, first);
}

TEST(ClientQueue, ForgetsWhatIsCancelled) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.hold();
    });
    RawServer other(fakes::answers({http_answer(200)}));
    const auto client = make_client({.connections_per_host_max = 1});
    const auto active = client->submit({.url = server.url()});
    const auto waiting = client->submit({.url = server.url()});
    const auto refused = client->submit({.url = "nonsense"});
    while (server.requests().empty()) client->poll(Duration(1));
    client->cancel(active);
    client->cancel(waiting);
    client->cancel(refused);
    client->cancel(12'345);
    const auto id = client->submit({.url = other.url()});
    const auto replies = wait_for(*client, 1);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].id, id);
    EXPECT_EQ(server.connections(), 1);
}

TEST(ClientQueue, MayDieWithRequestsUnderWay) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.hold();
    });
    auto client = make_client({.connections_per_host_max = 2});
    for (int i = 0; i < 10; ++i) client->submit({.url = server.url()});
    while (server.requests().size() < 2) client->poll(Duration(1));
    client.reset();
    EXPECT_EQ(server.connections(), 2);
}

TEST(ClientQueue, KeepsToTheRate) {
    RawServer server(fakes::answers({http_answer(200)}));
    const auto client = make_client({.rps = 50});
    const auto start = base::os::system_clock().ticks();
    for (int i = 0; i < 15; ++i) client->submit({.url = server.url()});
    EXPECT_EQ(wait_for(*client, 15).size(), 15u);
    // Five at once, ten more at one in 20 ms.
    EXPECT_GE(base::os::system_clock().ticks() - start, Duration(195));
}

TEST(ClientQueue, RetriesUntilTheAnswerIsGood) {
    RawServer server(
        fakes::answers({http_answer(503), http_answer(429), http_answer(200, "at last")}));
    const auto client =
        make_client({.retry_delay_min = Duration(1), .retry_delay_max = Duration(5)});
    EXPECT_EQ(client->fetch({.url = server.url()}).body, "at last");
    EXPECT_EQ(client->stats().retries, 2u);
}

TEST(ClientQueue, HandsOutTheLastAnswerWhenRetriesAreUsedUp) {
    RawServer server(fakes::answers({http_answer(503, "sorry")}));
    const auto client =
        make_client({.retry_delay_min = Duration(1), .retry_delay_max = Duration(5)});
    const auto response = client->fetch({.url = server.url()});
    EXPECT_TRUE(response.ok());
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(server.requests().size(), 3u);
}

TEST(ClientQueue, SendsUnsafeRequestsOnce) {
    RawServer server(fakes::answers({http_answer(503)}));
    make_client({.retry_delay_min = Duration(1)})
        ->fetch({.method = "POST", .url = server.url(), .body = "x"});
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientQueue, WaitsAsLongAsRetryAfterSays) {
    RawServer server(
        fakes::answers({http_answer(429, "", "Retry-After: 1\r\n"), http_answer(200)}));
    const auto client = make_client({.retry_delay_min = Duration(1)});
    const auto start = base::os::system_clock().ticks();
    EXPECT_EQ(client->fetch({.url = server.url()}).status, 200);
    EXPECT_GE(base::os::system_clock().ticks() - start, Duration(1'000));
}

TEST(ClientQueue, RetriesARefusedConnection) {
    int port = 0;
    {
        port = RawServer(fakes::answers({""})).port();
    }
    const auto client =
        make_client({.retry_delay_min = Duration(1), .retry_delay_max = Duration(5)});
    EXPECT_EQ(word(client->fetch({.url = "http://127.0.0.1:" + std::to_string(port) + "/"})),
              "connect");
    EXPECT_EQ(client->stats().requests, 3u);
}

}  // namespace
}  // namespace net
