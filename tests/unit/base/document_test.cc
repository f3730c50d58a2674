#include "base/document.h"

#include "base/json.h"

#include <gtest/gtest.h>

namespace base {
namespace {

Document parse_good(std::string_view text, const DocumentLimits& limits = {}) {
    auto document = Document::parse(text, limits);
    EXPECT_TRUE(document) << (document ? "" : document.error().message());
    return document ? *std::move(document) : Document();
}

Error error_of(std::string_view text, const DocumentLimits& limits = {}) {
    const auto document = Document::parse(text, limits);
    return document ? Error(ErrorKind::Internal, "parsed") : document.error();
}

constexpr std::string_view kJson = R"({
  "paths": {
    "/ä/{id}": {"get": [ true, {"a~b": -1.5e3}, "x" ]}
  },
  "n": 12
})";

constexpr std::string_view kYaml = R"(# a comment
paths:
  /ä/{id}:
    get:
      - true
      - a~b: -1.5e3
      - "x"
n: 12
)";

TEST(DocumentMarks, PointAtKeysAndItemsOfJson) {
    const Document document = parse_good(kJson);
    EXPECT_EQ(document.mark(""), (Mark{1, 1}));
    EXPECT_EQ(document.mark("/paths"), (Mark{2, 3}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}"), (Mark{3, 5}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get"), (Mark{3, 17}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/0"), (Mark{3, 26}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/1"), (Mark{3, 32}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/1/a~0b"), (Mark{3, 33}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/2"), (Mark{3, 49}));
    EXPECT_EQ(document.mark("/n"), (Mark{5, 3}));
}

TEST(DocumentMarks, PointAtKeysAndItemsOfYaml) {
    const Document document = parse_good(kYaml);
    EXPECT_EQ(document.mark("/paths"), (Mark{2, 1}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}"), (Mark{3, 3}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/0"), (Mark{5, 9}));
    EXPECT_EQ(document.mark("/paths/~1ä~1{id}/get/1/a~0b"), (Mark{6, 9}));
    EXPECT_EQ(document.mark("/n"), (Mark{8, 1}));
}

TEST(DocumentMarks, CountCharactersNotBytes) {
    EXPECT_EQ(parse_good(R"({"äöü": 1, "b": 2})").mark("/b"), (Mark{1, 12}));
    EXPECT_EQ(parse_good("{äöü: 1, b: 2}").mark("/b"), (Mark{1, 10}));
}

TEST(DocumentMarks, AreUnknownForWhatIsNotThere) {
    const Document document = parse_good(kJson);
    EXPECT_EQ(document.mark("/missing"), Mark{});
    EXPECT_EQ(document.mark("no pointer"), Mark{});
    EXPECT_EQ(document.mark_near("/paths/missing/x"), (Mark{2, 3}));
    EXPECT_EQ(document.mark_near("/missing"), (Mark{1, 1}));
}

TEST(DocumentMarks, AreKeptDownToTheDepthAskedFor) {
    const Document document = parse_good(R"({"a":{"b":{"c":[1]}}})", {.marks_depth = 2});
    EXPECT_EQ(document.mark("/a/b"), (Mark{1, 7}));
    EXPECT_EQ(document.mark("/a/b/c"), Mark{});
    EXPECT_EQ(document.mark_near("/a/b/c/0"), (Mark{1, 7}));
}

TEST(DocumentMarks, OfNumbersAtTheVeryEndAreRight) {
    EXPECT_EQ(parse_good("[1,\n-2.5]").mark("/1"), (Mark{2, 1}));
    EXPECT_EQ(parse_good("[ null, false]").mark("/1"), (Mark{1, 9}));
}

TEST(DocumentText, MeansTheSameInJsonAndYaml) {
    EXPECT_EQ(parse_good(kJson).root(), parse_good(kYaml).root());
}

TEST(DocumentText, MayBeUtf16OrHaveABom) {
    EXPECT_EQ(parse_good("\xEF\xBB\xBF{\"a\":1}").root(), Json({{"a", 1}}));
    const std::string little("\xFF\xFE"
                             "\x61\x00:\x00 \x00\xE4\x00\x3D\xD8\x00\xDE",
                             14);
    EXPECT_EQ(parse_good(little).root(), Json({{"a", "ä😀"}}));
    const std::string big("\xFE\xFF\x00[\x00\x31\x00]", 8);
    EXPECT_EQ(parse_good(big).root(), Json({1}));
}

TEST(DocumentText, IsRefusedWhenItsEncodingIsBroken) {
    EXPECT_EQ(error_of("a: \xFF").message(), "line 1, column 4: not UTF-8; save the file as UTF-8");
    EXPECT_EQ(error_of("\xFF\xFE\x61").kind(), ErrorKind::Invalid);
    EXPECT_EQ(error_of(std::string("\xFF\xFE\x00\xD8", 4)).kind(), ErrorKind::Invalid);
}

TEST(DocumentText, OfJsonLooksMayStillBeYaml) {
    EXPECT_EQ(parse_good("{a: 1, 'b': [x, y]}").root(), Json({{"a", 1}, {"b", {"x", "y"}}}));
    EXPECT_EQ(parse_good("[1, 2] # two").root(), Json({1, 2}));
}

TEST(DocumentText, ThatIsBrokenBothWaysIsExplainedByTheReadingThatGotFurther) {
    EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": [tru e}\n}").message().substr(0, 8), "line 2, ");
}

TEST(DocumentText, WithDuplicateKeysIsRefused) {
    EXPECT_EQ(error_of("{\"a\":1,\"a\":2}").message(), "line 1, column 8: the key 'a' comes twice");
    EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n").message(),
              "line 3, column 1: the key 'a' comes twice");
}

TEST(DocumentText, IsRefusedWhenEmpty) {
    for (const auto* const text : {"", " \n", "# only a comment\n"}) {
        EXPECT_EQ(error_of(text).kind(), ErrorKind::Invalid) << text;
    }
}

TEST(DocumentLimit, OfBytesDepthAndNodesHoldForBothReaders) {
    EXPECT_EQ(error_of("a: b", {.bytes_max = 3}).kind(), ErrorKind::TooLarge);
    for (const auto* const text : {"[[[1]]]", "- - - 1"}) {
        EXPECT_EQ(error_of(text, {.depth_max = 2}).kind(), ErrorKind::TooLarge) << text;
        EXPECT_EQ(error_of(text, {.depth_max = 3}).message(), "parsed") << text;
        EXPECT_EQ(error_of(text, {.nodes_max = 3}).kind(), ErrorKind::TooLarge) << text;
        EXPECT_EQ(error_of(text, {.nodes_max = 4}).message(), "parsed") << text;
    }
}

TEST(DocumentLimit, StopsDeepNestingBeforeTheStackDoes) {
    for (const std::string& part : {std::string("["), std::string("{a: "), std::string("- "),
                                    std::string("[{a: "), std::string("? ")}) {
        std::string text;
        for (int i = 0; i < 100'000; ++i) text += part;
        const Error error = error_of(text);
        EXPECT_TRUE(error.kind() == ErrorKind::TooLarge || error.kind() == ErrorKind::Invalid)
            << part << error.message();
    }
}

TEST(Pointer, EscapesTildeAndSlash) { EXPECT_EQ(escape_pointer("a/b~c"), "a~1b~0c"); }

}  // namespace
}  // namespace base
