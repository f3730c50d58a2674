#include "net/follow_up.h"

#include <gtest/gtest.h>

#include <string>

namespace net {
namespace {

using base::Duration;

constexpr base::Instant kNow{std::chrono::seconds(784'111'777)};

// An attempt at GET https://shop.example/a that was answered with 200; tests change what matters to
// them.
struct Case {
    Request request{.method = "GET", .url = "https://shop.example/a"};
    Response response{.status = 200};
    RequestOptions request_options{};
    ClientOptions options{};
    bool connected = true;
    int redirects = 0;
    int retries = 0;
    std::set<std::string> visited{"GET https://shop.example/a"};
    std::uint64_t random = 0;

    void redirect(int status, std::string location) {
        response.status = status;
        response.headers.set("Location", std::move(location));
    }
    FollowUp decide() const {
        const auto url = *parse_url(request.url);
        return decide_follow_up({.request = request,
                                 .url = url,
                                 .response = response,
                                 .connected = connected,
                                 .redirects = redirects,
                                 .retries = retries,
                                 .visited = visited},
                                options, request_options, kNow, random);
    }
    // What it comes to: "done", "done: <failure>", "retry in <ms>" or "<method> <url>".
    std::string outcome() const {
        const auto next = decide();
        if (const auto* to = std::get_if<RedirectTo>(&next))
            return to->request.method + " " + to->url.text();
        if (const auto* again = std::get_if<TryAgain>(&next))
            return "retry in " + std::to_string(again->delay.count());
        const auto failure = std::get<HandOut>(next).failure;
        return failure == Failure::None ? "done" : "done: " + std::string(to_string(failure));
    }
    Headers headers_of_next() const { return std::get<RedirectTo>(decide()).request.headers; }
};

TEST(FollowUp, HandsOutOrdinaryAnswers) {
    for (const int status : {200, 204, 304, 400, 401, 404, 500}) {
        Case c;
        c.response.status = status;
        EXPECT_EQ(c.outcome(), "done") << status;
    }
}

struct MethodCase {
    int status;
    const char* method;
    const char* expected;
};

TEST(FollowUp, KeepsOrChangesTheMethodAsBrowsersDo) {
    const MethodCase cases[] = {
        {301, "GET", "GET"},   {301, "POST", "GET"},      {301, "PUT", "PUT"},
        {302, "POST", "GET"},  {302, "HEAD", "HEAD"},     {303, "POST", "GET"},
        {303, "PUT", "GET"},   {303, "HEAD", "HEAD"},     {307, "POST", "POST"},
        {308, "POST", "POST"}, {308, "DELETE", "DELETE"},
    };
    for (const auto& [status, method, expected] : cases) {
        Case c;
        c.request.method = method;
        c.redirect(status, "/b");
        EXPECT_EQ(c.outcome(), std::string(expected) + " https://shop.example/b")
            << status << " " << method;
    }
}

TEST(FollowUp, LeavesTheBodyBehindWhenTheMethodBecomesGet) {
    Case c;
    c.request = {.method = "POST",
                 .url = "https://shop.example/a",
                 .headers = {{"Content-Type", "x/y"}, {"A", "b"}},
                 .body = "z"};
    c.redirect(303, "/b");
    const auto next = std::get<RedirectTo>(c.decide()).request;
    EXPECT_EQ(next.body, "");
    EXPECT_EQ(next.headers, (Headers{{"A", "b"}}));
}

TEST(FollowUp, DropsCredentialsOnAnotherOrigin) {
    Case c;
    c.request.headers = {
        {"Authorization", "Bearer x"}, {"cookie", "a=b"},       {"X-Api-Key", "k"},
        {"Host", "shop.example"},      {"Accept", "text/html"}, {"Proxy-Authorization", "p"}};
    for (const auto* elsewhere :
         {"https://other.example/", "http://shop.example/", "https://shop.example:8443/"}) {
        c.redirect(302, elsewhere);
        EXPECT_EQ(c.headers_of_next(), (Headers{{"Accept", "text/html"}})) << elsewhere;
    }
}

TEST(FollowUp, KeepsCredentialsOnTheSameOrigin) {
    Case c;
    c.request.headers = {{"Authorization", "Bearer x"}};
    c.redirect(302, "https://SHOP.example:443/b");
    EXPECT_EQ(c.headers_of_next(), c.request.headers);
}

TEST(FollowUp, StopsAfterTheMostRedirects) {
    Case c;
    c.redirect(302, "/b");
    c.redirects = 4;
    EXPECT_EQ(c.outcome(), "GET https://shop.example/b");
    c.redirects = 5;
    EXPECT_EQ(c.outcome(), "done: too-many-redirects");
}

TEST(FollowUp, SeesACircle) {
    Case c;
    c.redirect(302, "https://shop.example/a");
    EXPECT_EQ(c.outcome(), "done: too-many-redirects");
}

TEST(FollowUp, DoesNotTakePostThenGetOfOnePageForACircle) {
    Case c;
    c.request.method = "POST";
    c.visited = {"POST https://shop.example/a"};
    c.redirect(303, "/a");
    EXPECT_EQ(c.outcome(), "GET https://shop.example/a");
}

TEST(FollowUp, RefusesRedirectsToOtherSchemes) {
    for (const auto* location : {"file:///etc/passwd", "gopher://shop.example:70/",
                                 "ftp://shop.example/", "javascript:1"}) {
        Case c;
        c.redirect(302, location);
        EXPECT_EQ(c.outcome(), "done: out-of-scope") << location;
    }
}

TEST(FollowUp, AsksTheScopeForEachRedirect) {
    const Scope scope({.origins = {*parse_url("https://shop.example")}});
    Case c;
    c.options.scope = &scope;
    for (const auto* location :
         {"http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/",
          "//evil.example/", "http://0x7f.1/", "https://shop.example:8443/", "//2852039166/"}) {
        c.redirect(302, location);
        EXPECT_EQ(c.outcome(), "done: out-of-scope") << location;
    }
    c.redirect(302, "/inside");
    EXPECT_EQ(c.outcome(), "GET https://shop.example/inside");
}

TEST(FollowUp, HandsOutTheRedirectItselfIfAsked) {
    Case c;
    c.request_options.follow_redirects = false;
    c.redirect(302, "http://169.254.169.254/");
    EXPECT_EQ(c.outcome(), "done");
}

TEST(FollowUp, HandsOutARedirectWithoutLocation) {
    Case c;
    c.response.status = 302;
    EXPECT_EQ(c.outcome(), "done");
}

TEST(FollowUp, RetriesSafeMethodsOnPassingTroubles) {
    for (const int status : {429, 502, 503, 504}) {
        for (const auto* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
            Case c;
            c.request.method = method;
            c.response.status = status;
            EXPECT_EQ(c.outcome(), "retry in 0") << status << " " << method;
        }
    }
}

TEST(FollowUp, NeverRetriesUnsafeMethods) {
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "LOCK"}) {
        Case c;
        c.request.method = method;
        c.response.status = 503;
        EXPECT_EQ(c.outcome(), "done") << method;
    }
}

