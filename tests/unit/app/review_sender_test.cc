#include "operator/app/review_sender.h"

#include "base/os/clock.h"
#include "fakes/raw_server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

namespace app {
namespace {

using Answer = base::Result<rights::ReviewAnswer>;

kube::ClusterConfig cluster_at(const fakes::RawServer& server) {
    kube::ClusterConfig cluster;
    cluster.server = fmt::format("http://127.0.0.1:{}", server.port());
    cluster.login.token = "of-the-operator";
    cluster.login.as = "somebody";
    return cluster;
}

std::unique_ptr<ReviewSender> start(const fakes::RawServer& server) {
    auto made = ReviewSender::start(cluster_at(server), base::os::system_clock());
    if (!made) ADD_FAILURE() << made.error().message();
    return std::move(*made);
}

std::future<Answer> ask(ReviewSender& sender) {
    auto told = std::make_shared<std::promise<Answer>>();
    auto answer = told->get_future();
    sender.send("of-jane", "{}", [told](Answer one) { told->set_value(std::move(one)); });
    return answer;
}

TEST(ReviewSender, ShowsTheCallersTokenAndNothingOfOurs) {
    fakes::RawServer server([](fakes::RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]");
    });
    const auto sender = start(server);
    const auto answer = ask(*sender).get();
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 201);
    EXPECT_EQ(answer->body, "[]");
    ASSERT_EQ(server.requests().size(), 1u);
    const auto request = server.requests().front();
    EXPECT_TRUE(request.starts_with(
        "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\n"));
    EXPECT_NE(request.find("Authorization: Bearer of-jane\r\n"), std::string::npos) << request;
    EXPECT_EQ(request.find("of-the-operator"), std::string::npos);
    EXPECT_EQ(request.find("Impersonate"), std::string::npos);
}

TEST(ReviewSender, LeavesNobodyWaitingWhenItStops) {
    std::promise<void> asked;
    fakes::RawServer server([&asked](fakes::RawConnection& connection) {
        connection.read_request();
        asked.set_value();
        connection.hold();
    });
    const auto sender = start(server);
    auto under_way = ask(*sender);
    asked.get_future().wait();
    sender->stop();
    const auto first = under_way.get();
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().kind(), base::ErrorKind::Unavailable);
    EXPECT_FALSE(ask(*sender).get()) << "after the stop";
}

TEST(ReviewSender, SaysThatTheApiServerIsAway) {
    fakes::RawServer server([](fakes::RawConnection& connection) { connection.reset(); });
    const auto sender = start(server);
    const auto answer = ask(*sender).get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), base::ErrorKind::Unavailable);
}

}  // namespace
}  // namespace app
