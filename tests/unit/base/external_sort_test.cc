#include "base/os/external_sort.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace base::os {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs sorted_by_key(Pairs pairs) {
    std::ranges::stable_sort(pairs, {}, &Pairs::value_type::first);
    return pairs;
}

Pairs drained(ExternalSort& sort) {
    Pairs out;
    const auto result = sort.drain([&out](std::string_view key, std::string_view value) {
        out.emplace_back(key, value);
        return Result<>();
    });
    EXPECT_TRUE(result) << result.error().message();
    return out;
}

Pairs sorted_on_disk(const Pairs& pairs, std::size_t memory_max) {
    const auto folder = TempFolder::create("base_test.");
    ExternalSort sort({.memory_max = memory_max, .folder = folder->path()});
    for (const auto& [key, value] : pairs) EXPECT_TRUE(sort.add(key, value));
    return drained(sort);
}

RC_GTEST_PROP(ExternalSortTest, SortsLikeAStableSortInMemory, (const Pairs& pairs)) {
    const Pairs expected = sorted_by_key(pairs);
    RC_ASSERT(sorted_on_disk(pairs, 1 << 20) == expected);
    RC_ASSERT(sorted_on_disk(pairs, 1) == expected);    // a run for each pair
    RC_ASSERT(sorted_on_disk(pairs, 200) == expected);  // a few pairs a run
}

TEST(ExternalSortTest, KeepsTheOrderOfEqualKeysAcrossRuns) {
    Pairs pairs;
    for (int i = 0; i < 1000; ++i)
        pairs.emplace_back("key" + std::to_string(i % 7), std::to_string(i));
    EXPECT_EQ(sorted_on_disk(pairs, 1000), sorted_by_key(pairs));
}

TEST(ExternalSortTest, OrdersByUnsignedBytesAndLength) {
    const Pairs pairs{
        {"\xFF", ""},      {"a", "1"},         {std::string("a\0", 2), "2"},       {"", "3"},
        {"abcdefgh", "4"}, {"abcdefghi", "5"}, {std::string("abcdefgh\0", 9), "6"}};
    EXPECT_EQ(sorted_on_disk(pairs, 1), sorted_by_key(pairs));
    EXPECT_EQ(sorted_on_disk(pairs, 1 << 20), sorted_by_key(pairs));
}

TEST(ExternalSortTest, TakesPairsLargerThanItsBuffers) {
    const Pairs pairs{
        {"b", std::string(3 << 20, 'x')}, {"a", "small"}, {std::string(1 << 20, 'a'), "y"}};
    EXPECT_EQ(sorted_on_disk(pairs, 1), sorted_by_key(pairs));
}

TEST(ExternalSortTest, OfNothingIsNothing) { EXPECT_EQ(sorted_on_disk({}, 1), Pairs{}); }

TEST(ExternalSortTest, LeavesNoFileBehind) {
    const auto folder = TempFolder::create("base_test.");
    ExternalSort sort({.memory_max = 1, .folder = folder->path()});
    ASSERT_TRUE(sort.add("a", "b"));
    EXPECT_TRUE(std::filesystem::is_empty(folder->path())) << "unlinked as soon as it is open";
}

TEST(ExternalSortTest, EndsWhenTakingFails) {
    ExternalSort sort({.memory_max = 1 << 20, .folder = "/unused"});
    for (const auto* const key : {"b", "a", "c"}) ASSERT_TRUE(sort.add(key, ""));
    int taken = 0;
    const auto result = sort.drain([&](std::string_view key, std::string_view) -> Result<> {
        ++taken;
        if (key == "b") return fail(ErrorKind::Cancelled, "enough");
        return {};
    });
    EXPECT_EQ(taken, 2);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error(ErrorKind::Cancelled, "enough"));
}

TEST(ExternalSortTest, TellsWhenItCannotSpill) {
    ExternalSort sort({.memory_max = 1, .folder = "/missing/folder"});
    const auto result = sort.add("a", "b");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
}

TEST(ExternalSortTest, IsDrainedOnce) {
    ExternalSort sort({.memory_max = 1, .folder = "/unused"});
    EXPECT_EQ(drained(sort), Pairs{});
    EXPECT_FALSE(sort.add("a", ""));
    EXPECT_FALSE(sort.drain([](auto, auto) { return Result<>(); }));
}

}  // namespace
}  // namespace base::os
