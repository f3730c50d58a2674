#include "base/yaml_write.h"

#include "base/document.h"
#include "base/json.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace base {
namespace {

TEST(YamlText, IsBlocksWithSortedKeysAndFlatLists) {
    const Json value = {{"spec", {{"names", {"a", "b"}}, {"none", Json::array()}, {"size", 3}}},
                        {"kind", "Thing"},
                        {"items", {{{"name", "x"}, {"on", true}}, {{"name", "y"}}}}};
    EXPECT_EQ(dump_yaml(value), "items:\n"
                                "- name: x\n"
                                "  \"on\": true\n"
                                "- name: \"y\"\n"
                                "kind: Thing\n"
                                "spec:\n"
                                "  names:\n"
                                "  - a\n"
                                "  - b\n"
                                "  none: []\n"
                                "  size: 3\n");
}

TEST(YamlText, QuotesWhatIsNoStringWithoutQuotes) {
    const Json value = Json::array({"True", "no", "12", "1.5", "", "-", "a: b", "# c", "'"});
    EXPECT_EQ(dump_yaml(value), "- \"True\"\n- \"no\"\n- \"12\"\n- \"1.5\"\n- \"\"\n- \"-\"\n"
                                "- \"a: b\"\n- \"# c\"\n- \"'\"\n");
}

TEST(YamlText, FoldsLongTextsAndKeepsLines) {
    std::string words = "first";
    for (int i = 0; i < 30; ++i) words += " another";
    const auto folded = dump_yaml({{"text", words}});
    EXPECT_TRUE(folded.starts_with("text: >-\n  first another")) << folded;
    std::size_t longest = 0, begin = 0;
    for (auto end = folded.find('\n'); end != std::string::npos; end = folded.find('\n', begin)) {
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    EXPECT_LE(longest, 100u);
    EXPECT_EQ(dump_yaml({{"text", "one\n\n two"}}), "text: |-\n  one\n\n   two\n");
}

std::string any_text() {
    static const std::vector<std::string> kPieces = {
        "a",  "Z",  "7", " ", "\"", "\\", "\n", "ä", "→", "{", ":", "#",     "-",    "'",
        "\t", "\r", ".", "~", "&",  "*",  "|",  ">", "%", "@", "`", "word ", "true", "null"};
    std::string text;
    for (int i = *rc::gen::inRange(0, 60); i > 0; --i) text += *rc::gen::elementOf(kPieces);
    return text;
}

Json any_value(int depth) {
    Json value;
    switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0: return any_text();
    case 1: return *rc::gen::arbitrary<int>();
    case 2: return *rc::gen::arbitrary<bool>();
    case 3: return nullptr;
    case 4:
        value = Json::array();
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i) value.push_back(any_value(depth - 1));
        return value;
    default:
        value = Json::object();
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i) value[any_text()] = any_value(depth - 1);
        return value;
    }
}

RC_GTEST_PROP(YamlText, ReadsBackAsTheSameValue, ()) {
    const Json value = {{"it", any_value(3)}};
    const auto text = dump_yaml(value);
    const auto read = Document::parse(text);
    if (!read) RC_FAIL(read.error().message() + "\n" + text);
    RC_ASSERT(read->root() == value);
}

}  // namespace
}  // namespace base
