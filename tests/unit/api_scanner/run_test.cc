// How a chunk runs: logins, budgets, stops, retries and the law.
#include "unit/api_scanner/scan_fixture.h"
#include "unit/api_scanner/shop_stub.h"

#include "base/json.h"

#include <algorithm>

namespace runner::api {
namespace {

using fakes::ApiAnswer;
using fakes::ApiRequest;

const Flaws kAllFlaws = {"auth", "exposure", "cors", "leak", "bola", "bola-names"};

ScanSetup shop_setup() {
    ScanSetup setup{.specification = shop_specification()};
    add_users(setup);
    return setup;
}

// Findings, records without times, and unit ends, sorted: what the law compares.
std::multiset<std::string> canonical(const std::vector<ScanOutcome>& attempts) {
    std::multiset<std::string> out;
    for (const auto& attempt : attempts) {
        for (const auto& finding : attempt.findings) out.insert(scan::finding_to_json(finding));
        for (const auto& record : attempt.records) {
            auto data = *base::parse_json(record.data_json);
            data.erase("medianMs");
            out.insert(record.key + base::dump_json(data));
        }
        for (const auto& [id, unit] : attempt.units) out.insert(id + " " + unit.reason);
    }
    return out;
}

TEST(Running, ResultsDoNotDependOnTheCutIntoChunks) {
    const fakes::StubApi api(shop(kAllFlaws));
    const auto whole = scan_with(shop_setup(), api);
    ASSERT_FALSE(whole.stop);
    std::set<std::string> groups;
    for (const auto& unit : whole.discovery.units) groups.insert(unit.affinity);
    std::vector<ScanOutcome> parts;
    for (const auto& group : groups) {
        auto setup = shop_setup();
        setup.affinities = {group};
        parts.push_back(scan_with(setup, api));
    }
    EXPECT_GT(groups.size(), 5u);
    EXPECT_EQ(canonical(parts), canonical({whole}));
}

TEST(Running, ResultsDoNotDependOnWhereAnAttemptDied) {
    const fakes::StubApi api(shop(kAllFlaws));
    const auto whole = canonical({scan_with(shop_setup(), api)});
    for (const int lines : {0, 3, 7, 12, 20, 33}) {
        auto first = shop_setup();
        first.stop_after_lines = lines;
        std::vector<ScanOutcome> attempts;
        attempts.push_back(scan_with(first, api));
        auto second = shop_setup();
        for (const auto& [id, unit] : attempts[0].units) second.finished.insert(id);
        attempts.push_back(scan_with(second, api));
        EXPECT_EQ(canonical(attempts), whole) << "stopped after " << lines << " lines";
    }
}

TEST(Running, UnitsSayWhetherTheyWereReached) {
    const fakes::StubApi api([](const ApiRequest& request) {
        return request.path == "/a" ? ApiAnswer{.body = "{\"a\": 1}"} : ApiAnswer{.status = 404};
    });
    const auto outcome = scan_with(
        {.specification = specification_of(R"("/a": {"get": {}}, "/b": {"get": {}})")}, api);
    EXPECT_EQ(outcome.truth("GET /a", "reached2xx"), 1);
    EXPECT_EQ(outcome.truth("GET /b", "reached2xx"), 0);
    EXPECT_EQ(outcome.units.at("GET /b").reason, "no-baseline");
    EXPECT_EQ(outcome.units.at("GET /b").status, scan::UnitStatus::Ok);
}

TEST(Running, ADefectiveOperationIsOneFailedUnit) {
    const fakes::StubApi api([](const ApiRequest&) { return ApiAnswer{.body = "{\"a\": 1}"}; });
    const auto outcome =
        scan_with({.specification = specification_of(
                       R"("/a": {"get": {}}, "/b": {"get": {"parameters": [{"in": "query"}]}})")},
                  api);
    EXPECT_EQ(outcome.units.at("GET /a").status, scan::UnitStatus::Ok);
    EXPECT_EQ(outcome.units.at("GET /b").status, scan::UnitStatus::Failed);
    EXPECT_EQ(outcome.units.at("GET /b").reason, "spec-invalid-operation");
}

TEST(Running, ASpentBudgetFailsTheUnitAndKeepsItsFindings) {
    const fakes::StubApi api(shop({"auth"}));
    auto setup = shop_setup();
    setup.options.max_requests_per_operation = 4;
    const auto outcome = scan_with(setup, api);
    EXPECT_EQ(outcome.units.at("GET /invoices").status, scan::UnitStatus::Failed);
    EXPECT_EQ(outcome.units.at("GET /invoices").reason, "budget-spent");
    EXPECT_NE(outcome.finding("api.auth.missing", "GET /invoices"), nullptr);
    for (const auto& [id, unit] : outcome.units) EXPECT_LE(unit.requests, 4) << id;
}

TEST(Running, WithoutPersonasTheDocumentedAnswerIsTheWitness) {
    const fakes::StubApi api(shop({"auth"}));
    const auto spec = specification_of(
        R"("/invoices": {"get": {"security": [{"bearer": []}], "responses": {"200": {"content":
        {"application/json": {"schema": {"type": "array", "items": {"type": "object", "required": ["id", "iban"]}}}}}}}},
        "/orders": {"get": {"security": [{"bearer": []}]}})");
    const auto outcome = scan_with({.specification = spec}, api);
    const auto* finding = outcome.finding("api.auth.missing", "GET /invoices");
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->severity, scan::Severity::Medium);
    EXPECT_EQ(outcome.finding("api.auth.missing", "GET /orders"), nullptr);
}

