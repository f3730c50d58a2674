// Hostile and broken peers: every answer ends, soon and within its bounds.
#include "client_fixture.h"

#include "base/gzip.h"

#include <gmock/gmock.h>

namespace net {
namespace {

using testing::HasSubstr;

// Answers one request with `bytes`, then closes.
RawServer::Script once(std::string bytes) {
    return [bytes = std::move(bytes)](RawConnection& connection) {
        connection.read_request();
        connection.send(bytes);
    };
}

// Answers with `head`, then with `more` for as long as the client takes it.
RawServer::Script endless(std::string head, std::string more) {
    return [head = std::move(head), more = std::move(more)](RawConnection& connection) {
        connection.read_request();
        connection.send(head);
        while (connection.send(more)) {
        }
    };
}

RawServer::Script dripping(std::string head, std::string bytes) {
    return [head = std::move(head), bytes = std::move(bytes)](RawConnection& connection) {
        connection.read_request();
        connection.send(head);
        connection.drip(bytes, 5);
        connection.hold();
    };
}

TEST(ClientBounds, KeepsTheBeginningOfALongBody) {
    RawServer server(once(http_answer(200, std::string(3'000, 'x'))));
    const auto response = fetch(server.url(), {.body_keep_max = 1'000});
    EXPECT_TRUE(response.ok());
    EXPECT_EQ(response.body, std::string(1'000, 'x'));
    EXPECT_TRUE(response.body_cut);
}

TEST(ClientBounds, CutsAnEndlessBody) {
    RawServer server(endless("HTTP/1.1 200 OK\r\n\r\n", std::string(10'000, 'x')));
    const auto response = fetch(server.url(), {.body_keep_max = 1'000, .body_read_max = 100'000});
    EXPECT_TRUE(response.is_2xx()) << response.failure_message;
    EXPECT_TRUE(response.body_cut);
    EXPECT_LT(response.bytes_read, 1'000'000u);
}

TEST(ClientBounds, CutsABodyThatClaimsAHugeLength) {
    RawServer server(endless("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
                             std::string(10'000, 'x')));
    EXPECT_TRUE(fetch(server.url(), {.body_read_max = 100'000}).body_cut);
}

TEST(ClientBounds, StopsAtABombWithALength) {
    RawServer server(once(
        http_answer(200, base::gzip(std::string(8 << 20, '\0'), 9), "Content-Encoding: gzip\r\n")));
    const auto response = fetch(server.url());
    EXPECT_EQ(word(response), "body-bomb");
    EXPECT_EQ(response.status, 200);
}

TEST(ClientBounds, StopsAtABombInChunks) {
    const auto bomb = base::gzip(std::string(12 << 20, '\0'), 9);
    char size[16];
    std::snprintf(size, sizeof size, "%zx", bomb.size());
    RawServer server(
        once("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
             std::string(size) + "\r\n" + bomb + "\r\n0\r\n\r\n"));
    EXPECT_EQ(word(fetch(server.url())), "body-bomb");
}

TEST(ClientBounds, StopsAtASmallBomb) {
    RawServer server(once(
        http_answer(200, base::gzip(std::string(200'000, '\0'), 9), "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(word(fetch(server.url())), "body-bomb");
}

TEST(ClientBounds, TakesATinyBodyThatCompressesWell) {
    RawServer server(once(
        http_answer(200, base::gzip(std::string(30'000, ' '), 9), "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(fetch(server.url()).body.size(), 30'000u);
}

TEST(ClientBounds, CutsWhatDecompressesBeyondTheReadLimit) {
    std::string text;
    for (int i = 0; i < 60'000; ++i) text += std::to_string(i * 7919);
    RawServer server(once(http_answer(200, base::gzip(text), "Content-Encoding: gzip\r\n")));
    const auto response = fetch(server.url(), {.body_read_max = 200'000});
    EXPECT_TRUE(response.ok()) << response.failure_message;
    EXPECT_TRUE(response.body_cut);
}

TEST(ClientBounds, RefusesBrokenCompression) {
    RawServer server(once(http_answer(200, "this is not gzip", "Content-Encoding: gzip\r\n")));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesTooManyHeaderLines) {
    RawServer server(endless("HTTP/1.1 200 OK\r\n", "A: b\r\n"));
    const auto response = fetch(server.url());
    EXPECT_EQ(word(response), "bad-answer");
    EXPECT_THAT(response.failure_message, HasSubstr("1000 header lines"));
}

TEST(ClientBounds, RefusesTooManyHeaderBytes) {
    RawServer server(endless("HTTP/1.1 200 OK\r\n", "A: " + std::string(5'000, 'b') + "\r\n"));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesAHeaderLineWithoutEnd) {
    RawServer server(endless("HTTP/1.1 200 OK\r\nA: ", std::string(10'000, 'b')));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesEndlessInterimAnswers) {
    RawServer server(endless("", "HTTP/1.1 102 Processing\r\n\r\n"));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesEndlessTrailers) {
    RawServer server(endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
                             "A: b\r\n"));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesWhatIsNotHttp) {
    RawServer server(once("SSH-2.0-OpenSSH_9.2\r\n"));
    EXPECT_EQ(word(fetch(server.url())), "bad-answer");
}

TEST(ClientBounds, RefusesBrokenFraming) {
    for (const auto* answer : {"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nxyz",
                               "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxyz",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"}) {
        RawServer server(once(answer));
        EXPECT_EQ(word(fetch(server.url())), "bad-answer") << answer;
    }
}

TEST(ClientBounds, ReportsACloseInMidBody) {
    RawServer server(once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-A: b\r\n\r\npart"));
    const auto response = fetch(server.url());
    EXPECT_EQ(word(response), "reset");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "part");
    EXPECT_EQ(response.headers.get("X-A"), "b");
}

TEST(ClientBounds, ReportsAResetInMidBody) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
        connection.reset();
    });
    EXPECT_EQ(word(fetch(server.url())), "reset");
}

TEST(ClientBounds, ReportsACloseInMidChunk) {
    RawServer server(once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\npart"));
    EXPECT_EQ(word(fetch(server.url())), "reset");
}

TEST(ClientBounds, ReportsACloseWithoutAnswer) {
    RawServer server(once(""));
    EXPECT_EQ(word(fetch(server.url())), "reset");
}

TEST(ClientBounds, IgnoresBytesBehindTheBody) {
    RawServer server(once(http_answer(200, "abc") + "and more"));
    EXPECT_EQ(fetch(server.url()).body, "abc");
}

TEST(ClientBounds, GivesUpOnASilentServer) {
    RawServer server([](RawConnection& connection) { connection.hold(); });
    const auto response = fetch(server.url(), {.first_byte_timeout = kShort});
    EXPECT_EQ(word(response), "timed-out");
    EXPECT_THAT(response.failure_message, HasSubstr("no answer in time"));
}

TEST(ClientBounds, GivesUpOnASilentTlsPeer) {
    RawServer server([](RawConnection& connection) { connection.hold(); });
    const auto response = fetch("https" + server.url().substr(4), {.tls_timeout = kShort});
    EXPECT_EQ(word(response), "timed-out");
    EXPECT_THAT(response.failure_message, HasSubstr("TLS handshake"));
}

TEST(ClientBounds, ReportsAPeerThatSpeaksNoTls) {
    RawServer server([](RawConnection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hold();
    });
    EXPECT_EQ(word(fetch("https" + server.url().substr(4))), "tls");
}

TEST(ClientBounds, GivesUpOnHeadersThatDripTooLong) {
    RawServer server(dripping("HTTP/1.1 200 OK\r\n", std::string(10'000, 'a')));
    const auto response = fetch(server.url(), {.request_timeout = kShort * 2});
    EXPECT_EQ(word(response), "timed-out");
    EXPECT_THAT(response.failure_message, HasSubstr("whole request"));
}

TEST(ClientBounds, GivesUpOnABodyBelowTheMinimumRate) {
    RawServer server(
        dripping("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nbegin", std::string(9'000, 'a')));
    const auto response = fetch(server.url(), {.rate_min = 1'000'000, .rate_min_window = kShort});
    EXPECT_EQ(word(response), "too-slow");
    EXPECT_EQ(response.body.substr(0, 5), "begin");
}

TEST(ClientBounds, GivesUpOnAPeerThatTakesNoBody) {
    RawServer server([](RawConnection& connection) { connection.hold(); });
    const auto response =
        make_client({.rate_min_window = kShort})
            ->fetch({.method = "POST", .url = server.url(), .body = std::string(32 << 20, 'x')});
    EXPECT_EQ(word(response), "too-slow");
}

TEST(ClientBounds, LetsARequestHaveATimeOfItsOwn) {
    RawServer server(
        dripping("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", std::string(9'000, 'a')));
    EXPECT_EQ(word(fetch(server.url(), {}, {.timeout = kShort})), "timed-out");
}

TEST(ClientBounds, CountsRedirectsTowardsTheTimeOfTheWhole) {
    RawServer server({[](RawConnection& connection) {
                          connection.read_request();
                          connection.drip(
                              http_answer(302, "", "Location: /next\r\nConnection: close\r\n"), 1);
                      },
                      [](RawConnection& connection) { connection.hold(); }});
    const auto response = fetch(server.url(), {}, {.timeout = kShort * 5});
    EXPECT_EQ(word(response), "timed-out");
    EXPECT_LE(response.elapsed, kShort * 5);
}

}  // namespace
}  // namespace net
