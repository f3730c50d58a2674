// What the scanner reads out of answers: shapes, ids, sensitive values, leaks, header facts.
#include "base/json.h"
#include "runner/scanners/api/checks/leaks.h"
#include "runner/scanners/api/checks/malformed.h"
#include "runner/scanners/api/checks/sensitive.h"
#include "runner/scanners/api/engine/harvest.h"
#include "runner/scanners/api/engine/header_facts.h"
#include "runner/scanners/api/engine/shape.h"

#include <gtest/gtest.h>

namespace runner::api {
namespace {

using base::Json;

Shape shape(std::string_view body, const VolatileKeys& without = {}) {
    const net::Response response{.status = 200, .body = std::string(body)};
    const auto json = json_body(response);
    return shape_of(response, json.get(), without);
}

TEST(Shapes, EqualContentIsTheSameWhateverItsOrder) {
    EXPECT_EQ(similarity(shape(R"({"a": 1, "b": [2, 3]})"), shape(R"({"b": [3, 2], "a": 1})")),
              1.0);
    EXPECT_GE(similarity(shape(R"({"a": 1, "created_at": "x"})"),
                         shape(R"({"a": 1, "created_at": "y"})")),
              kSame);
}

TEST(Shapes, OtherContentIsNot) {
    EXPECT_LT(similarity(shape(R"({"id": 1, "owner": "a"})"), shape(R"({"id": 2, "owner": "b"})")),
              kSame);
    EXPECT_LT(similarity(shape(R"({"id": 1, "owner": "a"})"), shape(R"({"error": "no"})")),
              kErrorLike);
    EXPECT_EQ(similarity(shape(R"({"id": 1})"), shape("<html>hello</html>")), 0.0);
    EXPECT_EQ(similarity(shape("one two three four"), shape("one two three four")), 1.0);
    EXPECT_LT(similarity(shape("one two three four"), shape("five six seven eight")), kErrorLike);
}

TEST(Shapes, VolatileKeysAreLeftOut) {
    const auto first = Json::parse(R"({"id": 1, "hits": [{"n": 1}], "nonce2": 5})");
    const auto second = Json::parse(R"({"id": 1, "hits": [{"n": 2}], "nonce2": 6})");
    const auto keys = volatile_between(first, second);
    EXPECT_EQ(keys, (VolatileKeys{"/hits/*/n", "/nonce2"}));
    EXPECT_EQ(similarity(shape(first.dump(), keys), shape(second.dump(), keys)), 1.0);
}

TEST(Shapes, HostileBodiesEnd) {
    EXPECT_EQ(shape(std::string(200'000, '[')).is_json, false);
    EXPECT_LE(
        shape("[" + std::string(60'000, '0').replace(1, 59'998, std::string(29'999 * 2, ',')) + "]")
            .tuples.size(),
        20'001u);
}

struct ErrorCase {
    const char* body;
    bool expected;
};

TEST(Shapes, ErrorsAreToldFromAnswers) {
    const ErrorCase cases[] = {
        {R"({"error": "no"})", true},
        {R"({"message": "no", "code": 4})", true},
        {R"({"type": "t", "title": "x", "status": 404, "detail": "d"})", true},
        {R"({"status": "ok"})", false},
        {R"({"error": null, "items": [1]})", false},
        {R"([])", false},
        {R"({})", false},
        {R"({"status": "fail", "message": "x"})", true}};
    for (const auto& one : cases) {
        const net::Response response{.status = 200, .body = one.body};
        const auto json = json_body(response);
        EXPECT_EQ(is_error_shape(response, json.get()), one.expected) << one.body;
    }
}

struct HarvestCase {
    const char* path;
    const char* answer;
    const char* parameter;
    const char* expected;  // JSON list
};

TEST(Harvests, IdsAreFoundByNameAndContainer) {
    const HarvestCase cases[] = {
        {"/users", R"({"users": [{"id": 7, "username": "al"}]})", "userId", "[7]"},
        {"/users", R"({"users": [{"id": 7, "username": "al"}]})", "username", R"(["al"])"},
        {"/users", R"([{"user_id": 7}])", "id", "[7]"},
        {"/books/v1", R"({"Books": [{"book_title": "b", "user": "u"}]})", "book_title", R"(["b"])"},
        {"/orders", R"({"data": [{"id": 1}, {"id": 2}, {"id": 1}]})", "order_id", "[1,2]"},
        {"/orders", R"({"data": {"items": [{"number": "n1"}]}})", "orderNumber", R"(["n1"])"},
        {"/orders", R"({"id": 9, "item": "x"})", "id", "[9]"},
        {"/tags", R"(["red", "blue"])", "tag", R"(["red","blue"])"},
        {"/orders", R"([{"uuid": "u-1", "id": null}])", "orderId", R"(["u-1"])"},
        {"/orders", R"([{"note": "x"}])", "orderId", "[]"},
        {"/orders", R"([{"price": 5, "name": "x"}])", "id", "[]"},
    };
    for (const auto& one : cases) {
        Harvest harvest;
        harvest.add(Json::parse(one.answer), {.method = "GET", .path_template = one.path});
        EXPECT_EQ(Json(harvest.ids(one.parameter, nullptr)).dump(), one.expected)
            << one.answer << " " << one.parameter;
    }
}

TEST(Harvests, AnIntegerParameterTakesNoText) {
    Harvest harvest;
    harvest.add(Json::parse(R"([{"id": "abc"}, {"id": "12"}, {"id": 13}])"),
                {.method = "GET", .path_template = "/a"});
    const auto schema = Json::parse(R"({"type": "integer"})");
    EXPECT_EQ(Json(harvest.ids("id", &schema)).dump(), R"(["12",13])");
}

struct SensitiveCase {
    const char* answer;
    std::vector<std::string> expected;  // names
};

TEST(Sensitive, SecretsAreFoundAndDecoysAreNot) {
    const SensitiveCase cases[] = {
        {R"({"password": "hunter22"})", {"password"}},
        {R"({"users": [{"passwordHash": "5f4dcc3b5aa765d61d8327deb882cf99"}]})", {"passwordHash"}},
        {R"({"api_key": "abcd1234"})", {"api_key"}},
        {R"({"accessToken": "abcd1234"})", {"accessToken"}},
        {R"({"pin": 4711})", {"pin"}},
        {R"({"x": "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234"})", {"x"}},
        {R"({"note": "-----BEGIN RSA PRIVATE KEY-----\nMII"})", {"note"}},
        {R"({"card": "4111 1111 1111 1111"})", {"card"}},
        {R"({"card": 4111111111111111})", {"card"}},
        {R"([{"email": "a@x.example"}, {"email": "b@x.example"}])", {"email"}},
        {R"({"hasPassword": true, "password": null})", {}},
        {R"({"password": "********", "secret": "<hidden>", "token": "[redacted]"})", {}},
        {R"({"card": "************1111", "cardId": 4111111111111111})", {}},
        {R"({"nextPageToken": "abcd", "csrf_token": "abcd", "token": 3})", {}},
        {R"({"password": "Must have at least eight characters."})", {}},
        {R"({"token_endpoint": "https://x.example/token", "tokens": 7})", {}},
        {R"({"topics": ["reset your password"], "email": "me@x.example"})", {}},
        {R"({"openapi": "3.0.0", "password": "hunter22"})", {}},
        {R"({"password": {"type": "string"}})", {}},
    };
    for (const auto& one : cases) {
        std::vector<std::string> names;
        for (const auto& hit : find_sensitive(Json::parse(one.answer), {}))
            names.push_back(hit.name);
        EXPECT_EQ(names, one.expected) << one.answer;
    }
}

TEST(Sensitive, EchoesAndOwnLoginsAreNoLeaks) {
    EXPECT_TRUE(
        find_sensitive(Json::parse(R"({"password": "mine1234"})"), {.sent = {"mine1234"}}).empty());
    EXPECT_TRUE(
        find_sensitive(Json::parse(R"({"access_token": "abcd1234"})"), {.may_hold_tokens = true})
            .empty());
    EXPECT_FALSE(
        find_sensitive(Json::parse(R"({"password": "abcd1234"})"), {.may_hold_tokens = true})
            .empty());
}

struct LeakCase {
    const char* body;
    const char* expected;  // nullptr = none
};

TEST(Leaks, EachKindHasOneThatIsAndOneThatIsNot) {
    const LeakCase cases[] = {
        {"Traceback (most recent call last):\n", "a Python stack trace"},
        {"Traceback of the parcel", nullptr},
        {"at com.shop.Main.run(Main.java:17)", "a Java stack trace"},
        {"at noon (Main.java)", nullptr},
        {"<title>Whitelabel Error Page</title>", "Spring's error page"},
        {"Fatal error: Uncaught x in /a.php on line 3", "a PHP error"},
        {"System.NullReferenceException: x", "a .NET exception"},
        {"goroutine 17 [running]:", "a Go stack trace"},
        {"    at Object.<anonymous> (/srv/app/index.js:10:5)", "a Node.js stack trace"},
        {"You have an error in your SQL syntax; check", "SQL text of MySQL"},
        {"sqlite3.OperationalError: near \"x\": syntax error", "SQL text of SQLite"},
        {"ORA-01756: quoted string", "SQL text of Oracle"},
        {"SQLSTATE[42000]: x", "SQL text"},
        {"open /srv/shop/main.py: denied", "the path of a source file"},
        {"<script src=\"/static/app.js\"></script>", nullptr},
        {R"({"error": "no such item"})", nullptr},
    };
    for (const auto& one : cases) {
        const auto leaks = find_leaks(one.body, "");
        if (one.expected == nullptr)
            EXPECT_TRUE(leaks.empty()) << one.body << " " << leaks[0].what;
        else
            EXPECT_TRUE(!leaks.empty() && leaks[0].what == one.expected) << one.body;
    }
}

TEST(Leaks, AnEchoOfTheRequestIsNone) {
    EXPECT_TRUE(find_leaks("not found: ORA-01756", "http://h/ORA-01756").empty());
}

TEST(Malformed, StaysWithinItsBound) {
    Operation operation{.method = "GET", .path_template = "/a"};
    for (int i = 0; i < 40; ++i) operation.parameters.push_back({.name = "p" + std::to_string(i)});
    Draft draft{.operation = &operation};
    for (const auto& parameter : operation.parameters) draft.arguments.push_back({&parameter, "x"});
    const auto all = malformed_of(draft);
    EXPECT_EQ(all.size(), 16u);
    EXPECT_EQ(all[0].in, "query");
    EXPECT_EQ(all[0].name, "p0");
    EXPECT_EQ(all[0].draft.arguments[1].value, "x");
}

TEST(HeaderFactsOf, AnswersAreCounted) {
    HeaderFacts facts;
    net::Response answer{.status = 200, .body = "{}"};
    answer.headers = {{"Content-Type", "application/json"},
                      {"Server", "nginx/1.18.0"},
                      {"X-Content-Type-Options", "nosniff"}};
    note_headers(answer, true, Caller::SignedIn, facts);
    note_headers({.status = 200, .body = "x"}, false, Caller::Anonymous, facts);
    const auto json = to_json(facts);
    EXPECT_EQ(json["xContentTypeOptions"], Json::parse(R"({"present": 1, "missing": 1})"));
    EXPECT_EQ(json["cacheControlNoStore"], Json::parse(R"({"present": 0, "missing": 1})"));
    EXPECT_EQ(json["contentType"], Json::parse(R"({"ok": 1, "missing": 1, "wrong": 0})"));
    EXPECT_EQ(json["serverVersion"], "nginx/1.18.0");
}

}  // namespace
}  // namespace runner::api
