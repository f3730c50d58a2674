#include "gate_desk.h"
#include "gate_fixture.h"

#include <future>
#include <optional>
#include <stdexcept>
#include <thread>

namespace net {
namespace {

TEST(Gate, HandsTheWholeBodyToTheHandler) {
    const auto gate = start_gate(echo_all);
    const RawReply reply = RawClient(gate->port()).ask(put("/a?b", "hello"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "PUT /a?b hello");
    EXPECT_TRUE(reply.has("Content-Type: text/plain\r\n"));
    EXPECT_TRUE(reply.has("\r\nDate: "));
}

TEST(Gate, TakesABodyOfAMebibyteInManyPieces) {
    const auto gate = start_gate(echo_all);
    const std::string body(1u << 20, 'x');
    RawClient client(gate->port());
    client.send(put_head("/", body.size()));
    for (std::size_t at = 0; at < body.size(); at += 10'000) client.send(body.substr(at, 10'000));
    EXPECT_EQ(client.read_reply().body, "PUT / " + body);
}

TEST(Gate, TellsAdmissionWhoAsksWhatWith) {
    std::promise<RequestHead> seen;
    const auto gate = start_gate([&](const RequestHead& head) {
        seen.set_value(head);
        return echo(head);
    });
    RawClient(gate->port(), "127.0.0.9").ask(put("/x", "abc"));
    const RequestHead head = seen.get_future().get();
    EXPECT_EQ(head.method, "PUT");
    EXPECT_EQ(head.target, "/x");
    EXPECT_EQ(head.content_length, 3u);
    EXPECT_EQ(head.peer_address, "127.0.0.9");
    EXPECT_EQ(head.headers.get("host"), "a");
}

TEST(Gate, KeepsTheConnectionForTheNextRequest) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/1")).body, "GET /1 ");
    EXPECT_EQ(client.ask(put("/2", "b")).body, "PUT /2 b");
    EXPECT_EQ(client.ask(get("/3")).body, "GET /3 ");
    EXPECT_EQ(gate->stats().accepted, 1u);
    EXPECT_EQ(gate->stats().requests, 3u);
}

TEST(Gate, AnswersPipelinedRequestsInOrder) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    client.send(get("/1") + put("/2", "two") + get("/3"));
    EXPECT_EQ(client.read_reply().body, "GET /1 ");
    EXPECT_EQ(client.read_reply().body, "PUT /2 two");
    EXPECT_EQ(client.read_reply().body, "GET /3 ");
}

TEST(Gate, ClosesWhenTheClientWantsIt) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    const RawReply reply = client.ask(get("/", "Connection: close\r\n"));
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    EXPECT_TRUE(client.sees_end());
}

TEST(Gate, AnswersOldClientsAndCloses) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    EXPECT_EQ(client.ask("GET /old HTTP/1.0\r\nHost: a\r\n\r\n").body, "GET /old ");
    EXPECT_TRUE(client.sees_end());
}

TEST(Gate, SendsNoBodyOnHead) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    client.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
    EXPECT_TRUE(client.read_reply("HEAD").has("Content-Length: 8\r\n"));
    EXPECT_EQ(client.read_reply().body, "GET /next ");
}

