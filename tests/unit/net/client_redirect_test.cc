#include "client_fixture.h"

#include <gmock/gmock.h>

namespace net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string redirect_to(const std::string& location, int status = 302) {
    return http_answer(status, "", "Location: " + location + "\r\n");
}

// Both servers are local; the scope knows them as one target.
ScopeRules rules_for(const RawServer& server) {
    return {.origins = {*parse_url(server.url())}, .loopback_hosts = {"127.0.0.1"}};
}

TEST(ClientRedirect, IsFollowedToTheEnd) {
    RawServer server(
        fakes::answers({redirect_to("/b"), redirect_to("c?x"), http_answer(200, "end")}));
    const auto response = fetch(server.url("/a"));
    EXPECT_EQ(response.body, "end");
    EXPECT_EQ(response.effective_url, server.url("/c?x"));
    EXPECT_EQ(server.requests().size(), 3u);
}

TEST(ClientRedirect, IsNotFollowedIfAskedNotTo) {
    RawServer server(fakes::answers({redirect_to("/b")}));
    const auto response = fetch(server.url(), {}, {.follow_redirects = false});
    EXPECT_TRUE(response.ok());
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientRedirect, SendsCredentialsToTheirOwnOriginOnly) {
    RawServer other(fakes::answers({http_answer(200)}));
    RawServer server(fakes::answers({redirect_to("/b"), redirect_to(other.url())}));
    make_client()->fetch({.url = server.url(),
                          .headers = {{"Authorization", "Bearer t"},
                                      {"Cookie", "a=b"},
                                      {"X-Api-Key", "k"},
                                      {"X-Other", "o"}}});
    EXPECT_THAT(server.requests().at(1), HasSubstr("Authorization: Bearer t\r\n"));
    const auto last = other.requests().at(0);
    EXPECT_THAT(last, Not(HasSubstr("Authorization")));
    EXPECT_THAT(last, Not(HasSubstr("Cookie")));
    EXPECT_THAT(last, Not(HasSubstr("X-Api-Key")));
    EXPECT_THAT(last, HasSubstr("X-Other: o\r\n"));
}

TEST(ClientRedirect, DoesNotGiveCredentialsBackOnTheWayHome) {
    std::string home;
    RawServer other([&home](RawConnection& connection) {
        connection.read_request();
        connection.send(redirect_to(home));
    });
    RawServer server(fakes::answers({redirect_to(other.url()), http_answer(200)}));
    home = server.url("/back");
    make_client()->fetch({.url = server.url(), .headers = {{"Authorization", "Bearer t"}}});
    ASSERT_EQ(server.requests().size(), 2u);
    EXPECT_THAT(server.requests().at(1), Not(HasSubstr("Authorization")));
}

TEST(ClientRedirect, BecomesGetAfterAForm) {
    RawServer server(fakes::answers({redirect_to("/done", 303), http_answer(200)}));
    make_client()->fetch({.method = "POST", .url = server.url(), .body = "a=b"});
    EXPECT_THAT(server.requests().at(1), StartsWith("GET /done "));
    EXPECT_TRUE(server.requests().at(1).ends_with("\r\n\r\n"));
}

TEST(ClientRedirect, RepeatsTheBodyOn307) {
    RawServer server(fakes::answers({redirect_to("/again", 307), http_answer(200)}));
    make_client()->fetch({.method = "PUT", .url = server.url(), .body = "payload"});
    EXPECT_THAT(server.requests().at(1), StartsWith("PUT /again "));
    EXPECT_TRUE(server.requests().at(1).ends_with("payload"));
}

TEST(ClientRedirect, EndsInACircle) {
    RawServer server(fakes::answers({redirect_to("/b"), redirect_to("/a")}));
    const auto response = fetch(server.url("/a"));
    EXPECT_EQ(word(response), "too-many-redirects");
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(server.requests().size(), 2u);
}

TEST(ClientRedirect, EndsAfterFive) {
    RawServer server([](RawConnection& connection) {
        for (int i = 0; !connection.read_request().empty(); ++i)
            connection.send(redirect_to("/" + std::to_string(i)));
    });
    EXPECT_EQ(word(fetch(server.url("/start"))), "too-many-redirects");
    EXPECT_EQ(server.requests().size(), 6u);
}

TEST(ClientRedirect, IsRefusedToEverythingOutOfScope) {
    for (const auto* location :
         {"http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/",
          "http://[::ffff:169.254.169.254]/", "http://metadata.google.internal/", "//evil.example/",
          "http://localhost:1/", "http://127.0.0.1:1/", "file:///etc/passwd",
          "gopher://127.0.0.1:70/_x", "ftp://127.0.0.1/", "http://good@evil.example/",
          "http://127.0.0.1\\@evil.example/"}) {
        RawServer server(fakes::answers({redirect_to(location)}));
        const Scope scope(rules_for(server));
        const auto response = fetch(server.url(), {.scope = &scope});
        EXPECT_EQ(word(response), "out-of-scope") << location;
        EXPECT_EQ(response.status, 302) << location;
        EXPECT_EQ(server.requests().size(), 1u) << location;
    }
}

}  // namespace
}  // namespace net
