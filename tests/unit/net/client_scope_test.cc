// The scope guard where it counts: at the URL, at the socket and at the pooled connection.
#include "client_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace net {
namespace {

using testing::HasSubstr;

// "shop.example" lives at the local server; the rules say what it may resolve to.
struct ShopAt {
    explicit ShopAt(std::string_view address, ScopeRules rules = {})
        : server(fakes::answers({http_answer(200, "shop")})), scope(with_origin(std::move(rules))) {
        options.scope = &scope;
        options.resolve = {fmt::format("shop.example:{}:{}", server.port(), address)};
    }
    ScopeRules with_origin(ScopeRules rules) const {
        rules.origins.push_back(*parse_url(url()));
        return rules;
    }
    std::string url() const { return fmt::format("http://shop.example:{}/", server.port()); }
    Response fetch_it() { return fetch(url(), options); }

    RawServer server;
    Scope scope;
    ClientOptions options;
};

TEST(ClientScope, LetsTheTargetThrough) {
    ShopAt shop("127.0.0.1", {.loopback_hosts = {"shop.example"}});
    EXPECT_EQ(shop.fetch_it().body, "shop");
}

TEST(ClientScope, RefusesANameThatResolvesToLoopback) {
    ShopAt shop("127.0.0.1");
    const auto response = shop.fetch_it();
    EXPECT_EQ(word(response), "out-of-scope");
    EXPECT_THAT(response.failure_message, HasSubstr("127.0.0.1"));
    EXPECT_EQ(shop.server.connections(), 0);
}

TEST(ClientScope, RefusesLoopbackAsMappedIpv6) {
    ShopAt shop("[::ffff:127.0.0.1]");
    EXPECT_EQ(word(shop.fetch_it()), "out-of-scope");
    EXPECT_EQ(shop.server.connections(), 0);
}

TEST(ClientScope, RefusesMetadataBehindAName) {
    for (const auto* address : {"169.254.169.254", "100.100.100.200", "168.63.129.16",
                                "[fd00:ec2::254]", "[fe80::1]", "0.0.0.0"}) {
        ShopAt shop(address, {.loopback_hosts = {"shop.example"}, .private_names = {"*"}});
        EXPECT_EQ(word(shop.fetch_it()), "out-of-scope") << address;
    }
}

TEST(ClientScope, RefusesANameThatTurnsPrivateAfterDiscovery) {
    ShopAt shop("10.1.2.3",
                {.private_names = {"*"}, .pinned = {{"shop.example", AddressClass::Public}}});
    const auto response = shop.fetch_it();
    EXPECT_EQ(word(response), "out-of-scope");
    EXPECT_THAT(response.failure_message, HasSubstr("rebinding"));
}

TEST(ClientScope, UsesTheAllowedOneOfSeveralAddresses) {
    ShopAt shop("169.254.169.254,127.0.0.1", {.loopback_hosts = {"shop.example"}});
    EXPECT_EQ(shop.fetch_it().body, "shop");
}

TEST(ClientScope, DoesNotRetryWhatItRefused) {
    ShopAt shop("10.1.2.3");
    const auto client = make_client(shop.options);
    EXPECT_EQ(word(client->fetch({.url = shop.url()})), "out-of-scope");
    EXPECT_EQ(client->stats().retries, 0u);
    EXPECT_EQ(client->stats().refused, 1u);
}

TEST(ClientScope, SendsNothingToUrlsOutOfScope) {
    ShopAt shop("127.0.0.1", {.loopback_hosts = {"shop.example"}});
    const auto port = shop.server.port();
    for (const auto& url :
         {fmt::format("http://127.0.0.1:{}/", port), fmt::format("http://2130706433:{}/", port),
          fmt::format("http://0x7f.1:{}/", port), fmt::format("http://0177.0.0.1:{}/", port),
          fmt::format("http://[::ffff:127.0.0.1]:{}/", port),
          fmt::format("http://localhost.:{}/", port),
          fmt::format("http://shop.example@127.0.0.1:{}/", port), std::string("file:///etc/passwd"),
          std::string("gopher://shop.example/_x"), std::string("ftp://shop.example/"),
          std::string("http://169.254.169.254/")}) {
        EXPECT_EQ(word(fetch(url, shop.options)), "out-of-scope") << url;
    }
    EXPECT_EQ(shop.server.connections(), 0);
}

TEST(ClientScope, ReadsATrailingDotAsTheSameHost) {
    ShopAt shop("127.0.0.1", {.loopback_hosts = {"shop.example"}});
    EXPECT_EQ(fetch(fmt::format("http://SHOP.example.:{}/", shop.server.port()), shop.options).body,
              "shop");
}

TEST(ClientScope, RefusesAHostHeaderForAnotherHost) {
    ShopAt shop("127.0.0.1", {.loopback_hosts = {"shop.example"}});
    const auto client = make_client(shop.options);
    for (const auto* host : {"evil.example", "169.254.169.254", "shop.example:1"}) {
        EXPECT_EQ(word(client->fetch({.url = shop.url(), .headers = {{"Host", host}}})),
                  "out-of-scope")
            << host;
    }
    EXPECT_EQ(shop.server.connections(), 0);
}

TEST(ClientScope, HasNoSayWithoutAScope) {
    RawServer server(fakes::answers({http_answer(200, "any")}));
    EXPECT_EQ(fetch(server.url()).body, "any");
}

}  // namespace
}  // namespace net