TEST(Gate, SaysContinueBeforeTheBodyOnlyToTheAdmitted) {
    const auto gate = start_gate([](const RequestHead& head) -> Admission {
        if (head.target == "/in") return echo(head);
        return Refuse{error_reply(401, "a token is wanted")};
    });
    RawClient in(gate->port());
    in.send(put_head("/in", 2, "Expect: 100-continue\r\n"));
    EXPECT_EQ(in.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(in.ask("ok").body, "PUT /in ok");

    RawClient out(gate->port());
    EXPECT_EQ(out.ask(put_head("/out", 2, "Expect: 100-continue\r\n")).status, 401);
    EXPECT_TRUE(out.sees_end());
}

TEST(Gate, RefusesWithAReasonThatReachesTheSender) {
    const auto gate = start_gate([](const RequestHead&) -> Admission {
        return Refuse{error_reply(401, "a \"token\" is wanted", Duration{1'500})};
    });
    RawClient client(gate->port());
    // More than the socket buffers take: without draining, a reset would eat the status.
    client.send(put_head("/", 900'000) + std::string(900'000, 'x'));
    const RawReply reply = client.read_reply();
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.body, R"({"error":"a \"token\" is wanted"})");
    EXPECT_TRUE(reply.has("Retry-After: 2\r\n"));
    EXPECT_TRUE(reply.has("Connection: close\r\n"));
    EXPECT_TRUE(client.sees_end());
}

TEST(Gate, KeepsAConnectionAfterARefusalWithoutABody) {
    const auto gate = start_gate(
        [](const RequestHead&) -> Admission { return Refuse{error_reply(404, "nothing here")}; });
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/")).status, 404);
    EXPECT_EQ(client.ask(get("/")).status, 404);
    EXPECT_EQ(gate->stats().accepted, 1u);
}

TEST(Gate, LetsNoHeaderValueStartANewLine) {
    const auto gate = start_gate([](const RequestHead&) -> Admission {
        Reply reply{.status = 302};
        reply.headers.add("Location", "/a\r\nSet-Cookie: evil");
        return Refuse{reply};
    });
    EXPECT_TRUE(RawClient(gate->port()).ask(get("/")).has("Location: /a  Set-Cookie: evil\r\n"));
}

TEST(Gate, WaitsForAnAnswerFromAnotherThread) {
    Desk desk;
    const auto gate = start_gate([&](const RequestHead& head) { return desk.admit(head); });
    RawClient client(gate->port());
    client.send(get("/"));
    std::thread([respond = desk.take()]() mutable { respond({.body = "late"}); }).join();
    EXPECT_EQ(client.read_reply().body, "late");
}

TEST(Gate, ServesOthersWhileAHandlerThinks) {
    Desk desk;
    const auto gate = start_gate(
        [&](const RequestHead& head) {
            return head.target == "/slow" ? desk.admit(head) : echo(head);
        },
        {.threads = 1});
    RawClient slow(gate->port());
    slow.send(get("/slow"));
    Respond respond = desk.take();
    EXPECT_EQ(RawClient(gate->port()).ask(get("/quick")).body, "GET /quick ");
    respond({.status = 204});
    EXPECT_EQ(slow.read_reply().status, 204);
}

TEST(Gate, AnswersForAHandlerThatDropsTheRequestOrThrows) {
    const auto gate = start_gate([](const RequestHead& head) -> Admission {
        if (head.target == "/admission") throw std::runtime_error("no");
        const bool throws = head.target == "/throws";
        return Accept{.body_max = 0, .handle = [throws](std::string, Respond) {
                          if (throws) throw std::runtime_error("no");
                      }};
    });
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/drops")).status, 500);
    EXPECT_EQ(client.ask(get("/throws")).status, 500);
    EXPECT_EQ(client.ask(get("/admission")).status, 500);
}

TEST(Gate, DropsAnAnswerWhoseClientLeft) {
    Desk desk;
    const auto gate = start_gate([&](const RequestHead& head) {
        return head.target == "/gone" ? desk.admit(head) : echo(head);
    });
    std::optional<RawClient> client(std::in_place, gate->port());
    client->send(get("/gone"));
    Respond respond = desk.take();
    client->reset();
    respond({.body = std::string(1u << 20, 'x')});
    EXPECT_EQ(RawClient(gate->port()).ask(get("/next")).status, 200);
}

TEST(Gate, EndsWithRequestsInFlightAndTakesTheirLateAnswers) {
    Desk desk;
    auto gate = start_gate([&](const RequestHead& head) { return desk.admit(head); },
                           {.stop_timeout = kShort});
    RawClient client(gate->port());
    RawClient idle(gate->port());
    client.send(get("/"));
    Respond respond = desk.take();
    gate.reset();
    EXPECT_TRUE(client.sees_end());
    EXPECT_TRUE(idle.sees_end());
    respond({.body = "nobody is there"});
}

TEST(Gate, LetsAnswersInFlightGoOutBeforeItEnds) {
    Desk desk;
    auto gate = start_gate([&](const RequestHead& head) { return desk.admit(head); },
                           {.stop_timeout = kLong});
    RawClient client(gate->port());
    client.send(get("/"));
    Respond respond = desk.take();
    RawClient probe(gate->port());
    auto end = std::async(std::launch::async, [&] { gate.reset(); });
    // The silent connection is closed first: now it is stopping.
    EXPECT_TRUE(probe.sees_end());
    respond({.body = "last words"});
    const RawReply reply = client.read_reply();
    EXPECT_EQ(reply.body, "last words");
    client.shut_sending();
    EXPECT_TRUE(client.sees_end());
    EXPECT_EQ(end.wait_for(kLong), std::future_status::ready);
}

TEST(Gate, SaysWhyItCannotStart) {
    const auto gate = start_gate(echo_all);
    const auto second = Gate::start({.port = gate->port()}, echo_all);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), base::ErrorKind::Unavailable);
    EXPECT_NE(second.error().message().find(std::to_string(gate->port())), std::string::npos);

    const auto nowhere = Gate::start({.address = "localhost"}, echo_all);
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().kind(), base::ErrorKind::Invalid);

    const auto bare = Gate::start({.certificate_file = "/nonexistent.pem"}, echo_all);
    ASSERT_FALSE(bare);
    EXPECT_EQ(bare.error().kind(), base::ErrorKind::Invalid);
}

}  // namespace
}  // namespace net
