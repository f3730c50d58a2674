#include "client_fixture.h"

#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>

namespace net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Client, GetsAnAnswerWithAllItsParts) {
    RawServer server(fakes::answers({http_answer(200, "hello", "X-A: 1\r\nx-a:  2 \r\n")}));
    const auto response = fetch(server.url("/p?q=1"));
    EXPECT_TRUE(response.is_2xx()) << response.failure_message;
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "hello");
    EXPECT_FALSE(response.body_cut);
    EXPECT_EQ(response.headers.get("X-A"), "1");
    EXPECT_EQ(response.headers.fields()[1].value, "2");
    EXPECT_EQ(response.effective_url, server.url("/p?q=1"));
    EXPECT_EQ(response.peer_address, "127.0.0.1");
    EXPECT_GE(response.elapsed, response.first_byte);
    EXPECT_GT(response.bytes_read, 5u);
}

TEST(Client, SendsTheMethodHeadersAndBodyItWasGiven) {
    RawServer server(fakes::answers({http_answer(200)}));
    const auto client = make_client({.user_agent = "scanfleet/test"});
    client->fetch({.method = "PATCH",
                   .url = server.url("/a"),
                   .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                   .body = std::string("{\0}", 3)});
    const auto request = server.requests().at(0);
    EXPECT_THAT(request, StartsWith("PATCH /a HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: scanfleet/test\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 3\r\n"));
    EXPECT_TRUE(request.ends_with(std::string("\r\n\r\n{\0}", 7)));
}

TEST(Client, SendsBodiesWithAnyMethod) {
    for (const auto* method : {"POST", "PUT", "DELETE", "GET", "OPTIONS", "PROPFIND"}) {
        RawServer server(fakes::answers({http_answer(200)}));
        const auto response =
            make_client()->fetch({.method = method, .url = server.url(), .body = "payload"});
        EXPECT_TRUE(response.ok()) << method << response.failure_message;
        EXPECT_THAT(server.requests().at(0), StartsWith(std::string(method) + " / ")) << method;
        EXPECT_TRUE(server.requests().at(0).ends_with("\r\n\r\npayload")) << method;
    }
}

TEST(Client, AddsNoHeadersOfCurlsOwnToABody) {
    RawServer server(fakes::answers({http_answer(200)}));
    make_client()->fetch(
        {.method = "POST", .url = server.url(), .body = std::string(3 << 20, 'x')});
    EXPECT_THAT(server.requests().at(0).substr(0, 500), Not(HasSubstr("Expect")));
    EXPECT_THAT(server.requests().at(0).substr(0, 500), Not(HasSubstr("Content-Type")));
}

TEST(Client, SendsMethodsWithoutBody) {
    for (const auto* method : {"TRACE", "DELETE", "OPTIONS", "POST"}) {
        RawServer server(fakes::answers({http_answer(200)}));
        EXPECT_TRUE(make_client()->fetch({.method = method, .url = server.url()}).ok()) << method;
        EXPECT_THAT(server.requests().at(0), StartsWith(std::string(method) + " / ")) << method;
    }
}

