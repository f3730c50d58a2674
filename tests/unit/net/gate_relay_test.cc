// What the gate passes on to an upstream, and back.
#include "base/os/clock.h"
#include "fakes/raw_server.h"
#include "gate_desk.h"
#include "gate_fixture.h"

#include <atomic>
#include <chrono>
#include <future>

namespace net {
namespace {

using fakes::answers;
using fakes::http_answer;
using fakes::RawConnection;
using fakes::RawServer;

std::unique_ptr<Gate> start_before(const RawServer& upstream, GateOptions options = {}) {
    return start_gate(
        [port = upstream.port()](const RequestHead&) -> Admission {
            return Relay{.upstream_port = port, .secret_header = "s3cret", .body_max = 1u << 20};
        },
        std::move(options));
}

TEST(GateRelay, PassesRequestAndAnswer) {
    RawServer upstream(answers({http_answer(201, "made", "ETag: e\r\nConnection: x\r\n")}));
    const auto gate = start_before(upstream);
    const RawReply reply = RawClient(gate->port()).ask(put("/a?b", "body"));
    EXPECT_EQ(reply.status, 201);
    EXPECT_EQ(reply.body, "made");
    EXPECT_TRUE(reply.has("ETag: e\r\n"));
    EXPECT_FALSE(reply.has("Connection:"));
    EXPECT_EQ(upstream.requests().at(0),
              "PUT /a?b HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 127.0.0.1\r\n"
              "X-Scanfleet-Gate: s3cret\r\nContent-Length: 4\r\n\r\nbody");
}

TEST(GateRelay, KeepsTheConnectionToTheUpstream) {
    RawServer upstream(answers({http_answer(200, "x")}));
    const auto gate = start_before(upstream, {.threads = 1});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 200);
    EXPECT_EQ(upstream.connections(), 1);
}

TEST(GateRelay, AsksAgainOnANewConnectionWhenAKeptOneDied) {
    const auto once = [](RawConnection& connection) {
        connection.read_request();
        connection.send(http_answer(200, "first"));
        connection.read_request();
    };
    RawServer upstream({once, answers({http_answer(200, "second")})});
    const auto gate = start_before(upstream, {.threads = 1});
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/")).body, "first");
    EXPECT_EQ(client.ask(get("/")).body, "second");
}

TEST(GateRelay, NeverSendsABodyTwice) {
    const auto once = [](RawConnection& connection) {
        connection.read_request();
        connection.send(http_answer(200, "first"));
        connection.read_request();
    };
    RawServer upstream({once, answers({http_answer(200, "second")})});
    const auto gate = start_before(upstream, {.threads = 1});
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/")).body, "first");
    EXPECT_EQ(client.ask(put("/", "pay")).status, 502);
    EXPECT_EQ(upstream.connections(), 1);
}

TEST(GateRelay, SaysThatTheUpstreamIsAway) {
    int port = 0;
    {
        port = RawServer(answers({})).port();
    }
    const auto gate = start_gate([port](const RequestHead&) -> Admission {
        return Relay{.upstream_port = port, .secret_header = "s", .body_max = 100};
    });
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 502);
    EXPECT_EQ(RawClient(gate->port()).ask(put("/", "x")).status, 502);
}

TEST(GateRelay, SaysThatTheUpstreamIsSilent) {
    RawServer upstream([](RawConnection& connection) {
        connection.read_request();
        connection.hold();
    });
    const auto gate = start_before(upstream, {.upstream_timeout = kShort});
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 504);
}

TEST(GateRelay, SaysThatTheUpstreamTalksNonsense) {
    RawServer upstream(answers({"nonsense\r\n\r\n"}));
    const auto gate = start_before(upstream);
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 502);
}

