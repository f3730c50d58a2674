#include "base/document.h"
#include "base/json.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace base {
namespace {

Json root_of(std::string_view text) {
    const auto document = Document::parse(text);
    EXPECT_TRUE(document) << text << (document ? "" : document.error().message());
    return document ? document->root() : Json();
}

Error error_of(std::string_view text, const DocumentLimits& limits = {}) {
    const auto document = Document::parse(text, limits);
    return document ? Error(ErrorKind::Internal, "parsed") : document.error();
}

TEST(YamlScalars, ResolveByTheCoreSchema) {
    struct Case {
        std::string_view yaml, json;
    };
    constexpr Case kCases[] = {
        {"~", "null"},
        {"null", "null"},
        {"NULL", "null"},
        {"\"\"", "\"\""},
        {"true", "true"},
        {"False", "false"},
        {"yes", "\"yes\""},
        {"on", "\"on\""},
        {"12", "12"},
        {"-7", "-7"},
        {"+7", "7"},
        {"007", "7"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"18446744073709551615", "18446744073709551615"},
        {"123456789012345678901234567890", "1.2345678901234568e+29"},
        {"1.5", "1.5"},
        {".5", "0.5"},
        {"5.", "5.0"},
        {"-1e3", "-1000.0"},
        {"1e999", "\"1e999\""},
        {".inf", "\".inf\""},
        {".", "\".\""},
        {"1.2.3", "\"1.2.3\""},
        {"12:30", "\"12:30\""},
        {"2026-01-31", "\"2026-01-31\""},
        {"0x", "\"0x\""},
        {"- ", "[null]"},
        {"'12'", "\"12\""},
        {"!!str 12", "\"12\""},
        {"!!int '12'", "12"},
        {"!custom 12", "\"12\""},
        {"|\n  a\n  b\n", "\"a\\nb\\n\""},
        {">-\n  a\n  b\n", "\"a b\""},
    };
    for (const auto& [yaml, json] : kCases) EXPECT_EQ(dump_json(root_of(yaml)), json) << yaml;
}

TEST(YamlKeys, AreAlwaysStrings) {
    EXPECT_EQ(root_of("200: a\ntrue: b\n1.0: c\n"),
              Json({{"200", "a"}, {"true", "b"}, {"1.0", "c"}}));
    EXPECT_EQ(root_of("null: a"), Json({{"null", "a"}}));
}

TEST(YamlKeys, MustBeScalars) {
    EXPECT_EQ(error_of("? [a]\n: b\n").message(),
              "line 1, column 3: a key must be a scalar, not a list");
    EXPECT_EQ(error_of("{{a: 1}: b}").kind(), ErrorKind::Invalid);
    EXPECT_EQ(error_of("&x [1]: 2").kind(), ErrorKind::Invalid);
}

TEST(YamlAliases, AreCopiesOfTheirAnchor) {
    EXPECT_EQ(root_of("a: &x {p: [1]}\nb: *x\nc: *x\n"),
              Json({{"a", {{"p", {1}}}}, {"b", {{"p", {1}}}}, {"c", {{"p", {1}}}}}));
    EXPECT_EQ(root_of("- &x word\n- *x\n- {*x : 1}\n"), Json({"word", "word", {{"word", 1}}}));
}

TEST(YamlAliases, DoNotMerge) {
    EXPECT_EQ(root_of("a: &x {p: 1}\nb:\n  <<: *x\n"),
              Json({{"a", {{"p", 1}}}, {"b", {{"<<", {{"p", 1}}}}}}));
}

TEST(YamlAliases, CountWithEachUse) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) text += (j > 0 ? ", " : "") + before;
        text += "]\n";
    }
    const Error error = error_of(text);
    EXPECT_EQ(error.kind(), ErrorKind::TooLarge);
    EXPECT_NE(error.message().find("more than 1000000 values"), std::string::npos);
}

TEST(YamlAliases, CountTheBytesOfTheirStrings) {
    std::string text = "a: &a '" + std::string(1000, 'x') + "'\nb:\n";
    for (int i = 0; i < 100; ++i) text += "  - *a\n";
    EXPECT_EQ(error_of(text, {.bytes_max = 50'000}).kind(), ErrorKind::TooLarge);
    EXPECT_EQ(error_of(text, {.bytes_max = 200'000}).message(), "parsed");
}

TEST(YamlAliases, CannotPassTheDepthLimit) {
    EXPECT_EQ(error_of("a: &a [[1]]\nb: [*a]\n", {.depth_max = 3}).kind(), ErrorKind::TooLarge);
    EXPECT_EQ(error_of("a: &a [[1]]\nb: [*a]\n", {.depth_max = 4}).message(), "parsed");
}

TEST(YamlAliases, CannotStandInsideTheirAnchor) {
    EXPECT_EQ(error_of("a: &x [*x]").kind(), ErrorKind::Invalid);
    EXPECT_EQ(error_of("a: *missing").kind(), ErrorKind::Invalid);
}

TEST(YamlSyntax, ErrorsNameTheirPlace) {
    EXPECT_EQ(error_of("a: 1\n b: 2\n").message().substr(0, 7), "line 2,");
    EXPECT_EQ(error_of("a: [1\nb: 2\n").kind(), ErrorKind::Invalid);
}

TEST(YamlSyntax, RefusesTabsInIndentation) {
    EXPECT_EQ(error_of("a:\n\tb: 1\n").message(),
              "line 2, column 3: a tab in the indentation; YAML wants spaces");
    EXPECT_EQ(error_of("a:\n  b: 1\n\tc: 2\n").kind(), ErrorKind::Invalid);
}

TEST(YamlSyntax, RefusesControlCharacters) {
    EXPECT_EQ(error_of("a: 1\nb: \x04 2\nc: 3\n").message(),
              "line 2, column 4: the control character 0x04 is not allowed");
    EXPECT_EQ(error_of(std::string_view("a: \0 b", 6)).kind(), ErrorKind::Invalid);
}

TEST(YamlSyntax, RefusesASecondDocument) {
    EXPECT_EQ(error_of("a: 1\n---\nb: 2\n").message().substr(0, 7), "line 2,");
    EXPECT_EQ(root_of("---\na: 1\n...\n"), Json({{"a", 1}}));
}

RC_GTEST_PROP(YamlSyntax, NeverThrows, ()) {
    // Pieces that mean something to YAML, so that the parser is reached and not only refused.
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "a", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "? ", "|\n", ">\n", "'",
        "\"", "#", "---\n", "...\n", "!!str ", "%YAML 1.2\n", "\t", "<<", "ä", "0x", "\\"));
    std::string text;
    for (const auto& piece : pieces) text += piece;
    const auto document = Document::parse(text, {.nodes_max = 1000});
    if (document) RC_ASSERT(parse_json(dump_json(document->root())).has_value());
}

}  // namespace
}  // namespace base
