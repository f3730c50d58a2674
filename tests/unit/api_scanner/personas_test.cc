#include "base/json.h"
#include "base/text.h"
#include "runner/scanners/api/personas/json_path.h"
#include "runner/scanners/api/personas/login.h"
#include "runner/scanners/api/personas/persona.h"

#include <gtest/gtest.h>

namespace runner::api {
namespace {

using base::Json;

struct PathCase {
    const char* path;
    const char* expected;  // nullptr = nothing there
};

TEST(JsonPath, NamesAndIndicesAreFollowed) {
    const auto document = Json::parse(
        R"({"data": {"tokens": [{"value": "t1"}, {"value": "t2"}], "a b": "t3"}, "token": "t4"})");
    const PathCase cases[] = {{"$.data.tokens[1].value", "t2"},
                              {"token", "t4"},
                              {"$['token']", "t4"},
                              {"$.data['a b']", "t3"},
                              {"$.data.none", nullptr},
                              {"$.data.tokens[9].value", nullptr}};
    for (const auto& one : cases) {
        const auto value = at_json_path(document, one.path);
        ASSERT_TRUE(value) << one.path;
        if (one.expected == nullptr)
            EXPECT_EQ(*value, nullptr) << one.path;
        else
            EXPECT_EQ(**value, one.expected) << one.path;
    }
}

TEST(JsonPath, OtherSyntaxIsRefused) {
    const auto document = Json::object();
    for (const auto* path : {"$..token", "$.a[*]", "$.a[", "$.a[?(@.b)]", "$.['x"}) {
        EXPECT_FALSE(at_json_path(document, path)) << path;
    }
}

scan::ApiOptions options_with(scan::PersonaKind kind) {
    scan::ApiOptions options;
    scan::Persona persona;
    persona.name = "alice";
    persona.credentials_ref = "alice";
    persona.kind = kind;
    options.personas.push_back(persona);
    return options;
}

net::Request dressed(const scan::ApiOptions& options, const Credentials& credentials,
                     const Specification& spec = {}) {
    const auto personas = make_personas(options, credentials, spec);
    EXPECT_TRUE(personas) << personas.error().message();
    net::Request request{.url = "http://h/a?x=1"};
    dress(request, personas->at(0));
    return request;
}

TEST(Personas, CarryWhatTheirKindSays) {
    const Credentials files = {
        {"alice", {{"token", "tok"}, {"username", "al"}, {"password", "pw"}, {"value", "val"}}}};
    EXPECT_EQ(dressed(options_with(scan::PersonaKind::Bearer), files).headers.get("Authorization"),
              "Bearer tok");
    EXPECT_EQ(dressed(options_with(scan::PersonaKind::Basic), files).headers.get("Authorization"),
              "Basic YWw6cHc=");
    EXPECT_EQ(dressed(options_with(scan::PersonaKind::Header), files).headers.get("Authorization"),
              "val");
    EXPECT_EQ(dressed(options_with(scan::PersonaKind::Cookie), files).headers.get("Cookie"),
              "session=val");
    EXPECT_EQ(dressed(options_with(scan::PersonaKind::ApiKey), files).headers.get("X-API-Key"),
              "val");
    auto options = options_with(scan::PersonaKind::ApiKey);
    options.personas[0].in = scan::ParameterPlace::Query;
    options.personas[0].parameter_name = "key";
    EXPECT_EQ(dressed(options, files).url, "http://h/a?x=1&key=val");
}

TEST(Personas, TakeTheApiKeysPlaceFromTheSpecification) {
    Specification spec;
    spec.schemes.push_back(
        {.id = "k", .kind = SchemeKind::ApiKey, .in = "header", .name = "X-Shop-Key"});
    const auto request =
        dressed(options_with(scan::PersonaKind::ApiKey), {{"alice", {{"value", "val"}}}}, spec);
    EXPECT_EQ(request.headers.get("X-Shop-Key"), "val");
}

TEST(Personas, AMissingFileIsNamed) {
    const auto personas =
        make_personas(options_with(scan::PersonaKind::Basic), {{"alice", {{"username", "a"}}}}, {});
    ASSERT_FALSE(personas);
    EXPECT_EQ(personas.error().message(),
              "persona 'alice': credential 'alice' has no file 'password'");
}

TEST(Personas, AreKnownByTheirNameAndTheSubjectOfTheirToken) {
    const auto payload = base::base64_encode(R"({"sub": "Alice", "user_id": 17})");
    const Credentials files = {{"alice", {{"token", "aaa." + payload + ".sig"}}}};
    const auto personas = make_personas(options_with(scan::PersonaKind::Bearer), files, {});
    ASSERT_TRUE(personas);
    EXPECT_TRUE(personas->at(0).is("alice"));
    EXPECT_TRUE(personas->at(0).is("17"));
    EXPECT_FALSE(personas->at(0).is("bob"));
}

struct Login {
    scan::ApiOptions options = options_with(scan::PersonaKind::Login);
    std::map<std::string, std::string> files = {{"username", "al\"ice"},
                                                {"password", "p&w ${username}"}};

