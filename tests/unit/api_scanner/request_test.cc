#include "base/json.h"
#include "runner/scanners/api/openapi/read.h"
#include "runner/scanners/api/request/draft.h"
#include "runner/scanners/api/request/styles.h"

#include <gtest/gtest.h>

namespace runner::api {
namespace {

using base::Json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Parameter parameter(Place place, Style style, bool explode) {
    return {.name = "color", .place = place, .required = true, .style = style, .explode = explode};
}

struct PathCase {
    Style style;
    bool explode;
    const char* value;
    const char* expected;
};

TEST(Styles, PathFollowsTheTableOfTheSpecification) {
    const PathCase cases[] = {
        {Style::Simple, false, R"("blue")", "blue"},
        {Style::Simple, false, R"(["blue","black"])", "blue,black"},
        {Style::Simple, false, R"({"R":100,"G":200})", "G,200,R,100"},
        {Style::Simple, true, R"({"R":100,"G":200})", "G=200,R=100"},
        {Style::Label, false, R"(["blue","black"])", ".blue,black"},
        {Style::Label, true, R"(["blue","black"])", ".blue.black"},
        {Style::Label, true, R"({"R":100,"G":200})", ".G=200.R=100"},
        {Style::Matrix, false, R"("blue")", ";color=blue"},
        {Style::Matrix, false, R"(["blue","black"])", ";color=blue,black"},
        {Style::Matrix, true, R"(["blue","black"])", ";color=blue;color=black"},
        {Style::Matrix, true, R"({"R":100,"G":200})", ";G=200;R=100"},
        {Style::Simple, false, R"("a/b c")", "a%2Fb%20c"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(path_text(parameter(Place::Path, one.style, one.explode), Json::parse(one.value)),
                  one.expected);
    }
}

struct QueryCase {
    Style style;
    bool explode;
    const char* value;
    Pairs expected;
};

TEST(Styles, QueryFollowsTheTableOfTheSpecification) {
    const QueryCase cases[] = {
        {Style::Form, true, R"(["blue","black"])", {{"color", "blue"}, {"color", "black"}}},
        {Style::Form, false, R"(["blue","black"])", {{"color", "blue,black"}}},
        {Style::Form, true, R"({"R":100})", {{"R", "100"}}},
        {Style::Form, false, R"({"R":100})", {{"color", "R,100"}}},
        {Style::SpaceDelimited, false, R"(["blue","black"])", {{"color", "blue black"}}},
        {Style::PipeDelimited, false, R"(["blue","black"])", {{"color", "blue|black"}}},
        {Style::DeepObject, true, R"({"R":100})", {{"color[R]", "100"}}},
        {Style::Form, true, "7", {{"color", "7"}}},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(
            query_pairs(parameter(Place::Query, one.style, one.explode), Json::parse(one.value)),
            one.expected);
    }
}

Specification specification(std::string_view operation) {
    const auto text =
        R"({"openapi": "3.0.0", "components": {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "key"}}},
                          "paths": {"/a/{id}": {"post": )" +
        std::string(operation) + "}}}";
    auto out = read_specification(std::make_shared<const Json>(Json::parse(text)));
    EXPECT_TRUE(out) << out.error().message();
    return std::move(*out);
}

net::Request rendered(const Specification& spec, const DraftChoice& choice = {}) {
    Chance chance("run", "unit", "purpose");
    return render("http://h/v1/", make_draft(spec, spec.operations.at(0), choice, chance));
}

TEST(Drafts, RequiredPartsGoOutAndOptionalOnesOnDemand) {
    const auto spec = specification(R"({"parameters": [
        {"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 5}},
        {"name": "q", "in": "query", "example": "x y", "schema": {"type": "string"}},
        {"name": "X-Trace", "in": "header", "required": true, "schema": {"type": "string", "enum": ["on"]}}]})");
    const auto least = rendered(spec);
    EXPECT_EQ(least.url, "http://h/v1/a/5");
    EXPECT_EQ(least.headers.get("X-Trace"), "on");
    EXPECT_EQ(rendered(spec, {.parameters = Optional::Sent}).url, "http://h/v1/a/5?q=x%20y");
}

TEST(Drafts, CredentialsAreLeftToPersonas) {
    const auto spec = specification(R"({"parameters": [
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "example": "7"}},
        {"name": "key", "in": "query", "required": true, "schema": {"type": "string"}},
        {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}}]})");
    const auto request = rendered(spec);
    EXPECT_EQ(request.url, "http://h/v1/a/7");
    EXPECT_FALSE(request.headers.get("Authorization"));
}

TEST(Drafts, KnownValuesGoBeforeExamples) {
    const auto spec = specification(R"({"parameters": [
        {"name": "id", "in": "path", "required": true, "example": 1, "schema": {"type": "integer"}}]})");
    const auto request =
        rendered(spec, {.known = [](std::string_view name, const Json*) -> std::optional<Json> {
                     return name == "id" ? std::optional<Json>(42) : std::nullopt;
                 }});
    EXPECT_EQ(request.url, "http://h/v1/a/42");
}

struct BodyCase {
    const char* type;
    const char* expected;
};

TEST(Bodies, AreWrittenAsTheirMediaTypeWants) {
    const BodyCase cases[] = {
        {"application/json", R"({"name":"a&b","tags":["x","y"]})"},
        {"application/x-www-form-urlencoded", "name=a%26b&tags=x&tags=y"},
        {"application/xml", "<?xml "
                            "version=\"1.0\"?><root><name>a&amp;b</name><tags><item>x</"
                            "item><item>y</item></tags></root>"},
    };
    for (const auto& one : cases) {
        const auto spec =
            specification(R"({"requestBody": {"content": {")" + std::string(one.type) +
                          R"(": {"example": {"name": "a&b", "tags": ["x", "y"]}}}}})");
        EXPECT_EQ(rendered(spec).body, one.expected);
    }
}

TEST(Bodies, OfMultipartHaveAFilePartForBinaries) {
    const auto spec = specification(
        R"({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object",
        "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}}}})");
    const auto request = rendered(spec);
    EXPECT_NE(request.body.find("filename=\"file.txt\""), std::string::npos);
    EXPECT_TRUE(
        request.headers.get("Content-Type")->starts_with("multipart/form-data; boundary=sf"));
    EXPECT_EQ(request.body, rendered(spec).body);
}

}  // namespace
}  // namespace runner::api
