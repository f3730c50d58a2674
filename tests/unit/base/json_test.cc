#include "base/json.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <array>

namespace base {
namespace {

Error error_of(std::string_view text, const JsonLimits& limits = {}) {
    const auto result = parse_json(text, limits);
    return result ? Error(ErrorKind::Internal, "parsed") : result.error();
}

TEST(ParseJson, KeepsEveryKindOfValue) {
    const auto result = parse_json(
        R"({"n":null,"b":true,"i":-3,"u":18446744073709551615,"d":1.5,"s":"ä\n","a":[1,[]],"o":{}})");
    ASSERT_TRUE(result);
    EXPECT_EQ(
        dump_json(*result),
        R"({"a":[1,[]],"b":true,"d":1.5,"i":-3,"n":null,"o":{},"s":"ä\n","u":18446744073709551615})");
}

TEST(ParseJson, TakesScalarsAndABom) {
    EXPECT_EQ(parse_json("\xEF\xBB\xBF 7 "), Json(7));
    EXPECT_EQ(parse_json("\"x\""), Json("x"));
}

TEST(ParseJson, NamesThePlaceAndReasonOfBrokenSyntax) {
    struct Case {
        std::string_view text, message;
    };
    constexpr std::array kCases{
        Case{
            "",
            "line 1, column 1: not JSON: unexpected end of input; expected '[', '{', or a literal"},
        Case{"{\n  \"ä\": tru,\n}", "line 2, column 11: not JSON: invalid literal"},
        Case{"[1,]", "line 1, column 4: not JSON: unexpected ']'; expected '[', '{', or a literal"},
        Case{"[1] 2",
             "line 1, column 5: not JSON: unexpected number literal; expected end of input"},
    };
    for (const auto& [text, message] : kCases) {
        EXPECT_EQ(error_of(text), Error(ErrorKind::Invalid, std::string(message))) << text;
    }
}

TEST(ParseJson, KeepsTheTextItselfOutOfItsMessages) {
    EXPECT_EQ(error_of(R"({"password": "hunter2" "x"})").message().find("hunter2"),
              std::string::npos);
    EXPECT_EQ(error_of(R"({"password": hunter2})").message().find("hunter"), std::string::npos);
}

TEST(ParseJson, RefusesDuplicateKeysAtTheSecondOne) {
    EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": {}, \"a\": 2}"),
              Error(ErrorKind::Invalid, "line 2, column 11: the key 'a' comes twice"));
    EXPECT_EQ(error_of(R"({"a\"b": 1, "a\"b": 2})"),
              Error(ErrorKind::Invalid, "line 1, column 13: the key 'a\"b' comes twice"));
    EXPECT_TRUE(parse_json(R"([{"a":1},{"a":1}])"));
}

TEST(ParseJson, RefusesWhatIsNotUtf8) {
    EXPECT_EQ(error_of("[\"a\",\n\"\xFF\"]"),
              Error(ErrorKind::Invalid, "line 2, column 2: not UTF-8"));
    EXPECT_FALSE(parse_json("\"\\ud800\""));
}

TEST(ParseJson, RefusesNumbersThatNoDoubleHolds) {
    EXPECT_EQ(error_of("[1e999]").kind(), ErrorKind::Invalid);
}

TEST(ParseJson, StopsAtEachLimit) {
    EXPECT_EQ(error_of("[1,2]", {.bytes_max = 4}).kind(), ErrorKind::TooLarge);
    EXPECT_EQ(error_of("[[[]]]", {.depth_max = 2}),
              Error(ErrorKind::TooLarge, "line 1, column 3: nested more than 2 levels deep"));
    EXPECT_TRUE(parse_json("[[]]", {.depth_max = 2}));
    EXPECT_EQ(error_of("[1,2,3]", {.nodes_max = 3}).kind(), ErrorKind::TooLarge);
    EXPECT_TRUE(parse_json("[1,2]", {.nodes_max = 3}));
}

TEST(ParseJson, SurvivesAMillionOpenBrackets) {
    EXPECT_EQ(error_of(std::string(1'000'000, '[')).kind(), ErrorKind::TooLarge);
}

RC_GTEST_PROP(ParseJson, NeverThrows, (const std::string& bytes)) {
    const auto result = parse_json(bytes);
    if (result) RC_ASSERT(parse_json(dump_json(*result)).value() == *result);
}

RC_GTEST_PROP(DumpJson, RoundTripsAnyString, (const std::string& bytes)) {
    const auto result = parse_json(dump_json(Json(bytes)));
    RC_ASSERT(result.has_value());
}

TEST(DumpJson, ReplacesInvalidUtf8) { EXPECT_EQ(dump_json(Json("a\xFF")), "\"a\uFFFD\""); }

TEST(Members, FallBackWhenMissingOrOfAnotherType) {
    const Json value = {{"s", "x"}, {"i", 7}, {"b", true}, {"u", 18446744073709551615u}};
    EXPECT_EQ(get_string(value, "s"), "x");
    EXPECT_EQ(get_string(value, "i", "none"), "none");
    EXPECT_EQ(get_int(value, "i"), 7);
    EXPECT_EQ(get_int(value, "u", -1), -1);
    EXPECT_EQ(get_int(value, "s", -1), -1);
    EXPECT_TRUE(get_bool(value, "b"));
    EXPECT_TRUE(get_bool(value, "missing", true));
    EXPECT_EQ(find(Json::array({1}), "s"), nullptr);
    EXPECT_EQ(find(Json(), "s"), nullptr);
}

}  // namespace
}  // namespace base