    explicit Login(std::string token_path = "", std::string body = "") {
        options.personas[0].login = scan::LoginStep{.operation = "POST /login",
                                                    .body_template = std::move(body),
                                                    .token_path = std::move(token_path)};
    }
    const scan::LoginStep& step() const { return *options.personas[0].login; }
    base::Result<Persona> after(net::Response answer) const {
        auto personas = TRY(make_personas(options, {{"alice", files}}, {}));
        TRY(take_login(personas.at(0), step(), answer));
        return personas.at(0);
    }
};

TEST(Logins, FillTheTemplateWithoutBreakingIt) {
    const Login json;
    const auto request = login_request(json.step(), json.files, {}, "http://h/v1/");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->url, "http://h/v1/login");
    EXPECT_EQ(request->body, R"({"username": "al\"ice", "password": "p&w ${username}"})");
    const Login form("", "user=${username}&pass=${password}");
    EXPECT_EQ(login_request(form.step(), form.files, {}, "http://h")->body,
              "user=al%22ice&pass=p%26w%20%24%7Busername%7D");
}

TEST(Logins, FindTheTokenUnderItsUsualNames) {
    for (const auto* body : {R"({"token": "t"})", R"({"access_token": "t"})",
                             R"({"auth_token": "t", "message": "ok"})", R"({"data": {"jwt": "t"}})",
                             R"({"result": {"session": {"accessToken": "t"}}})"}) {
        const auto persona = Login().after({.status = 200, .body = body});
        ASSERT_TRUE(persona) << body;
        EXPECT_EQ(persona->headers.at(0).value, "Bearer t") << body;
        EXPECT_TRUE(persona->usable);
    }
}

TEST(Logins, CookiesAreASessionToo) {
    net::Response answer{.status = 204};
    answer.headers.add("Set-Cookie", "sid=abc; Path=/; HttpOnly");
    answer.headers.add("Set-Cookie", "old=; Max-Age=0");
    const auto persona = Login().after(answer);
    ASSERT_TRUE(persona) << persona.error().message();
    net::Request request{.url = "http://h/"};
    dress(request, *persona);
    EXPECT_EQ(request.headers.get("Cookie"), "sid=abc");
}

TEST(Logins, FailuresSayWhatToDo) {
    const auto refused = Login().after({.status = 401});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), base::ErrorKind::Forbidden);
    EXPECT_NE(refused.error().message().find("answered 401"), std::string::npos);
    const auto without = Login("$.t").after({.status = 200, .body = R"({"u": 1})"});
    ASSERT_FALSE(without);
    EXPECT_NE(without.error().message().find("set login.tokenPath"), std::string::npos);
}

TEST(Logins, ARefreshedTokenReplacesTheOldOne) {
    auto personas = make_personas(Login().options, {{"alice", Login().files}}, {});
    ASSERT_TRUE(personas);
    const Login login;
    take_token(personas->at(0), login.step(), "one");
    take_token(personas->at(0), login.step(), "two");
    ASSERT_EQ(personas->at(0).headers.size(), 1u);
    EXPECT_EQ(personas->at(0).headers[0].value, "Bearer two");
}

}  // namespace
}  // namespace runner::api
