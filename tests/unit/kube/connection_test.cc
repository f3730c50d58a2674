// Calls that have one answer: what goes out, what comes back, and how many at once.
#include "connection_fixture.h"

#include "fakes/fake_clock.h"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace kube {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Answers with `status` until the request carries `token`.
RawServer::Script wants_token(std::string token) {
    return [token = std::move(token)](RawConnection& connection) {
        for (;;) {
            const auto request = connection.read_request();
            if (request.empty()) return;
            const bool right = request.contains("Authorization: Bearer " + token + "\r\n");
            connection.send(right ? http_answer(200, "{}") : http_answer(401));
        }
    };
}

void hold(RawConnection& connection) {
    connection.read_request();
    connection.hold();
}

TEST(Connection, SendsWhatTheRequestSays) {
    RawServer server(fakes::answers({http_answer(201, R"({"kind":"Pod"})")}));
    auto options = options_for(server);
    options.cluster.login.token = "t0ken";
    options.user_agent = user_agent("scanfleet-operator");
    const auto answer =
        connect(options)->fetch({.id = 1, .request = create(kPods, "shop", R"({"a":1})")});
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.body, R"({"kind":"Pod"})");
    EXPECT_FALSE(answer.error);
    const auto sent = server.requests().at(0);
    EXPECT_TRUE(
        sent.starts_with("POST /api/v1/namespaces/shop/pods?fieldManager=scanfleet HTTP/1.1\r\n"));
    EXPECT_TRUE(sent.ends_with("\r\n\r\n{\"a\":1}"));
    EXPECT_THAT(sent, AllOf(HasSubstr("\r\nAccept: application/json, */*\r\n"),
                            HasSubstr("\r\nContent-Type: application/json\r\n"),
                            HasSubstr("\r\nAuthorization: Bearer t0ken\r\n"),
                            HasSubstr("\r\nUser-Agent: scanfleet-operator/" SF_VERSION " (linux/"),
                            Not(HasSubstr("Accept-Encoding"))));
}

TEST(Connection, SendsTheHeadersOfARequestBesideItsOwn) {
    RawServer server(fakes::answers({http_answer(200, "{}")}));
    auto options = options_for(server);
    options.cluster.login.token = "t0ken";
    const auto connection = connect(options);
    auto call = read_call(1);
    call.request.headers.emplace_back("X-Scanfleet-Token", connection->token());
    connection->fetch(std::move(call));
    EXPECT_THAT(server.requests().at(0), AllOf(HasSubstr("\r\nAuthorization: Bearer t0ken\r\n"),
                                               HasSubstr("\r\nX-Scanfleet-Token: t0ken\r\n")));
}

TEST(Connection, TellsOfEachTryThatEnded) {
    RawServer server(fakes::answers({http_answer(503), http_answer(200, "{}")}));
    auto options = options_for(server);
    std::vector<CallKey> told;
    std::uint64_t bytes = 0;
    options.on_call = [&](const CallKey& key, const CallSample& sample) {
        told.push_back(key);
        bytes += sample.response_bytes;
        EXPECT_FALSE(sample.sent_again);
    };
    const auto connection = connect(options);
    connection->fetch(read_call(1));
    connection->fetch(read_call(2));
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0].code, 503);
    EXPECT_EQ(told[1], (CallKey{.verb = Verb::Get, .method = "GET", .code = 200}));
    EXPECT_GE(bytes, 2u);
}

TEST(Connection, TellsWhyTheServerRefused) {
    RawServer server(fakes::answers({http_answer(
        409, R"({"kind":"Status","reason":"AlreadyExists","message":"m","code":409})")}));
    const auto answer = connect(server)->fetch(read_call(1));
    EXPECT_EQ(answer.status, 409);
    ASSERT_TRUE(answer.error);
    EXPECT_TRUE(is_already_exists(*answer.error));
}

TEST(Connection, AnswersWithoutAServerToo) {
    auto server = std::make_unique<RawServer>(hold);
    const auto options = options_for(*server);
    server.reset();
    const auto answer = connect(options)->fetch(read_call(1));
    EXPECT_EQ(answer.status, 0);
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.error->failure, net::Failure::Connect);
}

