// REST and event streams on cpprestsdk, alone and behind the gate.
#include "net/listener.h"

#include "gate_desk.h"
#include "gate_fixture.h"

#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace net {
namespace {

constexpr std::string_view kKey = "X-Scanfleet-Gate: key\r\n";

// Keeps the streams that were opened.
class Radio {
public:
    RestHandlers handlers() {
        return {.request = [](const RestRequest& request) { return answer(request); },
                .events =
                    [this](const RestRequest& request, std::shared_ptr<EventStream> stream) {
                        if (request.path != "/events") return false;
                        const std::scoped_lock lock(mutex_);
                        streams_.push_back(std::move(stream));
                        return true;
                    }};
    }
    std::size_t streams() {
        const std::scoped_lock lock(mutex_);
        return streams_.size();
    }
    std::shared_ptr<EventStream> stream(std::size_t index = 0) {
        EXPECT_TRUE(eventually([&] { return streams() > index; }));
        const std::scoped_lock lock(mutex_);
        return streams_.at(index);
    }

private:
    static Reply answer(const RestRequest& request) {
        if (request.path == "/throws") throw std::runtime_error("no");
        Reply reply{.content_type = "text/plain",
                    .body = request.method + " " + request.path + "?" + request.query + " " +
                            request.body};
        reply.headers.add("X-Mine", std::string(request.headers.get("X-Yours").value_or("none")));
        return reply;
    }
    std::mutex mutex_;
    std::vector<std::shared_ptr<EventStream>> streams_;
};

class ListenerTest : public testing::Test {
protected:
    void start(ListenerOptions options = {}) {
        options.secret = "key";
        auto started = Listener::start(std::move(options), radio.handlers());
        ASSERT_TRUE(started) << started.error().message();
        listener = std::move(*started);
        gate = start_gate(
            [port = listener->port()](const RequestHead&) -> Admission {
                return Relay{.upstream_port = port, .secret_header = "key", .body_max = 16u << 20};
            },
            {.connections_per_address_max = 1'000});
    }
    RawClient listen_to_events() {
        RawClient client(gate->port());
        client.send(get("/events", "Accept: text/event-stream\r\n"));
        return client;
    }
    Radio radio;
    std::unique_ptr<Listener> listener;
    std::unique_ptr<Gate> gate;
};

TEST_F(ListenerTest, AnswersRequestsThroughTheGate) {
    start();
    RawClient client(gate->port());
    const RawReply reply = client.ask(
        "PUT /a/b%20c?d=%20 HTTP/1.1\r\nHost: a\r\nX-Yours: y\r\nContent-Length: 3\r\n\r\nxyz");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "PUT /a/b c?d=%20 xyz");
    EXPECT_TRUE(reply.has("X-Mine: y\r\n"));
    EXPECT_TRUE(reply.has("Content-Type: text/plain\r\n"));
    EXPECT_EQ(client.ask(get("/")).body, "GET /? ");
    EXPECT_EQ(client.ask("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n").body, "DELETE /x? ");
}

TEST_F(ListenerTest, PassesABodyOfManyMebibytes) {
    start();
    const std::string body(4u << 20, 'x');
    EXPECT_EQ(RawClient(gate->port()).ask(put("/", body)).body, "PUT /? " + body);
}

TEST_F(ListenerTest, TrustsOnlyTheGate) {
    start();
    EXPECT_EQ(RawClient(listener->port()).ask(get("/")).status, 403);
    EXPECT_EQ(RawClient(listener->port()).ask(get("/", "X-Scanfleet-Gate: guess\r\n")).status, 403);
    EXPECT_EQ(RawClient(listener->port()).ask(get("/", kKey)).status, 200);
}

TEST_F(ListenerTest, ServesTheNextRequestAfterHeadAndAfterAMistake) {
    start();
    RawClient client(gate->port());
    client.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.read_reply("HEAD").status, 200);
    EXPECT_EQ(client.ask(get("/throws")).status, 500);
    EXPECT_EQ(client.ask(get("/next")).body, "GET /next? ");
}

TEST_F(ListenerTest, StreamsEventsAsTheyComeThroughTheGate) {
    start();
    RawClient client = listen_to_events();
    const auto stream = radio.stream();
    EXPECT_TRUE(stream->push("1", "run", "one"));
    const std::string head = client.read_until("data: one\n\n");
    EXPECT_NE(head.find("Content-Type: text/event-stream"), std::string::npos);
    EXPECT_NE(head.find("id: 1\nevent: run\n"), std::string::npos);
    EXPECT_TRUE(stream->push("2", "run", "two"));
    EXPECT_NE(client.read_until("data: two\n\n").find("id: 2\n"), std::string::npos);
    stream->close();
    EXPECT_NE(client.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
    EXPECT_FALSE(stream->push("3", "run", "three"));
    EXPECT_EQ(client.ask(get("/next")).body, "GET /next? ");
}

TEST_F(ListenerTest, RefusesStreamsThatDoNotExist) {
    start();
    RawClient client(gate->port());
    EXPECT_EQ(client.ask(get("/other", "Accept: text/event-stream\r\n")).status, 404);
    EXPECT_EQ(client.ask(get("/other")).status, 200);
}

TEST_F(ListenerTest, SendsHeartbeats) {
    start({.heartbeat = kShort});
    RawClient client = listen_to_events();
    client.read_until(":\n\n");
    EXPECT_EQ(client.read_until(":\n\n"), "\r\n3\r\n:\n\n");
}

TEST_F(ListenerTest, ClosesAReaderThatLags) {
    start({.event_bytes_max = 64u << 10});
    RawClient client = listen_to_events();
    const auto stream = radio.stream();
    const std::string event(60'000, 'x');
    EXPECT_TRUE(eventually([&] { return !stream->push("", "", event); }));
    // What was taken still comes, then the end.
    EXPECT_NE(client.read_until("\r\n0\r\n\r\n").find("\r\n0\r\n\r\n"), std::string::npos);
}

TEST_F(ListenerTest, NoticesThatAReaderLeft) {
    start();
    {
        listen_to_events().read_until("\r\n\r\n");
    }
    const auto stream = radio.stream();
    EXPECT_TRUE(eventually([&] { return !stream->push("", "", "anybody?"); }));
}

TEST_F(ListenerTest, StillAnswersAfterManyReadersLeftAtOnce) {
    start();
    {
        std::vector<RawClient> clients;
        for (int i = 0; i < 200; ++i) clients.push_back(listen_to_events());
        EXPECT_TRUE(eventually([&] { return radio.streams() == 200; }));
        for (std::size_t i = 0; i < 200; ++i) EXPECT_TRUE(radio.stream(i)->push("", "", "x"));
        for (RawClient& client : clients) client.read_until("data: x\n\n");
    }
    for (std::size_t i = 0; i < 200; ++i) {
        const auto stream = radio.stream(i);
        EXPECT_TRUE(eventually([&] { return !stream->push("", "", "x"); }));
    }
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 200);
}

TEST_F(ListenerTest, EndsStreamsFirst) {
    start();
    RawClient client = listen_to_events();
    client.read_until("\r\n\r\n");
    listener->end_streams();
    EXPECT_NE(client.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
    EXPECT_EQ(client.ask(get("/events", "Accept: text/event-stream\r\n")).status, 503);
    gate.reset();
    listener.reset();
    EXPECT_FALSE(radio.stream()->push("", "", "late"));
}

TEST_F(ListenerTest, EndsWithStreamsOpenAndTheGateStillThere) {
    start();
    RawClient client = listen_to_events();
    client.read_until("\r\n\r\n");
    listener.reset();
    EXPECT_NE(client.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
    EXPECT_EQ(RawClient(gate->port()).ask(get("/")).status, 502);
}

TEST(ListenerEnd, WaitsForAHandlerThatRuns) {
    std::promise<void> entered, go;
    std::atomic<bool> left = false;
    auto listener = Listener::start({.secret = "key"}, {.request =
                                                            [&](const RestRequest&) {
                                                                entered.set_value();
                                                                go.get_future().wait();
                                                                left = true;
                                                                return Reply{};
                                                            },
                                                        .events = {}});
    ASSERT_TRUE(listener);
    RawClient client((*listener)->port());
    client.send(get("/", kKey));
    entered.get_future().wait();
    auto end = std::async(std::launch::async, [&] { listener->reset(); });
    EXPECT_EQ(end.wait_for(kShort), std::future_status::timeout);
    go.set_value();
    end.get();
    EXPECT_TRUE(left);
}

}  // namespace
}  // namespace net
