#include "base/text.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace base {
namespace {

TEST(Utf8, RefusesWhatTheStandardForbids) {
    EXPECT_TRUE(is_utf8("grün €uro 😀"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));          // overlong
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // half a surrogate pair
    EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
    EXPECT_FALSE(is_utf8("abc\xE2\x82"));       // cut
}

TEST(Utf8, ReplacesEachBrokenSequenceByOneCharacter) {
    EXPECT_EQ(to_utf8("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(to_utf8("a\xE2\x82z"), "a\uFFFDz");
    EXPECT_EQ(to_utf8("\xC0\x80"), "\uFFFD\uFFFD");
    EXPECT_EQ(to_utf8("grün"), "grün");
}

RC_GTEST_PROP(Utf8, MakesAnyBytesValid, (const std::string& bytes)) {
    RC_ASSERT(is_utf8(to_utf8(bytes)));
}

RC_GTEST_PROP(Ellipsize, StaysWithinTheLimitAndWhole, (const std::string& bytes)) {
    const std::string text = to_utf8(bytes);
    const auto limit = *rc::gen::inRange<std::size_t>(0, 40);
    const std::string cut = ellipsize(text, limit);
    RC_ASSERT(cut.size() <= limit);
    RC_ASSERT(is_utf8(cut));
    RC_ASSERT((cut == text) == (text.size() <= limit));
}

TEST(Ellipsize, ShowsThatItCut) {
    EXPECT_EQ(ellipsize("abcdefgh", 6), "abc…");
    EXPECT_EQ(ellipsize("ääää", 6), "ä…");
    EXPECT_EQ(ellipsize("abc", 2), "ab");
}

TEST(Trim, TakesBlanksFromBothEnds) {
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim(" \n "), "");
}

TEST(Split, HasOnePartMoreThanSeparators) {
    EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Join, PutsSeparatorsBetween) {
    const std::vector<std::string> parts{"a", "", "c"};
    EXPECT_EQ(join(parts, ", "), "a, , c");
    EXPECT_EQ(join({}, ", "), "");
}

TEST(Case, IsThatOfAscii) {
    EXPECT_EQ(to_lower("ÄB-C"), "Äb-c");
    EXPECT_TRUE(equals_ignoring_case("X-Api-Key", "x-api-KEY"));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
}

TEST(Glob, StarStaysWithinASegmentAndTwoStarsDoNot) {
    struct Case {
        std::string_view pattern, text;
        bool matches;
    };
    constexpr std::array kCases{
        Case{"/users/*", "/users/7", true},
        Case{"/users/*", "/users/7/posts", false},
        Case{"/users/**", "/users/7/posts", true},
        Case{"/users/**", "/users/", true},
        Case{"*.example.com", "a.example.com", true},
        Case{"a?c", "abc", true},
        Case{"a?c", "aäc", true},
        Case{"a??c", "aäc", false},
        Case{"?", "", false},
        Case{"**", "", true},
        Case{"*", "", true},
        Case{"", "", true},
        Case{"", "a", false},
        Case{"a*b*c", "aXbYbZc", true},
        Case{"a*b*c", "aXbYbZ", false},
        Case{"/**/x", "/a/b/x", true},
        Case{"***", "a/b", true},
        Case{"[a]", "[a]", true},
    };
    for (const auto& [pattern, text, matches] : kCases) {
        EXPECT_EQ(glob_match(pattern, text), matches) << pattern << " on " << text;
    }
}

TEST(Glob, TakesNoExponentialTime) {
    std::string pattern;
    for (int i = 0; i < 100; ++i) pattern += "*a";
    EXPECT_FALSE(glob_match(pattern + "b", std::string(2'000, 'a')));
}

TEST(NearestWord, FindsTypingErrorsAndNothingElse) {
    constexpr std::array<std::string_view, 4> kWords{"parallelism", "timeout", "target", "url"};
    EXPECT_EQ(nearest_word("paralelism", kWords), "parallelism");
    EXPECT_EQ(nearest_word("tiemout", kWords), "timeout");
    EXPECT_EQ(nearest_word("Target", kWords), "target");
    EXPECT_EQ(nearest_word("ulr", kWords), "url");
    EXPECT_EQ(nearest_word("schedule", kWords), "");
    EXPECT_EQ(nearest_word("", kWords), "");
    EXPECT_EQ(nearest_word(std::string(10'000, 't'), kWords), "");
}

TEST(Intervals, JoinNeighboursAndForgetDuplicates) {
    EXPECT_EQ(format_intervals({}), "");
    EXPECT_EQ(format_intervals({7}), "7");
    EXPECT_EQ(format_intervals({4, 1, 0, 2, 3, 6, 6, 7, 9}), "0-4,6-7,9");
    EXPECT_EQ(format_intervals({0xFFFFFFFF, 0xFFFFFFFE, 0}), "0,4294967294-4294967295");
}

TEST(Intervals, AreReadInAnyOrder) {
    EXPECT_EQ(parse_intervals("6-7,0,6", 10), (std::vector<std::uint32_t>{0, 6, 7}));
    EXPECT_EQ(parse_intervals("", 0), std::vector<std::uint32_t>{});
    EXPECT_EQ(parse_intervals("4294967295", 1), std::vector<std::uint32_t>{4294967295});
}

TEST(Intervals, AreRefusedWhenBrokenOrTooMany) {
    for (const auto* const text : {"a", "1-", "-1", "3-2", "1,,2", "1 ", "4294967296", "1-2-3"}) {
        const auto result = parse_intervals(text, 100);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().kind(), ErrorKind::Invalid) << text;
    }
    for (const auto* const text : {"0-4294967295", "0-99,100", "1-101"}) {
        const auto result = parse_intervals(text, 100);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().kind(), ErrorKind::TooLarge) << text;
    }
}

RC_GTEST_PROP(Intervals, RoundTripAnySetOfNumbers, (const std::set<std::uint16_t>& numbers)) {
    const std::vector<std::uint32_t> sorted(numbers.begin(), numbers.end());
    RC_ASSERT(parse_intervals(format_intervals(sorted), sorted.size()).value() == sorted);
}

TEST(Bytes, AreShownInBinaryUnits) {
    EXPECT_EQ(format_bytes(1023), "1023 B");
    EXPECT_EQ(format_bytes(1536), "1.5 KiB");
    EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.0 MiB");
    EXPECT_EQ(format_bytes(~std::uint64_t{0}), "16.0 EiB");
}

TEST(DnsLabel, IsWhatKubernetesTakes) {
    EXPECT_TRUE(is_dns_label("a-1"));
    EXPECT_TRUE(is_dns_label(std::string(63, 'a')));
    for (const auto* const text : {"", "-a", "a-", "A", "a.b", "a_b", "ä"}) {
        EXPECT_FALSE(is_dns_label(text)) << text;
    }
    EXPECT_FALSE(is_dns_label(std::string(64, 'a')));
}

}  // namespace
}  // namespace base
