// Bodies that are handed on as they come.
#include "client_fixture.h"

#include "base/gzip.h"

#include <fmt/format.h>

#include <gmock/gmock.h>

#include <algorithm>

namespace net {
namespace {

using testing::HasSubstr;

constexpr std::string_view kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

// Sends `parts`, each once the client took a request for it, then holds.
RawServer::Script stream_of(std::vector<std::string> parts) {
    return [parts = std::move(parts)](RawConnection& connection) {
        connection.read_request();
        connection.send(kChunkedHead);
        for (const auto& part : parts) connection.send(chunk(part));
        connection.hold();
    };
}

// Polls until `done`, at most so often that only a hang reaches it.
template <typename Done>
std::vector<Client::Reply> poll_until(Client& client, Done done) {
    std::vector<Client::Reply> replies;
    for (int i = 0; i < 1'000 && !done(); ++i) {
        for (auto& reply : client.poll(kLong)) replies.push_back(std::move(reply));
    }
    EXPECT_TRUE(done());
    return replies;
}

TEST(ClientStream, HandsOnWhatComesBeforeTheEnd) {
    RawServer server(stream_of({"one ", "two"}));
    const auto client = make_client();
    std::string got;
    const auto take = [&got](std::string_view bytes) {
        got += bytes;
        return true;
    };
    client->submit({.url = server.url()}, {.on_data = take});
    EXPECT_TRUE(poll_until(*client, [&] { return got == "one two"; }).empty());
}

TEST(ClientStream, IsNotEndedByTheLimitsOnSizeTimeAndRate) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.send(kChunkedHead);
        for (int i = 0; i < 40; ++i) connection.drip(chunk("0123456789"), 1);
        connection.send("0\r\n\r\n");
    });
    const auto client = make_client({.request_timeout = kShort,
                                     .rate_min = 1 << 20,
                                     .rate_min_window = Duration(20),
                                     .body_keep_max = 10,
                                     .body_read_max = 50});
    std::string got;
    client->submit({.url = server.url()}, {.on_data = [&got](std::string_view bytes) {
                       got += bytes;
                       return true;
                   }});
    std::vector<Client::Reply> replies;
    while (replies.empty()) replies = client->poll(kLong);
    EXPECT_EQ(got.size(), 400u);
    EXPECT_TRUE(replies[0].response.is_2xx()) << replies[0].response.failure_message;
    EXPECT_TRUE(replies[0].response.body.empty());
    EXPECT_FALSE(replies[0].response.body_cut);
}

TEST(ClientStream, KeepsToATimeLimitOfItsOwn) {
    RawServer server(stream_of({"x"}));
    const auto client = make_client();
    client->submit({.url = server.url()},
                   {.timeout = kShort, .on_data = [](std::string_view) { return true; }});
    std::vector<Client::Reply> replies;
    while (replies.empty()) replies = client->poll(kLong);
    EXPECT_EQ(word(replies[0].response), "timed-out");
}

TEST(ClientStream, WaitsForTheFirstByteOnlySoLong) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.hold();
    });
    const auto response = fetch(server.url(), {.first_byte_timeout = kShort},
                                {.retry = false, .on_data = [](std::string_view) { return true; }});
    EXPECT_EQ(word(response), "timed-out");
}

TEST(ClientStream, KeepsTheBodyOfARefusal) {
    RawServer server(fakes::answers({http_answer(410, "too old")}));
    bool called = false;
    const auto response =
        fetch(server.url(), {}, {.on_data = [&called](std::string_view) { return called = true; }});
    EXPECT_EQ(response.status, 410);
    EXPECT_EQ(response.body, "too old");
    EXPECT_FALSE(called);
}

TEST(ClientStream, EndsWhenTheReaderHasEnough) {
    RawServer server(stream_of({"one", "two"}));
    const auto response =
        fetch(server.url(), {}, {.on_data = [](std::string_view) { return false; }});
    EXPECT_EQ(word(response), "cancelled");
    EXPECT_EQ(response.status, 200);
}

TEST(ClientStream, ReportsABrokenConnection) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.send(std::string(kChunkedHead) + "5\r\nab");
    });
    const auto response =
        fetch(server.url(), {}, {.on_data = [](std::string_view) { return true; }});
    EXPECT_EQ(word(response), "reset");
}

TEST(ClientStream, SaysNothingMoreOnceCancelled) {
    RawServer server(stream_of({"one"}));
    const auto client = make_client();
    std::string got;
    const auto id = client->submit({.url = server.url()}, {.on_data = [&](std::string_view bytes) {
                                       got += bytes;
                                       return true;
                                   }});
    poll_until(*client, [&] { return got == "one"; });
    client->cancel(id);
    EXPECT_TRUE(client->poll(Duration(1)).empty());
    EXPECT_EQ(got, "one");
}

TEST(ClientStream, OnItsOwnConnectionHoldsNobodyUp) {
    RawServer server({stream_of({"a"}), stream_of({"b"}), fakes::answers({http_answer(200, "x")})});
    const auto client = make_client({.connections_max = 1, .connections_per_host_max = 1});
    std::string got;
    const RequestOptions stream{.on_data =
                                    [&got](std::string_view bytes) {
                                        got += bytes;
                                        return true;
                                    },
                                .own_connection = true};
    client->submit({.url = server.url()}, stream);
    client->submit({.url = server.url()}, stream);
    poll_until(*client, [&] { return got.size() == 2; });
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client->fetch({.url = server.url()}).body, "x");
    EXPECT_EQ(server.connections(), 3);
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, "ab");
}

TEST(ClientStream, NeverSharesItsConnectionNorTakesAUsedOne) {
    RawServer server(fakes::answers({http_answer(200, "x")}));
    const auto client = make_client();
    client->fetch({.url = server.url()});
    client->fetch({.url = server.url()}, {.own_connection = true});
    client->fetch({.url = server.url()}, {.own_connection = true});
    client->fetch({.url = server.url()});
    EXPECT_EQ(server.connections(), 3);
}

TEST(ClientStream, IsNotTakenForACompressedBody) {
    const auto zip = base::gzip(std::string(10'000, ' '));
    RawServer server(fakes::answers({http_answer(200, zip, "Content-Encoding: gzip\r\n")}));
    std::string got;
    const auto response =
        fetch(server.url(), {}, {.decompress = false, .on_data = [&got](std::string_view bytes) {
                                     got += bytes;
                                     return true;
                                 }});
    EXPECT_TRUE(response.is_2xx()) << response.failure_message;
    EXPECT_EQ(got, zip);
    EXPECT_THAT(server.requests()[0], Not(HasSubstr("Accept-Encoding")));
}

}  // namespace
}  // namespace net