TEST(Running, ACatchAllPageIsNoOpenOperation) {
    const fakes::StubApi api([](const ApiRequest&) {
        return ApiAnswer{.body = "<html>welcome to the front end of the shop</html>",
                         .headers = {{"Content-Type", "text/html"}}};
    });
    ScanSetup setup{.specification =
                        specification_of(R"("/a": {"get": {"security": [{"bearer": []}]}})")};
    add_users(setup);
    EXPECT_EQ(scan_with(setup, api).finding("api.auth.missing", "GET /a"), nullptr);
}

struct LoginShop {
    int logins = 0;
    int served = 0;

    fakes::StubApi::Handler handler(int lifetime) {
        return [this, lifetime](const ApiRequest& request) {
            if (request.path == "/login") {
                if (request.body.find("right") == std::string::npos)
                    return ApiAnswer{.status = 401, .body = "{}"};
                ++logins;
                served = 0;
                return ApiAnswer{.body = R"({"auth_token": "session-)" + std::to_string(logins) +
                                         "\"}"};
            }
            const bool known =
                request.header("authorization") == "Bearer session-" + std::to_string(logins);
            if (!known || ++served > lifetime)
                return ApiAnswer{.status = 401, .body = R"({"error": "expired"})"};
            return ApiAnswer{.body = R"({"secretless": 1})"};
        };
    }
};

