#include "base/json.h"
#include "runner/scanners/api/openapi/schema_match.h"
#include "runner/scanners/api/values/chance.h"
#include "runner/scanners/api/values/formats.h"
#include "runner/scanners/api/values/pattern.h"
#include "runner/scanners/api/values/schema_values.h"

#include <gtest/gtest.h>

namespace runner::api {
namespace {

using base::Json;

Json value_for(std::string_view schema, ValueChoice choice = {}) {
    const auto document = std::make_shared<const Json>(Json::parse(schema));
    const Resolver resolver(document);
    Chance chance("run", "unit", "purpose");
    return SchemaValues(resolver, std::move(choice), chance).value("name", document.get());
}

TEST(Chances, AreTheSameForTheSameRunUnitAndPurpose) {
    EXPECT_EQ(Chance("r", "u", "p").hex(40), Chance("r", "u", "p").hex(40));
    EXPECT_NE(Chance("r", "u", "p").hex(40), Chance("r", "u", "q").hex(40));
    EXPECT_NE(Chance("r", "u", "p").hex(40), Chance("s", "u", "p").hex(40));
    EXPECT_EQ(Chance("r", "u", "p").hex(13).size(), 13u);
}

TEST(Patterns, UsualOnesAreMet) {
    for (const auto* pattern : {"^[a-z]{3,5}$", "^\\d{4}-\\d{2}$", "^(foo|bar)[0-9]+$",
                                "^[A-Z]{2}[0-9]{2}[A-Z0-9]{4}\\d{7}$", "^https?://[^/]+/x$",
                                "[a-zA-Z0-9_.-]+", "^(?:a|b(c|d)){2}$", "^[^a-y0-9]+$",
                                "^\\w+@\\w+\\.com$", "^(?P<n>x)\\-y?$", "^$", "^.{8,16}$"}) {
        Chance chance("run", "unit", pattern);
        const auto text = text_for_pattern(pattern, {.min = 0, .max = 200}, chance);
        ASSERT_TRUE(text) << pattern;
        EXPECT_TRUE(matches_pattern(pattern, *text)) << pattern << " " << *text;
    }
}

TEST(Patterns, WhatRe2DoesNotKnowIsLeftAlone) {
    Chance chance("run", "unit", "p");
    EXPECT_FALSE(text_for_pattern("^(?=a)b$", {}, chance));
    EXPECT_FALSE(text_for_pattern("(a)\\1", {}, chance));
    EXPECT_FALSE(text_for_pattern("((((", {}, chance));
    EXPECT_FALSE(text_for_pattern(std::string(5'000, 'a'), {}, chance));
}

TEST(Patterns, HostileOnesEndQuickly) {
    Chance chance("run", "unit", "p");
    for (const auto* pattern : {"(a{1000}){1000}", "((((((((((a*)*)*)*)*)*)*)*)*)*)*b", "[",
                                "a{99999999999}", "(?P<", "(", "\\"}) {
        const auto text = text_for_pattern(pattern, {}, chance);
        EXPECT_LE(text ? text->size() : 0, 4'096u) << pattern;
    }
}

TEST(Values, TakeWhatTheSchemaGivesInOrder) {
    EXPECT_EQ(value_for(R"({"type": "string", "example": "e", "default": "d", "enum": ["x"]})"),
              "e");
    EXPECT_EQ(value_for(R"({"type": "string", "examples": ["e1", "e2"], "default": "d"})"), "e1");
    EXPECT_EQ(value_for(R"({"type": "string", "examples": ["e1", "e2"]})", {.example_index = 1}),
              "e2");
    EXPECT_EQ(value_for(R"({"type": "string", "default": "d", "enum": ["x"]})"), "d");
    EXPECT_EQ(value_for(R"({"type": "string", "enum": ["x", "y"]})"), "x");
    EXPECT_EQ(value_for(R"({"const": 7})"), 7);
}

TEST(Values, FitTheirBounds) {
    EXPECT_EQ(value_for(R"({"type": "integer", "minimum": 10, "maximum": 20, "multipleOf": 7})"),
              14);
    EXPECT_EQ(value_for(R"({"type": "integer", "exclusiveMinimum": 3})"), 4);
    EXPECT_EQ(value_for(R"({"type": "integer", "minimum": 3, "exclusiveMinimum": true})"), 4);
    EXPECT_EQ(value_for(R"({"type": "string", "minLength": 30})").get<std::string>().size(), 30u);
    EXPECT_EQ(value_for(R"({"type": "string", "maxLength": 2})").get<std::string>().size(), 2u);
    EXPECT_EQ(value_for(R"({"type": "array", "minItems": 3, "items": {"type": "boolean"}})"),
              Json::parse("[true,true,true]"));
    EXPECT_EQ(value_for(R"({"type": ["null", "integer"]})"), 1);
}

TEST(Values, OfObjectsHoldWhatIsRequired) {
    const auto* schema =
        R"({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"},
                             "b": {"type": "integer"}, "c": {"type": "integer", "readOnly": true}}})";
    EXPECT_EQ(value_for(schema), Json::parse(R"({"a": 1})"));
    EXPECT_EQ(value_for(schema, {.all_properties = true}), Json::parse(R"({"a": 1, "b": 1})"));
}

TEST(Values, MergeAllOfAndTakeTheFirstChoice) {
    EXPECT_EQ(
        value_for(
            R"({"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}},
                            {"required": ["b"], "properties": {"b": {"const": 2}}}]})"),
        Json::parse(R"({"a": 1, "b": 2})"));
    EXPECT_EQ(value_for(R"({"oneOf": [{"const": "x"}, {"const": "y"}]})"), "x");
    EXPECT_EQ(value_for(R"({"anyOf": [{"const": "x"}, {"const": "y"}]})", {.example_index = 1}),
              "y");
}

TEST(Values, OfRecursiveSchemasEnd) {
    const auto value = value_for(
        R"({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}})");
    int depth = 0;
    for (const auto* node = &value; node->is_object(); node = &node->at("next")) ++depth;
    EXPECT_LE(depth, 7);
}

TEST(Values, AreValidForFormats) {
    Chance chance("run", "unit", "f");
    for (const auto* format : {"date", "date-time", "email", "uuid", "uri", "ipv4", "ipv6", "byte",
                               "hostname", "password"}) {
        EXPECT_TRUE(text_for_format(format, chance)) << format;
    }
    EXPECT_FALSE(text_for_format("no-such-format", chance));
    EXPECT_EQ(text_for_format("uuid", chance)->size(), 36u);
}

TEST(Values, LeavesOfABodyAreCounted) {
    const auto document = std::make_shared<const Json>(Json::parse(
        R"({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "object", "properties": {"c": {}, "d": {}}},
            "e": {"type": "array", "items": {"type": "integer"}}, "me": {"$ref": "#"}}})"));
    const Resolver resolver(document);
    EXPECT_GE(count_leaves(resolver, document.get()), 4u);
    EXPECT_EQ(count_leaves(resolver, nullptr), 0u);
}

}  // namespace
}  // namespace runner::api
