// Many requests on one HTTP/2 connection.
#include "client_fixture.h"

#include "fakes/tls_server.h"

#include <fmt/format.h>

#include <mutex>

namespace net {
namespace {

using fakes::TlsConnection;
using fakes::TlsIdentity;
using fakes::TlsServer;

// RFC 9113 §6: what this server needs to know of it.
enum FrameType : char { kData = 0, kHeaders = 1, kSettings = 4 };
constexpr char kEndStream = 1, kAck = 1, kEndHeaders = 4;

struct Frame {
    char type = 0;
    char flags = 0;
    std::string stream{};  // four bytes, as they came
};

std::string to_bytes(const Frame& frame, std::string_view payload) {
    std::string out = {0, 0, static_cast<char>(payload.size()), frame.type, frame.flags};
    return out + frame.stream + std::string(payload);
}

// Answers requests in rounds: the first alone, then `round` together, once all of them are there.
class Rounds {
public:
    explicit Rounds(std::size_t round) : round_(round) {}

    void serve(TlsConnection& connection) {
        connection.read(24);  // the preface
        connection.send(to_bytes({.type = kSettings, .stream = std::string(4, '\0')}, ""));
        for (;;) {
            const auto frame = next(connection);
            if (frame.stream.empty()) return;
            if (frame.type == kSettings && (frame.flags & kAck) == 0)
                connection.send(to_bytes({kSettings, kAck, frame.stream}, ""));
            const bool is_request = frame.type == kHeaders || frame.type == kData;
            if (is_request && (frame.flags & kEndStream) != 0) take(connection, frame.stream);
        }
    }
    std::vector<std::size_t> rounds() const {
        const std::scoped_lock lock(mutex_);
        return rounds_;
    }

private:
    static Frame next(TlsConnection& connection) {
        const auto head = connection.read(9);
        if (head.empty()) return {};
        const auto byte = [&head](std::size_t i) { return static_cast<unsigned char>(head[i]); };
        const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
        if (size > 0 && connection.read(size).empty()) return {};
        return {head[3], head[4], head.substr(5, 4)};
    }
    void take(TlsConnection& connection, const std::string& stream) {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(stream);
        if (!rounds_.empty() && waiting_.size() < round_) return;
        rounds_.push_back(waiting_.size());
        for (const auto& id : waiting_) {
            // 0x88: ":status: 200" of HPACK's static table.
            connection.send(to_bytes({kHeaders, kEndHeaders, id}, "\x88"));
            connection.send(to_bytes({kData, kEndStream, id}, "hello"));
        }
        waiting_.clear();
    }