ScanSetup login_setup(const std::string& password) {
    ScanSetup setup{.specification =
                        specification_of(R"("/a": {"get": {"security": [{"bearer": []}]}},
                                                         "/b": {"get": {"security": [{"bearer": []}]}})")};
    auto persona = bearer("alice");
    persona.kind = scan::PersonaKind::Login;
    persona.login = scan::LoginStep{.operation = "POST /login"};
    setup.personas = {persona};
    setup.credentials["alice"] = {{"username", "alice"}, {"password", password}};
    return setup;
}

TEST(Running, LogsInOncePerChunk) {
    LoginShop shop;
    const fakes::StubApi api(shop.handler(1'000));
    const auto outcome = scan_with(login_setup("right"), api);
    EXPECT_EQ(outcome.truth("GET /a", "reached2xx"), 1);
    EXPECT_EQ(outcome.truth("GET /b", "reached2xx"), 1);
    EXPECT_EQ(shop.logins, 1);
}

TEST(Running, LogsInAgainWhenTheSessionEndsButNotForEver) {
    LoginShop shop;
    const fakes::StubApi api(shop.handler(3));
    const auto outcome = scan_with(login_setup("right"), api);
    EXPECT_EQ(outcome.truth("GET /a", "reached2xx"), 1);
    EXPECT_GT(shop.logins, 1);
    EXPECT_LE(shop.logins, 4);
}

TEST(Running, RefusedLoginsEndWithTheirOwnCode) {
    LoginShop shop;
    const fakes::StubApi api(shop.handler(1'000));
    const auto outcome = scan_with(login_setup("wrong"), api);
    ASSERT_TRUE(outcome.stop);
    EXPECT_EQ(outcome.stop->code, scan::ExitCode::CredentialsRefused);
    EXPECT_TRUE(outcome.units.empty());
    EXPECT_EQ(outcome.stop->error.message().find("wrong"), std::string::npos);
}

TEST(Running, ATokenThatTheTargetEchoesIsNotShown) {
    const fakes::StubApi api([](const ApiRequest& request) {
        if (request.path == "/login")
            return ApiAnswer{.body = R"({"token": "very-private-session"})"};
        return ApiAnswer{.body = R"({"you": ")" + request.header("authorization") +
                                 R"(", "password": "hunter22x"})"};
    });
    const auto outcome = scan_with(login_setup("right"), api);
    ASSERT_FALSE(outcome.findings.empty());
    for (const auto& finding : outcome.findings) {
        EXPECT_EQ(scan::finding_to_json(finding).find("very-private-session"), std::string::npos);
    }
}

TEST(Running, ServerErrorsEverywhereEndTheAttempt) {
    int calls = 0;
    const fakes::StubApi api([&](const ApiRequest& request) {
        // Up at discovery, down ever after.
        return ++calls == 1 && request.method == "HEAD" ? ApiAnswer{.status = 200}
                                                        : ApiAnswer{.status = 500, .body = "{}"};
    });
    std::string paths;
    for (int i = 0; i < 12; ++i)
        paths += (i == 0 ? "\"/p" : ", \"/p") + std::to_string(i) + "\": {\"get\": {}}";
    const auto outcome = scan_with(
        {.specification = specification_of(paths), .level = scan::Authorization::Passive}, api);
    ASSERT_TRUE(outcome.stop);
    EXPECT_EQ(outcome.stop->code, scan::ExitCode::TargetUnavailable);
    EXPECT_EQ(outcome.units.size(), 9u);
}

TEST(Running, DeletesOnlyWhatItCreated) {
    const fakes::StubApi api([](const ApiRequest& request) {
        if (request.method == "POST") return ApiAnswer{.status = 201, .body = R"({"id": 99})"};
        if (request.path == "/items") return ApiAnswer{.body = R"([{"id": 1}, {"id": 2}])"};
        return ApiAnswer{.body = R"({"id": 1})"};
    });
    const auto spec = specification_of(
        R"("/items": {"get": {}, "post": {}}, "/items/{id}": {"get": {}, "put": {}, "delete": {}})");
    scan_with({.specification = spec, .level = scan::Authorization::Intrusive}, api);
    std::vector<std::string> order;
    for (const auto& request : api.requests()) {
        const bool deletes_listed = request.method == "DELETE" &&
                                    (request.path == "/items/1" || request.path == "/items/2");
        EXPECT_FALSE(deletes_listed) << request.path;
        if (order.empty() || order.back() != request.method) order.push_back(request.method);
    }
    EXPECT_EQ(order.back(), "DELETE");
}

TEST(Running, PassiveSendsNoUnsafeMethodAndNoGuess) {
    const fakes::StubApi api(shop(kAllFlaws));
    auto setup = shop_setup();
    setup.level = scan::Authorization::Passive;
    scan_with(setup, api);
    const auto requests = api.requests();
    EXPECT_FALSE(requests.empty());
    for (const auto& request : requests) {
        EXPECT_TRUE(request.method == "GET" || request.method == "HEAD") << request.method;
        EXPECT_EQ(request.path.find('\''), std::string::npos) << request.path;
    }
}

}  // namespace
}  // namespace runner::api