TEST(FollowUp, RetriesWhereNoConnectionCameAbout) {
    for (const auto failure : {Failure::Connect, Failure::TimedOut}) {
        Case c;
        c.connected = false;
        c.response = {.failure = failure};
        EXPECT_EQ(c.outcome(), "retry in 0") << to_string(failure);
    }
}

TEST(FollowUp, DoesNotRetryOtherFailures) {
    for (const auto failure : {Failure::TimedOut, Failure::Reset, Failure::Tls, Failure::OutOfScope,
                               Failure::BadAnswer}) {
        Case c;
        c.response = {.failure = failure};
        EXPECT_EQ(c.outcome(), "done") << to_string(failure);
    }
}

TEST(FollowUp, StopsAfterTheMostRetriesOrIfAskedNotTo) {
    Case c;
    c.response.status = 503;
    c.retries = 2;
    EXPECT_EQ(c.outcome(), "done");
    c.retries = 0;
    c.request_options.retry = false;
    EXPECT_EQ(c.outcome(), "done");
}

TEST(FollowUp, JittersOverTheWholeDoublingDelay) {
    Case c;
    c.options = {
        .retries_max = 100, .retry_delay_min = Duration(250), .retry_delay_max = Duration(10'000)};
    c.response.status = 503;
    c.random = 250;
    EXPECT_EQ(c.outcome(), "retry in 250");
    c.random = 251;
    EXPECT_EQ(c.outcome(), "retry in 0");
    c.retries = 1;
    c.random = 500;
    EXPECT_EQ(c.outcome(), "retry in 500");
    c.retries = 99;
    c.random = 10'000;
    EXPECT_EQ(c.outcome(), "retry in 10000");
}

TEST(FollowUp, ObeysRetryAfterUpToItsBound) {
    Case c;
    c.response.status = 429;
    c.response.headers.set("Retry-After", "60");
    EXPECT_EQ(c.outcome(), "retry in 60000");
    c.response.headers.set("Retry-After", "Sun, 06 Nov 1994 08:49:42 GMT");
    EXPECT_EQ(c.outcome(), "retry in 5000");
    c.response.headers.set("Retry-After", "61");
    EXPECT_EQ(c.outcome(), "done");
    c.response.headers.set("Retry-After", "later");
    EXPECT_EQ(c.outcome(), "retry in 0");
}

}  // namespace
}  // namespace net
