#include "base/document.h"
#include "base/json.h"
#include "runner/scanners/api/openapi/bundle.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/openapi/read.h"
#include "runner/scanners/api/openapi/schema_match.h"

#include <gtest/gtest.h>

namespace runner::api {
namespace {

using base::Json;

base::Result<Specification> read(std::string_view yaml) {
    const auto document = TRY(base::Document::parse(yaml));
    return read_specification(std::make_shared<const Json>(document.root()));
}

Specification good(std::string_view yaml) {
    auto specification = read(yaml);
    EXPECT_TRUE(specification) << specification.error().message();
    return specification ? std::move(*specification) : Specification{};
}

TEST(OpenApi, OtherDocumentsAreRefusedWithTheReason) {
    const auto message = [](std::string_view yaml) { return read(yaml).error().message(); };
    EXPECT_NE(message("a: 1").find("neither 'openapi' nor 'swagger'"), std::string::npos);
    EXPECT_NE(message("swagger: '1.2'").find("'1.2' is not supported"), std::string::npos);
    EXPECT_NE(message("openapi: '4.0'").find("'4.0' is not supported"), std::string::npos);
    EXPECT_NE(message("[1]").find("root is not an object"), std::string::npos);
    EXPECT_NE(message("openapi: 3.0.0\npaths: 7").find("'paths'"), std::string::npos);
}

TEST(OpenApi, AVersionWrittenAsANumberIsUnderstood) {
    EXPECT_EQ(good("swagger: 2.0\npaths: {}").version, "2.0");
    EXPECT_EQ(good("openapi: 3.1\npaths: {}").version, "3.1");
}

TEST(OpenApi, ANewerVersionIsReadWithANotice) {
    const auto specification = good("openapi: 3.2.0\npaths: {/a: {get: {}}}");
    EXPECT_EQ(specification.operations.size(), 1u);
    ASSERT_EQ(specification.notices.size(), 1u);
}

TEST(OpenApi, OneBadOperationSpoilsNoOther) {
    const auto specification = good(R"(
openapi: 3.0.0
paths:
  /a: {get: {parameters: [{in: query}]}}
  /b: {get: 5}
  /c/{id: {get: {}}
  /d: {get: {requestBody: {$ref: '#/nowhere'}}}
  /e: {get: {}}
)");
    std::size_t defects = 0;
    for (const auto& operation : specification.operations)
        defects += operation.defect.empty() ? 0 : 1;
    EXPECT_EQ(specification.operations.size(), 5u);
    EXPECT_EQ(defects, 4u);
}

TEST(OpenApi, UndeclaredPathParametersAreAddedAndUnusedOnesDropped) {
    const auto specification = good(R"(
openapi: 3.0.0
paths:
  /a/{id}.json:
    get: {parameters: [{name: other, in: path, required: true, schema: {type: string}}]}
)");
    const auto& parameters = specification.operations.at(0).parameters;
    ASSERT_EQ(parameters.size(), 1u);
    EXPECT_EQ(parameters[0].name, "id");
}

TEST(OpenApi, OperationParametersOverrideThoseOfThePath) {
    const auto specification = good(R"(
openapi: 3.0.0
paths:
  /a:
    parameters: [{name: q, in: query, required: true, schema: {type: string}}]
    get: {parameters: [{name: q, in: query, schema: {type: integer}}]}
)");
    const auto& parameters = specification.operations.at(0).parameters;
    ASSERT_EQ(parameters.size(), 1u);
    EXPECT_FALSE(parameters[0].required);
}

TEST(OpenApi, FormParametersOfVersion2BecomeABody) {
    const auto specification = good(R"(
swagger: '2.0'
host: h.example
basePath: /v1
schemes: [http, https]
paths:
  /up:
    post:
      consumes: [multipart/form-data]
      parameters:
      - {name: file, in: formData, type: file, required: true}
      - {name: note, in: formData, type: string}
)");
    EXPECT_EQ(specification.servers.at(0).url, "https://h.example/v1");
    const auto& bodies = specification.operations.at(0).bodies;
    ASSERT_EQ(bodies.size(), 1u);
    EXPECT_EQ(bodies[0].media_type, "multipart/form-data");
    EXPECT_EQ(base::dump_json(base::find(*bodies[0].schema, "required")->at(0)), "\"file\"");
}

TEST(OpenApi, ServerVariablesTakeTheirDefaults) {
    const auto specification = good(R"(
openapi: 3.0.0
servers: [{url: 'https://{host}:{port}/x', variables: {host: {default: a.example}, port: {default: '81'}}}]
paths: {}
)");
    EXPECT_EQ(specification.servers.at(0).url, "https://a.example:81/x");
}

TEST(OpenApi, CyclicReferencesEnd) {
    const auto specification = good(R"(
openapi: 3.0.0
paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/A'}]}}}
components: {parameters: {A: {$ref: '#/components/parameters/B'}, B: {$ref: '#/components/parameters/A'}}}
)");
    EXPECT_NE(specification.operations.at(0).defect, "");
}

struct AuthCase {
    const char* name;
    const char* global;
    const char* operation;
    Auth expected;
};

TEST(OpenApi, WhoMayCallFollowsFromTheEffectiveSecurity) {
    const AuthCase cases[] = {
        {"of the operation", "", "security: [{k: []}]", Auth::Required},
        {"of the document", "security: [{k: []}]", "", Auth::Required},
        {"taken back", "security: [{k: []}]", "security: []", Auth::None},
        {"optional", "", "security: [{}, {k: []}]", Auth::Optional},
        {"nothing said", "", "", Auth::None},
        {"by description", "", "description: Requires authentication.", Auth::Implied},
        {"by a documented 401", "", "responses: {'401': {description: no}}", Auth::Implied},
        {"by a header", "", "parameters: [{name: Authorization, in: header, required: true}]",
         Auth::Implied},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        const auto yaml = "openapi: 3.0.0\n" + std::string(one.global) +
                          "\npaths:\n  /a:\n    get: {" + one.operation + "}\n";
        EXPECT_EQ(good(yaml).operations.at(0).auth, one.expected);
    }
}

TEST(OpenApi, ALoginIsNeverImpliedToNeedOne) {
    const auto specification = good(
        "openapi: 3.0.0\npaths: {/users/login: {post: {responses: {'401': {description: no}}}}}");
    EXPECT_EQ(specification.operations.at(0).auth, Auth::None);
}

TEST(Bundle, OnlyDocumentsOfTheOwnOriginAreFetched) {
    auto document =
        Json::parse(R"({"a": {"$ref": "other.json#/x"}, "b": {"$ref": "file:///etc/passwd"},
                                    "c": {"$ref": "http://elsewhere.example/s.json"}, "d": {"$ref": "#/a"}})");
    std::vector<std::string> asked;
    std::vector<std::string> notices;
    bundle(document,
           {.remote_refs = scan::RemoteRefs::SameOrigin,
            .document_url = "http://h.example/api/spec.json",
            .fetch = [&](std::string_view url) -> base::Result<Json> {
                asked.emplace_back(url);
                return Json::parse(R"({"x": {"type": "string"}, "y": {"$ref": "#/x"}})");
            }},
           notices);
    EXPECT_EQ(asked, std::vector<std::string>{"http://h.example/api/other.json"});
    EXPECT_EQ(document["a"]["$ref"], "#/x-scanfleet-documents/0/x");
    EXPECT_EQ(document["x-scanfleet-documents"]["0"]["y"]["$ref"], "#/x-scanfleet-documents/0/x");
    EXPECT_EQ(document["b"]["$ref"], "file:///etc/passwd");
    EXPECT_EQ(notices.size(), 2u);
    const Resolver resolver(std::make_shared<const Json>(document));
    ASSERT_NE(resolver.follow(&document["d"]), nullptr);
    EXPECT_EQ(base::get_string(*resolver.follow(&document["d"]), "type"), "string");
}

TEST(Bundle, NothingIsFetchedUnlessAllowed) {
    auto document = Json::parse(R"({"a": {"$ref": "other.json"}})");
    std::vector<std::string> notices;
    bundle(document,
           {.document_url = "http://h/x",
            .fetch = [](std::string_view) -> base::Result<Json> {
                ADD_FAILURE() << "fetched";
                return Json();
            }},
           notices);
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_NE(notices[0].find("remoteRefs: SameOrigin"), std::string::npos);
}

TEST(SchemaMatch, TellsAnAnswerFromAnErrorPage) {
    const Resolver resolver(std::make_shared<const Json>());
    const auto schema = Json::parse(
        R"({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"},
                                        "tags": {"type": "array", "items": {"type": "string"}}}})");
    EXPECT_TRUE(matches_schema(resolver, &schema, Json::parse(R"({"id": 1, "tags": ["a"]})")));
    EXPECT_FALSE(matches_schema(resolver, &schema, Json::parse(R"({"error": "no"})")));
    EXPECT_FALSE(matches_schema(resolver, &schema, Json::parse(R"({"id": "x"})")));
    EXPECT_FALSE(matches_schema(resolver, &schema, Json::parse(R"({"id": 1, "tags": [2]})")));
    EXPECT_FALSE(matches_schema(resolver, nullptr, Json::parse("{}")));
}

TEST(Names, AreSplitIntoWords) {
    using Words = std::vector<std::string>;
    EXPECT_EQ(words_of("userId"), (Words{"user", "id"}));
    EXPECT_EQ(words_of("X-Api-Key"), (Words{"x", "api", "key"}));
    EXPECT_EQ(words_of("HTTPServerURL"), (Words{"http", "server", "url"}));
    EXPECT_EQ(singular("categories"), "category");
    EXPECT_EQ(singular("boxes"), "box");
    EXPECT_EQ(singular("address"), "address");
}

}  // namespace
}  // namespace runner::api
