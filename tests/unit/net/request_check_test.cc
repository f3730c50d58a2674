#include "net/request_check.h"

#include "net/curl_failure.h"

#include <gtest/gtest.h>

#include <string>

namespace net {
namespace {

bool sendable(Request request) { return check_request(request).has_value(); }

TEST(RequestCheck, TakesAnyMethodThatIsAToken) {
    for (const auto* method : {"GET", "PATCH", "TRACE", "PROPFIND", "get", "X-1"}) {
        EXPECT_TRUE(sendable({.method = method})) << method;
    }
    for (const auto* method :
         {"", "GET /x HTTP/1.1\r\nA:", "G T", "CONNECT", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"}) {
        EXPECT_FALSE(sendable({.method = method})) << method;
    }
}

TEST(RequestCheck, RefusesHeadersThatWouldSplitTheRequest) {
    EXPECT_TRUE(sendable({.headers = {{"X-A", "any \x80 <text>"}}}));
    EXPECT_FALSE(sendable({.headers = {{"X-A", "b\r\nEvil: 1"}}}));
    EXPECT_FALSE(sendable({.headers = {{"X-A", "b\nEvil: 1"}}}));
    EXPECT_FALSE(sendable({.headers = {{"X-A", std::string("a\0b", 3)}}}));
    EXPECT_FALSE(sendable({.headers = {{"X A", "b"}}}));
    EXPECT_FALSE(sendable({.headers = {{"X-A: b\r\nY", "b"}}}));
    EXPECT_FALSE(sendable({.headers = {{"", "b"}}}));
    EXPECT_FALSE(sendable({.headers = {{"transfer-encoding", "chunked"}}}));
}

TEST(HostHeader, MayOnlyNameWhatIsInScope) {
    const Scope scope({.origins = {*parse_url("https://shop.example")},
                       .allowed = {*parse_allowed_host("api.example")}});
    const auto url = *parse_url("https://shop.example");
    const auto allows = [&](const char* host) {
        return check_host_header({.headers = {{"Host", host}}}, url, &scope).has_value();
    };
    EXPECT_TRUE(allows("shop.example"));
    EXPECT_TRUE(allows("api.example:8443"));
    for (const auto* host : {"evil.example", "169.254.169.254", "metadata.google.internal",
                             "shop.example:99", "shop.example/x", "user@shop.example",
                             "shop.example#", "", "shop.example\\x", "shop.example?"}) {
        EXPECT_FALSE(allows(host)) << host;
    }
    EXPECT_FALSE(check_host_header(
        {.headers = {{"Host", "shop.example"}, {"host", "evil.example"}}}, url, &scope));
    EXPECT_TRUE(check_host_header({.headers = {{"Host", "evil.example"}}}, url, nullptr));
}

TEST(CurlFailure, TellsBrokenFramingFromAReset) {
    EXPECT_EQ(failure_of(CURLE_OK, ""), Failure::None);
    EXPECT_EQ(failure_of(CURLE_RECV_ERROR, "Recv failure: Connection reset by peer"),
              Failure::Reset);
    EXPECT_EQ(
        failure_of(CURLE_RECV_ERROR, "Illegal or missing hexadecimal sequence in chunked-encoding"),
        Failure::BadAnswer);
    EXPECT_EQ(failure_of(CURLE_COULDNT_RESOLVE_HOST, ""), Failure::Connect);
    EXPECT_EQ(failure_of(CURLE_PEER_FAILED_VERIFICATION, ""), Failure::Tls);
    EXPECT_EQ(failure_of(CURLE_WEIRD_SERVER_REPLY, ""), Failure::BadAnswer);
}

}  // namespace
}  // namespace net