TEST(Client, DoesNotWaitForTheBodyOfAHead) {
    RawServer server(fakes::answers({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"}));
    const auto response = make_client()->fetch({.method = "HEAD", .url = server.url()});
    EXPECT_TRUE(response.is_2xx());
    EXPECT_EQ(response.headers.get("Content-Length"), "1000");
    EXPECT_EQ(response.body, "");
}

TEST(Client, SendsThePathAsItIs) {
    RawServer server(fakes::answers({http_answer(200)}));
    fetch(server.url("/a/../..%2f/./b<'\"{}|\\^`//?x=<script>&y='"));
    EXPECT_THAT(server.requests().at(0),
                StartsWith("GET /a/../..%2f/./b<'\"{}|\\^`//?x=<script>&y=' HTTP/1.1\r\n"));
}

TEST(Client, NeverSendsUserinfo) {
    RawServer server(fakes::answers({http_answer(200)}));
    const auto url = "http://user:pass@" + server.url().substr(7);
    EXPECT_EQ(fetch(url).effective_url, server.url());
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Authorization")));
}

TEST(Client, KeepsNoCookies) {
    RawServer server(fakes::answers({http_answer(200, "", "Set-Cookie: a=b\r\n")}));
    const auto client = make_client();
    client->fetch({.url = server.url()});
    client->fetch({.url = server.url()});
    EXPECT_THAT(server.requests().at(1), Not(HasSubstr("Cookie")));
}

TEST(Client, UsesNoProxyOfTheEnvironment) {
    RawServer server(fakes::answers({http_answer(200)}));
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    const auto response = fetch(server.url());
    ::unsetenv("http_proxy");
    ::unsetenv("ALL_PROXY");
    EXPECT_TRUE(response.ok()) << response.failure_message;
}

TEST(Client, UsesTheProxyOfItsOptions) {
    RawServer proxy(fakes::answers({http_answer(200, "from the proxy")}));
    const auto response = fetch("http://shop.example/a", {.proxy = proxy.url()});
    EXPECT_EQ(response.body, "from the proxy");
    EXPECT_THAT(proxy.requests().at(0), StartsWith("GET http://shop.example/a HTTP/1.1\r\n"));
}

TEST(Client, ReusesConnections) {
    RawServer server(fakes::answers({http_answer(200)}));
    const auto client = make_client();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(client->fetch({.url = server.url()}).ok());
    EXPECT_EQ(server.connections(), 1);
}

std::string deflated(const std::string& text, int window_bits) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() + 100, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

TEST(Client, Decompresses) {
    RawServer server(fakes::answers(
        {http_answer(200, deflated("hello gzip", 31), "Content-Encoding: gzip\r\n"),
         http_answer(200, deflated("hello zlib", 15), "Content-Encoding: deflate\r\n")}));
    const auto client = make_client();
    EXPECT_EQ(client->fetch({.url = server.url()}).body, "hello gzip");
    EXPECT_EQ(client->fetch({.url = server.url()}).body, "hello zlib");
    EXPECT_THAT(server.requests().at(0), HasSubstr("Accept-Encoding: gzip, deflate, br\r\n"));
}

TEST(Client, LeavesBodiesCompressedIfAsked) {
    const auto packed = deflated("hello gzip", 31);
    RawServer server(fakes::answers({http_answer(200, packed, "Content-Encoding: gzip\r\n")}));
    EXPECT_EQ(make_client()->fetch({.url = server.url()}, {.decompress = false}).body, packed);
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Accept-Encoding")));
}

TEST(Client, ReadsChunkedBodies) {
    RawServer server(
        fakes::answers({"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n"}));
    const auto response = fetch(server.url());
    EXPECT_EQ(response.body, "abcde");
    EXPECT_EQ(response.headers.get("Trailer"), std::nullopt);
}

TEST(Client, ReadsPastInterimAnswers) {
    RawServer server(fakes::answers({"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" +
                                     http_answer(200, "late", "X-Late: 1\r\n")}));
    const auto response = fetch(server.url());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "late");
    EXPECT_EQ(response.headers.get("X-Early"), std::nullopt);
    EXPECT_EQ(response.headers.get("X-Late"), "1");
}

TEST(Client, ReportsARefusedConnection) {
    int port = 0;
    {
        port = RawServer(fakes::answers({""})).port();
    }
    const auto response = fetch("http://127.0.0.1:" + std::to_string(port) + "/");
    EXPECT_EQ(word(response), "connect");
    EXPECT_EQ(response.status, 0);
    EXPECT_THAT(response.failure_message, HasSubstr("127.0.0.1"));
}

TEST(Client, RefusesWhatCannotBeSent) {
    for (const auto& request :
         {Request{.method = "A B", .url = "http://127.0.0.1/"}, Request{.url = "nonsense"},
          Request{.url = "http://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}}}) {
        const auto response = make_client()->fetch(request);
        EXPECT_EQ(word(response), "bad-request") << request.url;
        EXPECT_THAT(response.failure_message, StartsWith("not sent: "));
    }
}

TEST(Client, RefusesOptionsThatCannotWork) {
    EXPECT_FALSE(Client::create({.connections_max = 0}, base::os::system_clock()));
    EXPECT_FALSE(Client::create({.request_timeout = Duration(0)}, base::os::system_clock()));
    const auto client =
        Client::create({.tls = {.ca_file = "/nowhere/ca.pem"}}, base::os::system_clock());
    ASSERT_FALSE(client);
    EXPECT_THAT(client.error().message(), HasSubstr("/nowhere/ca.pem"));
}

TEST(Client, StopsAFetchWhenAsked) {
    RawServer server([](RawConnection& connection) {
        connection.read_request();
        connection.hold();
    });
    const auto response =
        make_client()->fetch({.url = server.url()}, {}, [&] { return !server.requests().empty(); });
    EXPECT_EQ(word(response), "cancelled");
}

TEST(Client, EndsAPollWhenTheExtraDescriptorIsReadable) {
    const int fd = ::eventfd(1, 0);
    const auto start = base::os::system_clock().ticks();
    EXPECT_TRUE(make_client()->poll(kLong, fd).empty());
    EXPECT_LT(base::os::system_clock().ticks() - start, kLong);
    ::close(fd);
}

TEST(Client, WaitsInPollThoughNothingIsUnderWay) {
    const auto start = base::os::system_clock().ticks();
    EXPECT_TRUE(make_client()->poll(kShort).empty());
    EXPECT_GE(base::os::system_clock().ticks() - start, kShort);
}

TEST(Client, CountsWhatItDoes) {
    RawServer server(fakes::answers({http_answer(200), http_answer(404),
                                     http_answer(302, "", "Location: /x\r\n"), http_answer(500)}));
    const auto client = make_client();
    for (int i = 0; i < 3; ++i) client->fetch({.url = server.url()});
    const auto& stats = client->stats();
    EXPECT_EQ(stats.requests, 4u);
    EXPECT_EQ(stats.by_status_class, (std::array<std::uint64_t, 6>{0, 0, 1, 1, 1, 1}));
    EXPECT_GT(stats.bytes_in, 0u);
}

}  // namespace
}  // namespace net
