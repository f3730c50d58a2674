#include "net/scope.h"

#include <gtest/gtest.h>

#include <string>

namespace net {
namespace {

using base::ErrorKind;

// A scope of one target, https://shop.example, and what the test adds.
Scope scope_of(ScopeRules rules) {
    rules.origins.push_back(*parse_url("https://shop.example"));
    return Scope(std::move(rules));
}

Scope allowing(std::initializer_list<const char*> hosts, ScopeRules rules = {}) {
    for (const auto* host : hosts) rules.allowed.push_back(*parse_allowed_host(host));
    return scope_of(std::move(rules));
}

bool allows(const Scope& scope, std::string_view url) {
    return scope.check_url(*parse_url(url)).has_value();
}

bool allows(const Scope& scope, std::string_view url, std::string_view address) {
    return allows(scope, url) &&
           scope.check_address(*parse_url(url), *parse_ip(address)).has_value();
}

TEST(Scope, AllowsTheTargetsOwnOriginOnly) {
    const auto scope = scope_of({});
    EXPECT_TRUE(allows(scope, "https://shop.example/any?path"));
    EXPECT_TRUE(allows(scope, "https://SHOP.example.:443/"));
    EXPECT_FALSE(allows(scope, "http://shop.example/"));
    EXPECT_FALSE(allows(scope, "https://shop.example:8443/"));
    EXPECT_FALSE(allows(scope, "https://api.shop.example/"));
    EXPECT_FALSE(allows(scope, "https://notshop.example/"));
    EXPECT_FALSE(allows(scope, "https://shop.example.evil.example/"));
}

TEST(Scope, ReadsUserinfoTricksAsTheHostTheyReach) {
    EXPECT_FALSE(allows(scope_of({}), "https://shop.example@evil.example/"));
    EXPECT_FALSE(allows(scope_of({}), "https://shop.example:443@evil.example/"));
}

TEST(Scope, IsWidenedByExactHostsOfAnySchemeAndPort) {
    const auto scope = allowing({"cdn.example", "img.example:8080"});
    EXPECT_TRUE(allows(scope, "http://cdn.example:99/"));
    EXPECT_FALSE(allows(scope, "http://a.cdn.example/"));
    EXPECT_TRUE(allows(scope, "http://img.example:8080/"));
    EXPECT_FALSE(allows(scope, "http://img.example/"));
}

TEST(Scope, IsWidenedBySuffixesButNotByTheSuffixItself) {
    const auto scope = allowing({"*.cdn.example"});
    EXPECT_TRUE(allows(scope, "https://a.b.cdn.example/"));
    EXPECT_FALSE(allows(scope, "https://cdn.example/"));
    EXPECT_FALSE(allows(scope, "https://evilcdn.example/"));
}

TEST(Scope, SaysWhatWouldAllowIt) {
    const auto refused = scope_of({}).check_url(*parse_url("https://api.example/"));
    EXPECT_EQ(refused.error().kind(), ErrorKind::Forbidden);
    EXPECT_NE(refused.error().message().find("api.example"), std::string::npos);
    EXPECT_NE(refused.error().message().find("allowedHosts"), std::string::npos);
}

TEST(Scope, NeverTouchesMetadataWhateverIsListed) {
    for (const auto* host : {"metadata",
                             "metadata.google.internal",
                             "METADATA.google.internal.",
                             "metadata.goog",
                             "169.254.169.254",
                             "2852039166",
                             "0xa9fea9fe",
                             "0251.0376.0251.0376",
                             "169.254.43518",
                             "[::ffff:169.254.169.254]",
                             "[64:ff9b::a9fe:a9fe]",
                             "169.254.169.254.",
                             "[fd00:ec2::254]",
                             "100.100.100.200",
                             "168.63.129.16",
                             "[fe80::1]",
                             "0.0.0.0",
                             "0",
                             "224.0.0.1",
                             "[ff02::1]",
                             "[::]"}) {
        ScopeRules rules{.loopback_hosts = {host}, .private_names = {"*"}};
        const auto url = parse_url("http://" + std::string(host) + "/");
        ASSERT_TRUE(url) << host;
        rules.allowed.push_back({.host = url->host});
        rules.origins.push_back(*url);
        EXPECT_FALSE(scope_of(std::move(rules)).check_url(*url)) << host;
    }
}

TEST(Scope, NeverTouchesMetadataBehindAnAllowedName) {
    const auto scope = scope_of({.loopback_hosts = {"shop.example"}, .private_names = {"*"}});
    for (const auto* address :
         {"169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254",
          "100.100.100.200", "168.63.129.16", "0.0.0.0", "::", "fe80::1", "ff02::1", "224.0.0.1"}) {
        EXPECT_FALSE(allows(scope, "https://shop.example/", address)) << address;
    }
    EXPECT_TRUE(allows(scope, "https://shop.example/", "93.184.216.34"));
}

TEST(Scope, RefusesLoopbackUnlessItIsListed) {
    ScopeRules target{.origins = {*parse_url("http://127.0.0.1:8080")}};
    EXPECT_FALSE(allows(scope_of(target), "http://127.0.0.1:8080/"));
    EXPECT_TRUE(allows(allowing({"127.0.0.1:8080"}), "http://127.0.0.1:8080/"));
    EXPECT_TRUE(allows(allowing({"localhost"}), "http://localhost:8080/", "127.0.0.1"));
    target.loopback_hosts = {"127.0.0.1"};
    EXPECT_TRUE(allows(scope_of(target), "http://127.0.0.1:8080/"));
    EXPECT_TRUE(allows(scope_of(target), "http://2130706433:8080/"));
    EXPECT_FALSE(allows(scope_of(target), "http://127.0.0.1:8081/"));
    EXPECT_FALSE(allows(scope_of(target), "http://[::ffff:127.0.0.1]:8080/"));
}

TEST(Scope, RefusesLocalhostInAllSpellings) {
    for (const auto* host : {"localhost", "LOCALHOST.", "a.localhost", "127.1", "0x7f.1", "[::1]",
                             "[::ffff:7f00:1]", "0"}) {
        const auto url = *parse_url("http://" + std::string(host) + "/");
        EXPECT_FALSE(scope_of({.origins = {url}}).check_url(url)) << host;
    }
}

TEST(Scope, RefusesANameThatTurnsToLoopback) {
    EXPECT_FALSE(allows(scope_of({.private_names = {"*"}}), "https://shop.example/", "127.0.0.1"));
    EXPECT_FALSE(allows(allowing({"cdn.example"}), "https://cdn.example/", "::1"));
    EXPECT_TRUE(allows(scope_of({.loopback_hosts = {"shop.example"}}), "https://shop.example/",
                       "127.0.0.1"));
}

TEST(Scope, AllowsPrivateLiteralsAndClusterNamesOfTheJob) {
    const auto scope = allowing({"10.0.0.5", "*.svc", "shop", "shop.default.svc.cluster.local"});
    EXPECT_TRUE(allows(scope, "http://10.0.0.5/", "10.0.0.5"));
    EXPECT_TRUE(allows(scope, "http://shop.prod.svc/", "10.96.0.7"));
    EXPECT_TRUE(allows(scope, "http://shop/", "10.96.0.7"));
    EXPECT_TRUE(allows(scope, "http://shop.default.svc.cluster.local/", "fd00::7"));
    EXPECT_FALSE(allows(scope, "http://10.0.0.6/"));
}

TEST(Scope, RefusesPrivateAnswersForOtherNamesAndNamesTheFlag) {
    const auto scope = scope_of({});
    const auto refused =
        scope.check_address(*parse_url("https://shop.example/"), *parse_ip("10.1.2.3"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("--private-domains"), std::string::npos);
    EXPECT_TRUE(allows(scope_of({.private_names = {"*"}}), "https://shop.example/", "10.1.2.3"));
    EXPECT_TRUE(
        allows(scope_of({.private_names = {".example"}}), "https://shop.example/", "10.1.2.3"));
    EXPECT_TRUE(
        allows(scope_of({.private_names = {"shop.example"}}), "https://shop.example/", "10.1.2.3"));
    EXPECT_FALSE(
        allows(scope_of({.private_names = {".ample"}}), "https://shop.example/", "10.1.2.3"));
}

TEST(Scope, RefusesAnotherClassThanThePinnedOne) {
    const auto scope =
        scope_of({.private_names = {"*"}, .pinned = {{"shop.example", AddressClass::Public}}});
    EXPECT_TRUE(allows(scope, "https://shop.example/", "93.184.216.34"));
    EXPECT_FALSE(allows(scope, "https://shop.example/", "10.1.2.3"));
}

TEST(Scope, KeepsARefusedAddressRefusedThoughItIsPinned) {
    const auto scope = scope_of({.pinned = {{"shop.example", AddressClass::Private}}});
    EXPECT_FALSE(allows(scope, "https://shop.example/", "10.1.2.3"));
}

TEST(Scope, RefusesTheClustersApiUnlessItIsNamed) {
    const auto url = *parse_url("https://kubernetes.default.svc/");
    EXPECT_FALSE(scope_of({.origins = {url}}).check_url(url));
    EXPECT_FALSE(allows(allowing({"*.svc", "*.default"}), "https://kubernetes.default/"));
    EXPECT_FALSE(allows(allowing({"*.svc"}), "https://kubernetes.default.svc/"));
    EXPECT_TRUE(allows(allowing({"kubernetes.default.svc"}), "https://kubernetes.default.svc/"));
}

TEST(Scope, RefusesWhatIsOursWhateverElseIsListed) {
    const auto scope =
        allowing({"ingest.svc", "10.0.0.1"},
                 {.refused = {{.host = "ingest.svc", .port = 8443}, {.host = "10.0.0.1"}}});
    EXPECT_FALSE(allows(scope, "https://ingest.svc:8443/"));
    EXPECT_TRUE(allows(scope, "https://ingest.svc/", "10.0.0.2"));
    EXPECT_FALSE(allows(scope, "https://ingest.svc/", "10.0.0.1"));
    EXPECT_FALSE(allows(scope, "https://10.0.0.1/"));
}

TEST(Scope, KnowsWhenTwoUrlsShareAnOrigin) {
    const auto scope = scope_of({});
    EXPECT_TRUE(scope.same_origin(*parse_url("http://a/x"), *parse_url("http://A:80/y")));
    EXPECT_FALSE(scope.same_origin(*parse_url("http://a/"), *parse_url("https://a/")));
    EXPECT_FALSE(scope.same_origin(*parse_url("http://a/"), *parse_url("http://a:81/")));
}

TEST(AllowedHost, ReadsHostSuffixAndPort) {
    const auto entry = parse_allowed_host("*.Shop.Example:8443");
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->host, "shop.example");
    EXPECT_TRUE(entry->suffix);
    EXPECT_EQ(entry->port, 8443);
    EXPECT_EQ(parse_allowed_host("[::1]")->host, "::1");
    EXPECT_EQ(parse_allowed_host("[::1]")->port, 0);
    EXPECT_EQ(parse_allowed_host("[::1]:443")->port, 443);
    EXPECT_EQ(parse_allowed_host("shop.example:443")->port, 443);
}

TEST(AllowedHost, IsNothingElse) {
    for (const auto* text : {"", "*", "*.", "a.*.b", "*a.b", "https://a", "a/b", "user@a",
                             "*.1.2.3.4", "a:0", "a:b", "a b"}) {
        const auto entry = parse_allowed_host(text);
        ASSERT_FALSE(entry) << text;
        EXPECT_EQ(entry.error().kind(), ErrorKind::Invalid) << text;
    }
}

}  // namespace
}  // namespace net
