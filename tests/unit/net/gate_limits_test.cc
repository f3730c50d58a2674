// What a gate does with peers that are slow, silent, many or greedy.
#include "gate_desk.h"
#include "gate_fixture.h"

#include <vector>

namespace net {
namespace {

TEST(GateLimits, AnswerAnEndlessHeadWith431) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x'));
    EXPECT_EQ(client.read_reply().status, 431);
    EXPECT_TRUE(client.sees_end());
    EXPECT_EQ(gate->stats().bad_requests, 1u);
}

TEST(GateLimits, AnswerSmugglingWithAStatusAndCloseTheConnection) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 400);
    EXPECT_TRUE(client.sees_end());
    EXPECT_EQ(gate->stats().requests, 0u);
}

TEST(GateLimits, AnswerTlsOnAPlainPortAndClose) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(std::string("\x16\x03\x01\x02\x00\x01\x00", 7)).status, 400);
    EXPECT_TRUE(client.sees_end());
}

TEST(GateLimits, RefuseABodyThatIsAnnouncedTooLarge) {
    const auto gate = start_gate([](const RequestHead& head) { return echo(head, 100); });
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(put_head("/", 101)).status, 413);
    EXPECT_TRUE(client.sees_end());
    EXPECT_EQ(RawClient(gate->port()).ask(put("/", std::string(100, 'x'))).status, 200);
}

TEST(GateLimits, RefuseABodyOfAnyLengthWithoutHoldingIt) {
    const auto gate = start_gate([](const RequestHead& head) { return echo(head, 100); });
    EXPECT_EQ(RawClient(gate->port()).ask(put_head("/", 999'999'999'999)).status, 413);
    EXPECT_EQ(gate->stats().body_bytes_in_flight, 0u);
}

TEST(GateLimits, CutAPeerThatSaysNothing) {
    const auto gate = start_gate(echo_all, {.first_byte_timeout = kShort});
    EXPECT_TRUE(RawClient(gate->port()).sees_end());
}

TEST(GateLimits, CutAPeerThatIdlesBetweenRequests) {
    const auto gate = start_gate(echo_all, {.idle_timeout = kShort});
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/")).status, 200);
    EXPECT_TRUE(client.sees_end());
}

TEST(GateLimits, TellAPeerThatItsHeadTookTooLong) {
    const auto gate = start_gate(echo_all, {.header_timeout = kShort});
    RawClient client(gate->port());
    EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nHo").status, 408);
    EXPECT_TRUE(client.sees_end());
}

TEST(GateLimits, TellAPeerThatItsBodyIsTooSlow) {
    const auto gate = start_gate(echo_all, {.body_rate_min = 100'000, .body_rate_window = kShort});
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(put_head("/", 1'000) + "x").status, 408);
    EXPECT_TRUE(client.sees_end());
}

TEST(GateLimits, TellAPeerThatItsBodyTookTooLongAltogether) {
    const auto gate = start_gate(echo_all, {.body_timeout = kShort, .body_rate_min = 0});
    EXPECT_EQ(RawClient(gate->port()).ask(put_head("/", 1'000) + "x").status, 408);
}

TEST(GateLimits, GiveASlowBodyANewWindowWhileItsRateIsFine) {
    const auto gate = start_gate(
        echo_all,
        {.first_byte_timeout = kShort, .body_rate_min = 1, .body_rate_window = Duration{20}});
    RawClient client(gate->port());
    client.send(put_head("/", 200'000) + std::string(100'000, 'x'));
    // Three windows pass until this one is cut.
    EXPECT_TRUE(RawClient(gate->port()).sees_end());
    EXPECT_EQ(client.ask(std::string(100'000, 'y')).status, 200);
}

TEST(GateLimits, DropABodyWhosePeerLeft) {
    const auto gate = start_gate(echo_all);
    RawClient client(gate->port());
    client.send(put_head("/", 1'000) + "x");
    client.shut_sending();
    EXPECT_TRUE(client.sees_end());
}

TEST(GateLimits, CutAPeerThatDoesNotReadItsAnswer) {
    const auto gate = start_gate(
        [](const RequestHead&) -> Admission {
            return Refuse{{.body = std::string(64u << 20, 'x')}};
        },
        {.write_timeout = kShort, .drain_timeout = kShort});
    RawClient client(gate->port());
    client.send(get("/"));
    EXPECT_TRUE(eventually([&] { return gate->stats().requests == 1; }));
    EXPECT_TRUE(eventually([&] { return gate->stats().connections == 0; }));
}

TEST(GateLimits, RefuseBodiesBeyondTheBudgetUntilOthersAreDone) {
    const auto gate = start_gate(echo_all, {.bodies_in_flight_max = 1'000});
    RawClient first(gate->port());
    first.send(put_head("/1", 800, "Expect: 100-continue\r\n"));
    first.read_until("\r\n\r\n");  // it has its share now
    EXPECT_EQ(gate->stats().body_bytes_in_flight, 800u);

    RawClient second(gate->port());
    const RawReply refused = second.ask(put_head("/2", 300));
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has("Retry-After: 1\r\n"));

    EXPECT_EQ(first.ask(std::string(800, 'x')).status, 200);
    EXPECT_EQ(first.ask(put("/3", std::string(1'000, 'x'))).status, 200);
    EXPECT_EQ(RawClient(gate->port()).ask(put_head("/4", 1'001)).status, 503);
}

TEST(GateLimits, GiveTheSeatOfASilentPeerToANewcomer) {
    const auto gate = start_gate(echo_all, {.connections_max = 2});
    RawClient oldest(gate->port());
    RawClient older(gate->port());
    RawClient newcomer(gate->port());
    EXPECT_EQ(newcomer.ask(get("/")).status, 200);
    EXPECT_TRUE(oldest.sees_end());
    EXPECT_EQ(older.ask(get("/")).status, 200);
    EXPECT_EQ(gate->stats().evicted, 1u);
}

TEST(GateLimits, TurnNewcomersAwayOnlyWhileAllAreAtWork) {
    Desk desk;
    const auto gate = start_gate([&](const RequestHead& head) { return desk.admit(head); },
                                 {.connections_max = 1});
    RawClient busy(gate->port());
    busy.send(get("/"));
    Respond respond = desk.take();
    RawClient newcomer(gate->port());
    EXPECT_TRUE(newcomer.sees_end());
    respond({.body = "done"});
    EXPECT_EQ(busy.read_reply().body, "done");
    EXPECT_EQ(gate->stats().refused_full, 1u);
}

TEST(GateLimits, CountEachAddressByItself) {
    Desk desk;
    const auto gate = start_gate(
        [&](const RequestHead& head) {
            return head.target == "/busy" ? desk.admit(head) : echo(head);
        },
        {.connections_per_address_max = 1});
    RawClient busy(gate->port(), "127.0.0.2");
    busy.send(get("/busy"));
    Respond respond = desk.take();
    EXPECT_TRUE(RawClient(gate->port(), "127.0.0.2").sees_end());
    EXPECT_EQ(RawClient(gate->port(), "127.0.0.3").ask(get("/")).status, 200);
    respond({});
    EXPECT_EQ(busy.read_reply().status, 200);
}

}  // namespace
}  // namespace net