TEST(Connection, GivesUpOnACallAfterItsTime) {
    RawServer server(hold);
    auto call = read_call(1);
    call.timeout = Duration(60);
    const auto answer = connect(server)->fetch(call);
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.error->failure, net::Failure::TimedOut);
    EXPECT_TRUE(is_unknown_outcome(*answer.error));
}

TEST(Connection, RetriesNothingAndFollowsNothing) {
    RawServer server(fakes::answers({http_answer(503), http_answer(302, "", "Location: /x\r\n")}));
    const auto connection = connect(server);
    EXPECT_EQ(connection->fetch(read_call(1)).status, 503);
    EXPECT_EQ(connection->fetch(read_call(2)).status, 302);
    EXPECT_EQ(server.requests().size(), 2u);
}

TEST(Connection, RefusesAnAnswerThatIsTooLong) {
    RawServer server(fakes::answers({http_answer(200, std::string(2'000, 'x'))}));
    auto options = options_for(server);
    options.answer_bytes_max = 1'000;
    const auto answer = connect(options)->fetch(read_call(1));
    ASSERT_TRUE(answer.error);
    EXPECT_THAT(answer.error->message, HasSubstr("ask for smaller pages"));
}

TEST(Connection, RenewsTheTokenOnceForAllCallsThatWereRefused) {
    const auto folder = *base::os::TempFolder::create("connection-test");
    const auto file = folder.path() / "token";
    RawServer server(wants_token("new"));
    auto options = options_for(server);
    ASSERT_TRUE(base::os::write_file(file, "old"));
    options.cluster.login.token_file = file;
    const auto connection = connect(options);
    ASSERT_TRUE(base::os::write_file(file, "new"));
    for (CallId id = 1; id <= 5; ++id) connection->submit(read_call(id));
    for (const auto& event : events_of(*connection, 5))
        EXPECT_EQ(std::get<Answer>(event.what).status, 200);
    EXPECT_EQ(connection->stats().credential_retries, 5u);
    EXPECT_EQ(server.requests().size(), 10u);
}

TEST(Connection, HandsOutARefusalThatNewCredentialsDoNotHelp) {
    const auto folder = *base::os::TempFolder::create("connection-test");
    const auto file = folder.path() / "token";
    RawServer server(wants_token("right"));
    auto options = options_for(server);
    ASSERT_TRUE(base::os::write_file(file, "wrong"));
    options.cluster.login.token_file = file;
    const auto connection = connect(options);
    EXPECT_EQ(connection->fetch(read_call(1)).status, 401);
    EXPECT_EQ(server.requests().size(), 1u);
    ASSERT_TRUE(base::os::write_file(file, "wrong-too"));
    EXPECT_EQ(connection->fetch(read_call(2)).status, 401);
    EXPECT_EQ(server.requests().size(), 3u);
}

TEST(Connection, HoldsCallsBackBeyondTheWindow) {
    RawServer server(hold);
    auto options = options_for(server);
    options.window = {.min = 2, .max = 2};
    const auto connection = connect(options);
    for (CallId id = 1; id <= 5; ++id) connection->submit(read_call(id));
    EXPECT_TRUE(connection->poll(Duration(1)).empty());
    EXPECT_EQ(connection->stats().in_flight, 2);
    EXPECT_EQ(connection->stats().waiting, 3u);
    connection->hang_up(1);
    EXPECT_TRUE(connection->poll(Duration(1)).empty());
    EXPECT_EQ(connection->stats().in_flight, 2);
    EXPECT_EQ(connection->stats().waiting, 2u);
}

TEST(Connection, ShrinksTheWindowOnTrouble) {
    RawServer server(fakes::answers({http_answer(500)}));
    const auto connection = connect(server);
    connection->fetch(read_call(1));
    EXPECT_EQ(connection->stats().window, 32);
    EXPECT_EQ(connection->stats().in_flight, 0);
}

TEST(Connection, SendsNothingButUrgentCallsBeforeRetryAfter) {
    // The urgent call comes on a connection of its own.
    RawServer server(
        {fakes::answers({http_answer(429, "", "Retry-After: 3\r\n"), http_answer(200, "{}")}),
         fakes::answers({http_answer(200, "{}")})});
    fakes::FakeClock clock;
    const auto connection = connect(options_for(server), clock);
    const auto refused = connection->fetch(read_call(1));
    EXPECT_EQ(refused.error->retry_after, Duration(3'000));
    connection->submit(read_call(2));
    clock.advance(Duration(2'999));
    EXPECT_TRUE(connection->poll(Duration(0)).empty());
    EXPECT_EQ(connection->stats().waiting, 1u);
    auto urgent = read_call(3);
    urgent.urgent = true;
    connection->submit(urgent);
    EXPECT_EQ(events_of(*connection, 1)[0].id, 3u);
    EXPECT_EQ(connection->stats().waiting, 1u);
    clock.advance(Duration(1));
    EXPECT_EQ(events_of(*connection, 1)[0].id, 2u);
}

TEST(Connection, PutsUrgentCallsPastAFullWindow) {
    RawServer server({hold, hold, fakes::answers({http_answer(200, "{}")})});
    auto options = options_for(server);
    options.window = {.min = 2, .max = 2};
    const auto connection = connect(options);
    for (CallId id = 1; id <= 3; ++id) connection->submit(read_call(id));
    EXPECT_TRUE(connection->poll(Duration(50)).empty());
    auto urgent = read_call(4);
    urgent.urgent = true;
    connection->submit(urgent);
    EXPECT_EQ(events_of(*connection, 1)[0].id, 4u);
    EXPECT_EQ(connection->stats().in_flight, 2);
}

TEST(Connection, AnswersAtOnceWhatItHasNoRoomFor) {
    RawServer server(hold);
    auto options = options_for(server);
    options.waiting_max = 1;
    const auto connection = connect(options);
    connection->submit(read_call(1));
    connection->submit(read_call(2));
    const auto event = events_of(*connection, 1)[0];
    EXPECT_EQ(event.id, 2u);
    EXPECT_THAT(std::get<Answer>(event.what).error->message, HasSubstr("wait already"));
}

TEST(Connection, SaysNothingAboutWhatWasHungUp) {
    RawServer server(fakes::answers({http_answer(200, "{}")}));
    const auto connection = connect(server);
    connection->submit(read_call(1));
    connection->submit(read_call(2));
    connection->hang_up(1);
    connection->hang_up(77);
    EXPECT_EQ(events_of(*connection, 1)[0].id, 2u);
    EXPECT_TRUE(connection->poll(Duration(1)).empty());
    EXPECT_EQ(connection->stats().in_flight, 0);
}

TEST(Connection, KeepsOtherEventsWhileOneIsFetched) {
    RawServer server(fakes::answers({http_answer(200, "{}")}));
    const auto connection = connect(server);
    connection->submit(read_call(1));
    EXPECT_EQ(connection->fetch(read_call(2)).status, 200);
    EXPECT_EQ(events_of(*connection, 1)[0].id, 1u);
}

TEST(Connection, WakesForAnotherDescriptor) {
    RawServer server(hold);
    const auto connection = connect(server);
    connection->submit(read_call(1));
    const int fd = ::eventfd(1, EFD_CLOEXEC);
    EXPECT_TRUE(connection->poll(kLong, fd).empty());
    ::close(fd);
}

TEST(Connection, CountsCallsByVerbMethodAndCode) {
    RawServer server(
        fakes::answers({http_answer(200, "{}"), http_answer(200, "{}"), http_answer(404)}));
    const auto connection = connect(server);
    for (CallId id = 1; id <= 3; ++id) connection->fetch(read_call(id));
    const auto stats = connection->stats();
    ASSERT_EQ(stats.calls.size(), 2u);
    EXPECT_EQ(stats.calls.at({.verb = Verb::Get, .method = "GET", .code = 200}).count, 2u);
    EXPECT_EQ(stats.calls.at({.verb = Verb::Get, .method = "GET", .code = 404}).count, 1u);
}

}  // namespace
}  // namespace kube
