#include "scan/clean_text.h"

#include "base/text.h"
#include "scan/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scan {
namespace {

constexpr std::string_view kBox = "\xEF\xBF\xBD";

TEST(CleanText, LeavesHonestTextAlone) {
    for (const std::string_view text : {"", "plain", "Grüße 東京 😀", "a\tb\r\nc"}) {
        EXPECT_TRUE(is_clean(text, Lines::Keep)) << text;
        EXPECT_EQ(clean(text, Lines::Keep), text);
    }
}

TEST(CleanText, ReplacesWhatHidesOrTurnsText) {
    for (const std::string_view bad :
         {std::string_view("\0", 1), std::string_view("\x1b"), std::string_view("\x7f"),
          std::string_view("\xc2\x85"), std::string_view("\u202e"), std::string_view("\u2066"),
          std::string_view("\u200f"), std::string_view("\u061c"), std::string_view("\ufeff"),
          std::string_view("\u2028"), std::string_view("\u200b"), std::string_view("\uffff"),
          std::string_view("\U0001ffff"), std::string_view("\xff")}) {
        const auto text = "a" + std::string(bad) + "b";
        EXPECT_FALSE(is_clean(text, Lines::Keep)) << base::hex_encode(bad);
        EXPECT_EQ(clean(text, Lines::Keep), "a" + std::string(kBox) + "b") << base::hex_encode(bad);
    }
}

TEST(CleanText, JoinsLinesWhereAFormatHasNone) {
    EXPECT_EQ(clean("a\nb\tc", Lines::Join), "a b c");
    EXPECT_FALSE(is_clean("a\nb", Lines::Join));
}

TEST(CleanText, CutsBeforeItCleans) {
    const std::string huge(1 << 20, 'x');
    EXPECT_EQ(clean_cut(huge, 40).size(), 39u + 0u);
    EXPECT_THAT(clean_cut(huge, 40), testing::EndsWith("…"));
    EXPECT_EQ(clean_cut("short", 40), "short");
    EXPECT_EQ(clean_cut("exactly-ten", 11), "exactly-ten");
    EXPECT_LE(clean_cut(std::string(100, '\x01'), 10).size(), 10u);
}

TEST(JsonText, ReplacesControlsOnlyWhenAsked) {
    std::string kept;
    JsonText(kept).text(std::string_view("a\0b\n", 4));
    EXPECT_EQ(kept, R"("a\u0000b\n")");
    std::string replaced;
    JsonText(replaced, JsonText::Controls::Replace).text(std::string_view("a\0b\n", 4));
    EXPECT_EQ(replaced, "\"a" + std::string(kBox) + "b\\n\"");
}

TEST(JsonText, SetsCommasBetweenMembersAndItems) {
    std::string out;
    JsonText json(out);
    json.open('{').key("a").number(std::int64_t{-1}).key("b").open('[').text("\"\\").boolean(true);
    json.open('{').close('}').close(']').optional_member("c", "").key("d").number(std::uint64_t{2});
    json.close('}');
    EXPECT_EQ(out, R"({"a":-1,"b":["\"\\",true,{}],"d":2})");
}

}  // namespace
}  // namespace scan
