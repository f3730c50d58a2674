#include "net/head_scanner.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace net {
namespace {

constexpr std::size_t kBytesMax = 16u << 10;

Scan scan(std::string_view text) { return HeadScanner(kBytesMax).scan(text); }

// 0 = passes, -1 = wants more.
int status_of(const Scan& scan) {
    if (const auto* bad = std::get_if<BadHead>(&scan)) return bad->status;
    return std::holds_alternative<ScannedHead>(scan) ? 0 : -1;
}

std::string with_line(std::string_view line) {
    return "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n" + std::string(line) + "\r\n\r\n";
}

TEST(HeadScanner, ReadsMethodTargetHeadersAndLength) {
    const Scan result = scan("PUT /a/b?c=%20 HTTP/1.1\r\nHost: x:80\r\ncontent-length:  12 \r\n"
                             "Empty:\r\n\r\nbody");
    const auto& head = std::get<ScannedHead>(result);
    EXPECT_EQ(head.head.method, "PUT");
    EXPECT_EQ(head.head.target, "/a/b?c=%20");
    EXPECT_EQ(head.head.content_length, 12u);
    EXPECT_EQ(head.head.headers,
              Headers({{"Host", "x:80"}, {"content-length", "12"}, {"Empty", ""}}));
    EXPECT_EQ(head.bytes, 69u);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(head.expects_continue);
}

struct Case {
    const char* name;
    std::string text;
    int status;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class HeadScannerRefuses : public testing::TestWithParam<Case> {};

TEST_P(HeadScannerRefuses, WithTheRightStatus) {
    EXPECT_EQ(status_of(scan(GetParam().text)), GetParam().status);
}

std::string many_lines() {
    std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 200; ++i) text += "A: b\r\n";
    return text;
}

const Case kCases[] = {
    {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"bare LF in a value", with_line("A: b\nC: d"), 400},
    {"bare CR", with_line("A: b\rC: d"), 400},
    {"CR CR LF", with_line("A: b\r"), 400},
    {"NUL", with_line(std::string_view("A: \0", 4)), 400},
    {"escape character", with_line("A: \x1b[2J"), 400},
    {"DEL", with_line("A: \x7f"), 400},
    {"obs-fold", with_line("A: b\r\n c"), 400},
    {"obs-fold with a tab", with_line("A: b\r\n\tc"), 400},
    {"space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"two equal lengths", with_line("Content-Length: 1"), 400},
    {"two lengths", with_line("content-length: 2"), 400},
    {"a list of lengths", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400},
    {"signed length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400},
    {"negative length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400},
    {"hexadecimal length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400},
    {"empty length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
    {"length beyond 64 bits",
     "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
    {"length and chunks", with_line("Transfer-Encoding: chunked"), 400},
    {"chunks", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411},
    {"odd transfer coding", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
     411},
    {"chunks in HTTP/1.0", "PUT / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"space before the colon", with_line("Transfer-Encoding : chunked"), 400},
    {"no length", "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411},
    {"absolute-form", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"CONNECT with a path", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"raw UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400},
    {"no headers at all", "GET / HTTP/1.1\r\n\r\n", 400},
    {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400},
    {"two Hosts", with_line("host: b"), 400},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"Host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
    {"two Authorizations", with_line("Authorization: Bearer a\r\nauthorization: Bearer b"), 400},
    {"two Expects", with_line("Expect: 100-continue\r\nExpect: 100-continue"), 400},
    {"another Expect", with_line("Expect: miracles"), 417},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400},
    {"HTTP/0.9", "GET /\r\n\r\n", 400},
    {"lower case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
    {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"tab between", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
    {"method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"endless method", std::string(100, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"header without a colon", with_line("Abc"), 400},
    {"header without a name", with_line(": b"), 400},
    {"header name with a slash", with_line("a/b: c"), 400},
    {"blank line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"TLS hello", std::string("\x16\x03\x01\x02\x00", 5), 400},
    {"endless line", "GET /" + std::string(kBytesMax, 'a'), 431},
    {"endless head", "GET / HTTP/1.1\r\nA: " + std::string(kBytesMax, 'a'), 431},
    {"too many headers", many_lines(), 431},
};
INSTANTIATE_TEST_SUITE_P(Variants, HeadScannerRefuses, testing::ValuesIn(kCases));

TEST(HeadScanner, TakesAHeadOfExactlyTheBound) {
    const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
    const std::string text = start + std::string(kBytesMax - start.size() - 4, 'x') + "\r\n\r\n";
    EXPECT_EQ(status_of(scan(text)), 0);
    EXPECT_EQ(status_of(HeadScanner(kBytesMax - 1).scan(text)), 431);
}

TEST(HeadScanner, SaysWhetherTheConnectionLivesOn) {
    const auto stays = [](std::string_view text) {
        return std::get<ScannedHead>(scan(text)).keep_alive;
    };
    EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(HeadScanner, KnowsWhoWaitsForContinue) {
    const auto waits = [](std::string_view text) {
        return std::get<ScannedHead>(scan(text)).expects_continue;
    };
    EXPECT_TRUE(waits(with_line("Expect: 100-Continue")));
    EXPECT_FALSE(waits("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"));
    EXPECT_FALSE(
        waits("PUT / HTTP/1.0\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"));
}

// Lines that are good, bad and ugly, so that drawn heads come near to being right.
rc::Gen<std::string> any_head() {
    const auto line = rc::gen::element<std::string>(
        "Host: a\r\n", "Content-Length: 3\r\n", "A: b\r\n", "Transfer-Encoding: chunked\r\n",
        "\r\n", " folded\r\n", "bare\n", "cr\r", "Connection: close\r\n",
        "Expect: 100-continue\r\n");
    const auto start = rc::gen::element<std::string>("GET / HTTP/1.1\r\n", "PUT /a HTTP/1.0\r\n",
                                                     "POST /b HTTP/1.1\r\n", "GET\r\n");
    return rc::gen::map(rc::gen::pair(start, rc::gen::container<std::vector<std::string>>(line)),
                        [](const std::pair<std::string, std::vector<std::string>>& drawn) {
                            std::string text = drawn.first;
                            for (const std::string& l : drawn.second) text += l;
                            return text;
                        });
}

RC_GTEST_PROP(HeadScannerProperty, SaysTheSameHoweverTheBytesArrive, ()) {
    const std::string text = *any_head();
    HeadScanner slow(kBytesMax);
    Scan last = NeedMore{};
    for (std::size_t end = 1; end <= text.size() && status_of(last) == -1; ++end) {
        last = slow.scan(std::string_view(text).substr(0, end));
    }
    const Scan whole = scan(text);
    RC_ASSERT(status_of(last) == status_of(whole));
    if (const auto* head = std::get_if<ScannedHead>(&whole)) {
        RC_ASSERT(head->bytes == std::get<ScannedHead>(last).bytes);
        RC_ASSERT(head->head.headers == std::get<ScannedHead>(last).head.headers);
    }
}

RC_GTEST_PROP(HeadScannerProperty, SurvivesAnyBytes, (const std::string& noise)) {
    RC_ASSERT(status_of(scan(noise)) != 0);
}

}  // namespace
}  // namespace net