    const std::size_t round_;
    mutable std::mutex mutex_;
    std::vector<std::string> waiting_;
    std::vector<std::size_t> rounds_;
};

struct World {
    explicit World(std::size_t round)
        : rounds(round),
          server(identity, {[this](TlsConnection& c) { rounds.serve(c); }}, {.protocol = "h2"}) {}
    std::string url() const { return fmt::format("https://shop.example:{}/", server.port()); }
    std::unique_ptr<Client> client(int streams) const {
        return make_client(
            {.connections_per_host_max = 1,
             .streams_per_connection = streams,
             .connect_to = {fmt::format("shop.example:{0}:127.0.0.1:{0}", server.port())},
             .tls = {.ca_file = identity.certificate_file()}});
    }
    TlsIdentity identity{"shop.example"};
    Rounds rounds;
    TlsServer server;
};

TEST(ClientHttp2, SharesOneConnectionBetweenManyRequests) {
    World world(30);
    const auto client = world.client(64);
    for (int i = 0; i < 31; ++i)
        client->submit({.method = "POST", .url = world.url(), .body = "{}"});
    const auto replies = wait_for(*client, 31);
    ASSERT_EQ(replies.size(), 31u);
    for (const auto& reply : replies)
        EXPECT_EQ(reply.response.body, "hello") << reply.response.failure_message;
    EXPECT_EQ(world.rounds.rounds(), (std::vector<std::size_t>{1, 30}));
    EXPECT_EQ(world.server.connections(), 1);
}

TEST(ClientHttp2, KeepsToItsLimitOfRequestsAtOnce) {
    World world(3);
    const auto client = world.client(3);
    for (int i = 0; i < 7; ++i) client->submit({.url = world.url()});
    EXPECT_EQ(wait_for(*client, 7).size(), 7u);
    EXPECT_EQ(world.rounds.rounds(), (std::vector<std::size_t>{1, 3, 3}));
    EXPECT_EQ(world.server.connections(), 1);
}

TEST(ClientHttp2, GoesOnAfterACancelledRequest) {
    World world(3);
    const auto client = world.client(3);
    client->submit({.url = world.url()});
    wait_for(*client, 1);
    const auto lost = client->submit({.url = world.url()});
    EXPECT_TRUE(client->poll(Duration(20)).empty());
    client->cancel(lost);
    for (int i = 0; i < 2; ++i) client->submit({.url = world.url()});
    EXPECT_EQ(wait_for(*client, 2).size(), 2u);
    EXPECT_EQ(world.server.connections(), 1);
}

TEST(ClientHttp2, LeavesAConnectionOnWhichNobodyIsAnswered) {
    const TlsIdentity identity("shop.example");
    Rounds frozen(99), healthy(1);
    TlsServer server(identity,
                     {[&frozen](TlsConnection& c) { frozen.serve(c); },
                      [&healthy](TlsConnection& c) { healthy.serve(c); }},
                     {.protocol = "h2"});
    const auto client =
        make_client({.connections_per_host_max = 1,
                     .streams_per_connection = 8,
                     .connect_to = {fmt::format("shop.example:{0}:127.0.0.1:{0}", server.port())},
                     .tls = {.ca_file = identity.certificate_file()}});
    const auto url = fmt::format("https://shop.example:{}/", server.port());
    EXPECT_EQ(client->fetch({.url = url}).status, 200);
    const auto lost = client->fetch({.url = url}, {.timeout = kShort, .retry = false});
    EXPECT_EQ(word(lost), "timed-out");
    EXPECT_EQ(client->fetch({.url = url}, {.retry = false}).status, 200);
    EXPECT_EQ(server.connections(), 2);
}

TEST(ClientHttp2, KeepsAConnectionOnWhichOthersAreAnswered) {
    World world(2);
    const auto client = world.client(8);
    client->submit({.url = world.url()});
    wait_for(*client, 1);
    // Three at once: two are answered after it was sent, so the third may only be slow.
    client->submit({.url = world.url()});
    client->submit({.url = world.url()});
    client->submit({.url = world.url()}, {.timeout = Duration(200), .retry = false});
    EXPECT_EQ(wait_for(*client, 3).size(), 3u);
    client->submit({.url = world.url()});
    EXPECT_EQ(wait_for(*client, 1).size(), 1u);
    EXPECT_EQ(world.server.connections(), 1);
}

TEST(ClientHttp2, FallsBackToAFewConnectionsOfHttp1) {
    const TlsIdentity identity("shop.example");
    TlsServer server(identity, {fakes::tls_answers({http_answer(200, "x")})});
    const auto client =
        make_client({.connections_per_host_max = 2,
                     .streams_per_connection = 64,
                     .connect_to = {fmt::format("shop.example:{0}:127.0.0.1:{0}", server.port())},
                     .tls = {.ca_file = identity.certificate_file()}});
    for (int i = 0; i < 20; ++i)
        client->submit({.url = fmt::format("https://shop.example:{}/", server.port())});
    for (const auto& reply : wait_for(*client, 20))
        EXPECT_EQ(reply.response.body, "x") << reply.response.failure_message;
    EXPECT_LE(server.connections(), 2);
}

TEST(ClientHttp2, StaysOnOneConnectionBesideStreamsOfTheirOwn) {
    const TlsIdentity identity("shop.example");
    Rounds rounds(2);
    const auto multiplexed = [&rounds](TlsConnection& c) { rounds.serve(c); };
    const auto stream = [](TlsConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\nline\n");
        connection.hold();
    };
    TlsServer server(identity, {multiplexed, stream, multiplexed}, {.protocol = "h2"});
    // A server that answers ALPN with h2 gets HTTP/1.1 from nobody but the stream.
    const auto client =
        make_client({.connections_per_host_max = 1,
                     .streams_per_connection = 8,
                     .connect_to = {fmt::format("shop.example:{0}:127.0.0.1:{0}", server.port())},
                     .tls = {.ca_file = identity.certificate_file()}});
    const auto url = fmt::format("https://shop.example:{}/", server.port());
    client->submit({.url = url});
    EXPECT_EQ(wait_for(*client, 1).size(), 1u);
    std::string got;
    client->submit({.url = url}, {.on_data =
                                      [&got](std::string_view bytes) {
                                          got += bytes;
                                          return true;
                                      },
                                  .own_connection = true});
    while (got.empty()) ASSERT_TRUE(client->poll(kLong).empty());
    for (int i = 0; i < 4; ++i) client->submit({.url = url});
    EXPECT_EQ(wait_for(*client, 4).size(), 4u);
    EXPECT_EQ(rounds.rounds(), (std::vector<std::size_t>{1, 2, 2}));
    EXPECT_EQ(server.connections(), 2);
}

}  // namespace
}  // namespace net
