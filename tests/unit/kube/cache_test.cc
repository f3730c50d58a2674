// The cache: lists, changes, and what it has seen.
#include "kube/cache.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kube {
namespace {

ObjectKey key(std::string name, std::string in = "n") {
    return {.namespace_ = std::move(in), .name = std::move(name)};
}

std::vector<std::string> names(const Cache<int>& cache) {
    std::vector<std::string> out;
    cache.each([&](KeyView at, int) { out.push_back(to_string(at.copy())); });
    return out;
}

TEST(Cache, ListEndedSaysWhatVanished) {
    Cache<int> cache;
    cache.list_started();
    EXPECT_EQ(cache.put(key("a"), "1", 1), Put::New);
    EXPECT_EQ(cache.put(key("b"), "2", 2), Put::New);
    EXPECT_EQ(cache.put(key("c"), "3", 3), Put::New);
    EXPECT_TRUE(cache.list_ended("5").empty());
    cache.put(key("d"), "6", 4);
    cache.list_started();
    EXPECT_EQ(cache.put(key("b"), "2", 2), Put::Same);
    EXPECT_EQ(cache.put(key("c"), "7", 33), Put::Changed);
    const auto vanished = cache.list_ended("8");
    ASSERT_EQ(vanished.size(), 2u);
    EXPECT_EQ(vanished[0], std::pair(key("a"), 1));
    EXPECT_EQ(vanished[1], std::pair(key("d"), 4));
    EXPECT_EQ(names(cache), (std::vector<std::string>{"n/b", "n/c"}));
    EXPECT_EQ(*cache.find(key("c")), 33);
    EXPECT_EQ(cache.find(key("a")), nullptr);
}

TEST(Cache, ListThatBrokeOffDoesNotHideWhatVanished) {
    Cache<int> cache;
    cache.list_started();
    cache.put(key("a"), "1", 1);
    cache.put(key("b"), "1", 1);
    cache.list_ended("1");
    cache.list_started();
    cache.put(key("a"), "1", 1);
    cache.list_started();
    cache.put(key("b"), "1", 1);
    const auto vanished = cache.list_ended("9");
    ASSERT_EQ(vanished.size(), 1u);
    EXPECT_EQ(vanished[0].first, key("a"));
}

TEST(Cache, KeysComeInTheirOrderAndByNamespace) {
    Cache<int> cache;
    for (const auto& one : {key("b", "y"), key("a", "z"), key("a", ""), key("a-b", "y"),
                            key("a", "y"), key("a", "yy")})
        cache.put(one, "1", 0);
    EXPECT_EQ(names(cache), (std::vector<std::string>{to_string(key("a", "")), "y/a", "y/a-b",
                                                      "y/b", "yy/a", "z/a"}));
    std::vector<std::string> in_y;
    cache.each_in("y", [&](KeyView at, int) { in_y.emplace_back(at.name); });
    EXPECT_EQ(in_y, (std::vector<std::string>{"a", "a-b", "b"}));
    EXPECT_TRUE(cache.gone(key("a", "y"), "2"));
    EXPECT_FALSE(cache.gone(key("a", "y"), "2"));
    EXPECT_EQ(cache.size(), 5u);
}

TEST(Cache, HasSeenOwnWritesWhenTheirVersionOrALaterOneCame) {
    Cache<int> cache;
    cache.list_started();
    cache.put(key("a"), "50", 0);
    EXPECT_TRUE(cache.has_seen(key("a"), "50"));
    EXPECT_FALSE(cache.has_seen(key("b"), "49")) << "a list is not in order of versions";
    cache.list_ended("100");
    EXPECT_TRUE(cache.has_seen(key("b"), "100")) << "it is gone, or was never there";
    EXPECT_FALSE(cache.has_seen(key("a"), "101"));
    cache.put(key("c"), "105", 0);
    EXPECT_TRUE(cache.has_seen(key("a"), "101")) << "changes come in order";
    cache.gone(key("c"), "110");
    EXPECT_TRUE(cache.has_seen(key("c"), "107"));
    EXPECT_FALSE(cache.has_seen(key("c"), "1000")) << "as numbers, not as text";
    EXPECT_TRUE(cache.has_seen(key("c"), "99"));
}

TEST(Cache, OpaqueVersionsAreSeenOnlyWhenEqual) {
    Cache<int> cache;
    cache.list_started();
    cache.put(key("a"), "x-7", 0);
    cache.list_ended("x-9");
    EXPECT_TRUE(cache.has_seen(key("a"), "x-7"));
    EXPECT_FALSE(cache.has_seen(key("a"), "x-6"));
    EXPECT_FALSE(cache.has_seen(key("a"), "5"));
    EXPECT_TRUE(cache.has_seen(key("a"), "x-9"));
    EXPECT_EQ(cache.resource_version(key("a")), "x-7");
    EXPECT_EQ(cache.resource_version(key("b")), "");
}

TEST(Cache, VersionsMayGoBackwardsWithAList) {
    Cache<int> cache;
    cache.list_started();
    cache.put(key("a"), "900", 0);
    cache.list_ended("1000");
    cache.list_started();
    cache.put(key("a"), "20", 1);
    cache.list_ended("30");
    EXPECT_TRUE(cache.has_seen(key("a"), "20"));
    EXPECT_FALSE(cache.has_seen(key("a"), "31"));
    EXPECT_EQ(cache.resource_version(key("a")), "20");
}

TEST(Version, ComparesOnlyNumbers) {
    struct Case {
        const char* seen;
        const char* wanted;
        bool covered;
    };
    const Case cases[] = {
        {"", "", true},
        {"1", "", false},
        {"", "1", false},
        {"10", "9", true},
        {"9", "10", false},
        {"10", "10", true},
        {"010", "9", false},
        {"0", "0", true},
        {"+5", "4", false},
        {"5 ", "4", false},
        {"abc", "abc", true},
        {"abc", "abd", false},
        {"-3", "-3", true},
        {"12", "0", false},
        {"99999999999999999999", "5", false},
        {"99999999999999999999", "99999999999999999999", true},
        {"4611686018427387903", "4611686018427387902", true},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(covers(one.seen, one.wanted), one.covered) << one.seen << " " << one.wanted;
        Version version(one.seen);
        EXPECT_EQ(version.covers(one.wanted), one.covered) << one.seen << " " << one.wanted;
        EXPECT_EQ(version.text(), one.seen);
        EXPECT_EQ(version == one.wanted, std::string_view(one.seen) == one.wanted);
        const auto moved = std::move(version);
        EXPECT_EQ(moved.text(), one.seen);
    }
}

}  // namespace
}  // namespace kube
