// Each check against a flawed and a fixed shop.
#include "unit/api_scanner/scan_fixture.h"
#include "unit/api_scanner/shop_stub.h"

namespace runner::api {
namespace {

using scan::Severity;

ScanOutcome scan_shop(const Flaws& flaws, scan::Authorization level = scan::Authorization::Active) {
    const fakes::StubApi api(shop(flaws));
    ScanSetup setup{.specification = shop_specification(), .level = level};
    add_users(setup);
    return scan_with(setup, api);
}

// Only what the flaw is about; headers come from derive.
std::set<std::string> grave(const ScanOutcome& outcome) { return outcome.found(Severity::Medium); }

TEST(Checks, FixedShopAndItsDecoysHaveNothing) {
    const auto outcome = scan_shop({});
    ASSERT_FALSE(outcome.stop) << outcome.stop->error.message();
    EXPECT_EQ(outcome.found(Severity::Low), std::set<std::string>());
    EXPECT_EQ(outcome.units.size(), 15u);
}

TEST(Checks, WildcardWithoutCredentialsIsAFactOnly) {
    const auto outcome = scan_shop({});
    const auto* finding = outcome.finding("api.cors", "GET /products");
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->severity, Severity::Info);
}

TEST(Checks, ForgottenAuthenticationIsFoundPassively) {
    const auto outcome = scan_shop({"auth"}, scan::Authorization::Passive);
    EXPECT_EQ(grave(outcome), std::set<std::string>{"api.auth.missing GET /invoices"});
    EXPECT_EQ(outcome.finding("api.auth.missing", "GET /invoices")->severity, Severity::High);
}

TEST(Checks, ExposedSecretsAreFoundAndMaskedOnesAreNot) {
    const auto outcome = scan_shop({"exposure"});
    EXPECT_EQ(grave(outcome), (std::set<std::string>{"api.exposure.sensitive GET /debug",
                                                     "api.exposure.sensitive GET /payments"}));
    EXPECT_EQ(outcome.finding("api.exposure.sensitive", "GET /debug")->severity, Severity::High);
}

TEST(Checks, ExposedSecretsDoNotLeaveTheRunner) {
    const auto outcome = scan_shop({"exposure", "bola", "auth"});
    for (const auto& finding : outcome.findings) {
        const auto text = scan::finding_to_json(finding);
        EXPECT_EQ(text.find("4111111111111111"), std::string::npos) << text;
        EXPECT_EQ(text.find("pass1-of-admin"), std::string::npos) << text;
        EXPECT_EQ(text.find("token-alice"), std::string::npos) << text;
        EXPECT_EQ(text.find("token-bob"), std::string::npos) << text;
    }
}

TEST(Checks, ReflectedOriginWithCredentialsIsFound) {
    const auto outcome = scan_shop({"cors"});
    EXPECT_EQ(grave(outcome), std::set<std::string>{"api.cors GET /settings"});
}

TEST(Checks, StackTraceOfMalformedInputIsFound) {
    const auto outcome = scan_shop({"leak"});
    EXPECT_EQ(grave(outcome), std::set<std::string>{"api.error-leak GET /coupons/{code}"});
    EXPECT_EQ(outcome.finding("api.error-leak", "GET /coupons/{code}")->discriminator, "path:code");
    EXPECT_EQ(outcome.finding("api.5xx", "GET /coupons/{code}"), nullptr);
}

TEST(Checks, FailureWithoutALeakIsLow) {
    const auto outcome = scan_shop({"5xx"});
    EXPECT_EQ(outcome.found(Severity::Low), std::set<std::string>{"api.5xx GET /coupons/{code}"});
}

TEST(Checks, MalformedInputIsNotSentPassively) {
    const auto outcome = scan_shop({"leak", "bola"}, scan::Authorization::Passive);
    EXPECT_EQ(grave(outcome), std::set<std::string>());
}

TEST(Checks, AnotherUsersListedObjectIsFound) {
    const auto outcome = scan_shop({"bola"});
    EXPECT_EQ(grave(outcome), std::set<std::string>{"api.bola GET /orders/{orderId}"});
    EXPECT_EQ(outcome.finding("api.bola", "GET /orders/{orderId}")->confidence,
              scan::Confidence::High);
}

TEST(Checks, AnotherUsersObjectUnderTheirNameIsFoundWithoutAList) {
    const auto outcome = scan_shop({"bola-names"});
    EXPECT_EQ(grave(outcome), std::set<std::string>{"api.bola GET /users/{username}"});
}

TEST(Checks, SecretOfAPublicListsObjectIsFound) {
    for (const bool flawed : {true, false}) {
        const fakes::StubApi api(shop(flawed ? Flaws{"secret-books"} : Flaws{}));
        ScanSetup setup{.specification = shop_specification(Books::Described)};
        add_users(setup);
        setup.options.include_checks = {"api.bola"};
        const auto outcome = scan_with(setup, api);
        EXPECT_EQ(outcome.finding("api.bola", "GET /books/{title}") != nullptr, flawed);
    }
}

TEST(Checks, OneUserAloneProvesNoObjectLevelFlaw) {
    const fakes::StubApi api(shop({"bola"}));
    ScanSetup setup{.specification = shop_specification()};
    setup.personas = {bearer("alice")};
    setup.credentials["alice"] = {{"token", "token-alice"}};
    const auto outcome = scan_with(setup, api);
    EXPECT_EQ(grave(outcome), std::set<std::string>());
    const auto planned = outcome.truth("GET /orders/{orderId}", "checksPlanned");
    EXPECT_EQ(outcome.truth("GET /orders/{orderId}", "checksRun"), planned - 1);
}

TEST(Checks, FilteredChecksDoNotRun) {
    const fakes::StubApi api(shop({"bola", "cors", "auth"}));
    ScanSetup setup{.specification = shop_specification()};
    add_users(setup);
    setup.options.include_checks = {"api.auth", "api.cors"};
    setup.options.exclude_checks = {"api.cors"};
    EXPECT_EQ(grave(scan_with(setup, api)),
              std::set<std::string>{"api.auth.missing GET /invoices"});
}

TEST(Checks, AnOperationCostsFewRequests) {
    const auto outcome = scan_shop({"bola", "cors", "auth", "exposure", "leak"});
    for (const auto& [id, unit] : outcome.units) EXPECT_LE(unit.requests, 60) << id;
}

}  // namespace
}  // namespace runner::api