TEST(GateRelay, CutsAnAnswerWhoseUpstreamDiedInTheMiddle) {
    RawServer upstream([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    const auto gate = start_before(upstream);
    RawClient client(gate->port());
    client.send(get("/"));
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\nhalf"));
}

TEST(GateRelay, BoundsBodiesAndTheirRate) {
    RawServer upstream(answers({http_answer(200)}));
    const auto gate =
        start_before(upstream, {.body_rate_min = 100'000, .body_rate_window = kShort});
    EXPECT_EQ(RawClient(gate->port()).ask(put_head("/", (1u << 20) + 1)).status, 413);
    EXPECT_EQ(RawClient(gate->port()).ask(put_head("/", 1'000) + "x").status, 408);
}

TEST(GateRelay, PassesALargeBodyBothWays) {
    const std::string body(1u << 20, 'x');
    RawServer upstream(answers({http_answer(200, body)}));
    const auto gate = start_before(upstream);
    EXPECT_EQ(RawClient(gate->port()).ask(put("/", body)).body, body);
    EXPECT_TRUE(upstream.requests().at(0).ends_with("\r\n\r\n" + body));
}

TEST(GateRelay, ServesTheNextRequestAfterHead) {
    RawServer upstream({[](RawConnection& connection) {
                            connection.read_request();
                            // As cpprest does, against the rules.
                            connection.send(http_answer(200, "a body on HEAD"));
                            connection.hold();
                        },
                        answers({http_answer(200, "next")})});
    const auto gate = start_before(upstream, {.threads = 1});
    RawClient client(gate->port());
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get("/"));
    EXPECT_TRUE(client.read_reply("HEAD").has("Content-Length: 14\r\n"));
    EXPECT_EQ(client.read_reply().body, "next");
}

TEST(GateRelay, AnswersPipelinedRequestsInOrder) {
    RawServer upstream(answers({http_answer(200, "1"), http_answer(200, "2")}));
    const auto gate = start_before(upstream);
    RawClient client(gate->port());
    client.send(get("/1") + get("/2"));
    EXPECT_EQ(client.read_reply().body, "1");
    EXPECT_EQ(client.read_reply().body, "2");
}

// An event stream that goes on when the test says so.
class EventServer {
public:
    int port() const { return server_.port(); }
    const RawServer& server() const { return server_; }
    void next() { turn_.set_value(); }
    bool saw_client_leave() {
        return left_.get_future().wait_for(std::chrono::seconds(10)) == std::future_status::ready;
    }

private:
    void run(RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
        connection.send("9\r\ndata: 1\n\n\r\n");
        turn_.get_future().wait();
        connection.send("9\r\ndata: 2\n\n\r\n");
        connection.hold();
        left_.set_value();
    }
    std::promise<void> turn_, left_;
    RawServer server_{[this](RawConnection& connection) { run(connection); }};
};

TEST(GateRelay, PassesEventsAsTheyCome) {
    EventServer events;
    const auto gate = start_before(events.server());
    RawClient client(gate->port());
    client.send(get("/events"));
    EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
    EXPECT_FALSE(client.has_bytes());
    events.next();
    EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
}

TEST(GateRelay, LeavesTheUpstreamWhenTheClientLeft) {
    EventServer events;
    const auto gate = start_before(events.server());
    {
        RawClient client(gate->port());
        client.send(get("/events"));
        client.read_until("data: 1");
    }
    events.next();
    EXPECT_TRUE(events.saw_client_leave());
}

TEST(GateRelay, EndsEventStreamsAtOnceWhenTheGateEnds) {
    EventServer events;
    auto gate = start_before(events.server(), {.stop_timeout = kLong});
    RawClient client(gate->port());
    client.send(get("/events"));
    client.read_until("data: 1");
    const base::Ticks start = base::os::system_clock().ticks();
    gate.reset();
    EXPECT_LT(base::os::system_clock().ticks() - start, kLong / 2);
    EXPECT_TRUE(client.read_to_end().find("data: 2") == std::string::npos);
    events.next();
    EXPECT_TRUE(events.saw_client_leave());
}

TEST(GateRelay, UnpacksChunksForOldClients) {
    RawServer upstream(answers(
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"}));
    const auto gate = start_before(upstream);
    RawClient client(gate->port());
    client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\nabcde"));
}

TEST(GateRelay, PassesAnAnswerThatEndsWithItsConnection) {
    RawServer upstream([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    });
    const auto gate = start_before(upstream);
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).body, "until the end");
}

}  // namespace
}  // namespace net
