// What was found out, for a while, in bounded memory.
#include "base/expiring_map.h"

#include <gtest/gtest.h>

#include <string>

namespace base {
namespace {

Ticks at(std::int64_t ms) { return Ticks(Duration(ms)); }

TEST(ExpiringMap, KnowsAnEntryUntilItsTimeIsOver) {
    ExpiringMap<int> map(10);
    map.put("a", 1, at(100));
    ASSERT_NE(map.find("a", at(99)), nullptr);
    EXPECT_EQ(*map.find("a", at(99)), 1);
    EXPECT_EQ(map.find("a", at(100)), nullptr);
    EXPECT_EQ(map.find("b", at(0)), nullptr);
}

TEST(ExpiringMap, DropsTheOldestWhereThereAreTooMany) {
    ExpiringMap<int> map(3);
    for (int i = 0; i < 5; ++i) map.put(std::to_string(i), i, at(100));
    EXPECT_EQ(map.size(), 3u);
    EXPECT_EQ(map.find("1", at(0)), nullptr);
    EXPECT_NE(map.find("2", at(0)), nullptr);
    EXPECT_NE(map.find("4", at(0)), nullptr);
}

TEST(ExpiringMap, CountsAnEntryThatIsPutAgainAsNew) {
    ExpiringMap<int> map(2);
    map.put("a", 1, at(100));
    map.put("b", 2, at(100));
    map.put("a", 3, at(100));
    map.put("c", 4, at(100));
    EXPECT_EQ(map.find("b", at(0)), nullptr);
    ASSERT_NE(map.find("a", at(0)), nullptr);
    EXPECT_EQ(*map.find("a", at(0)), 3);
}

TEST(ExpiringMap, KeepsOneEntryThatIsPutForEver) {
    ExpiringMap<int> map(2);
    for (int i = 0; i < 1'000; ++i) map.put("a", i, at(100));
    EXPECT_EQ(map.size(), 1u);
    ASSERT_NE(map.find("a", at(0)), nullptr);
    EXPECT_EQ(*map.find("a", at(0)), 999);
}

TEST(ExpiringMap, LetsGoOfWhatHasExpired) {
    ExpiringMap<int> map(10);
    map.put("a", 1, at(100));
    map.put("b", 2, at(200));
    map.erase("b");
    map.put("c", 3, at(300));
    map.prune(at(150));
    EXPECT_EQ(map.size(), 1u);
    EXPECT_NE(map.find("c", at(150)), nullptr);
    map.clear();
    EXPECT_EQ(map.size(), 0u);
}

}  // namespace
}  // namespace base
