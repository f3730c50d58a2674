#include "scan/rules.h"

#include "base/redact.h"
#include "scan/clean_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Rules, AreSortedAndUnique) {
    const auto rules = all_rules();
    ASSERT_FALSE(rules.empty());
    EXPECT_EQ(std::ranges::adjacent_find(rules, std::ranges::greater_equal{}, &Rule::id),
              rules.end());
}

TEST(Rules, HoldTheChecksOfTheFirstRelease) {
    std::set<std::string_view> ids;
    for (const auto& rule : all_rules()) ids.insert(rule.id);
    for (const auto* id : {"api.auth.missing", "api.exposure.sensitive", "api.cors", "api.headers",
                           "api.error-leak", "api.5xx", "api.bola", "synthetic.finding"}) {
        EXPECT_TRUE(ids.contains(id)) << id;
        EXPECT_NE(find_rule(id), nullptr) << id;
    }
    EXPECT_EQ(find_rule("api.unknown"), nullptr);
    EXPECT_EQ(find_rule(""), nullptr);
}

bool is_pascal_case(std::string_view name) {
    const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' && std::ranges::all_of(name, letter);
}

TEST(Rules, KeepTheirBounds) {
    for (const auto& rule : all_rules()) {
        SCOPED_TRACE(rule.id);
        EXPECT_LE(rule.id.size(), 128u);
        EXPECT_TRUE(is_pascal_case(rule.name));
        EXPECT_FALSE(rule.title.empty());
        EXPECT_LE(rule.title.size(), 200u);
        EXPECT_FALSE(rule.description.empty());
        EXPECT_FALSE(rule.remediation.empty());
        EXPECT_LE(rule.remediation.size(), 2048u);
        EXPECT_LE(rule.cwe.size(), 8u);
        EXPECT_LE(rule.references.size(), 10u);
    }
}

TEST(Rules, OfTheApiScannerNameWeaknessCategoryAndReferences) {
    for (const auto& rule : all_rules()) {
        if (!rule.id.starts_with("api.")) continue;
        SCOPED_TRACE(rule.id);
        EXPECT_FALSE(rule.cwe.empty());
        ASSERT_EQ(rule.owasp.size(), 1u);
        EXPECT_THAT(std::string(rule.owasp[0]), testing::MatchesRegex("API[0-9]+:2023"));
        ASSERT_GE(rule.references.size(), 2u);
        EXPECT_THAT(std::string(rule.references.front()),
                    StartsWith("https://owasp.org/API-Security/"));
        EXPECT_THAT(std::string(rule.references.back()), StartsWith("https://cwe.mitre.org/"));
    }
}

// Exports check only what is not rule data, so rule data must pass the check here.
TEST(Rules, LookNothingLikeASecretAndAreCleanText) {
    for (const auto& rule : all_rules()) {
        for (const auto text :
             {rule.id, rule.name, rule.title, rule.description, rule.remediation}) {
            EXPECT_FALSE(base::has_secret(text)) << text;
            EXPECT_TRUE(is_clean(text, Lines::Join)) << text;
        }
        for (const auto url : rule.references) EXPECT_FALSE(base::has_secret(url)) << url;
    }
}

TEST(Rules, MakeWholeFindings) {
    const auto f =
        make_finding("api.auth.missing", "GET /me",
                     OperationLocation{.server = "0:h", .method = "GET", .path_template = "/me"},
                     "answers without a token");
    EXPECT_EQ(f.title, find_rule("api.auth.missing")->title);
    EXPECT_EQ(f.severity, Severity::High);
    EXPECT_THAT(f.cwe, ElementsAre(306));
    EXPECT_THAT(f.owasp, ElementsAre("API2:2023"));
    EXPECT_EQ(f.references.size(), 2u);
    EXPECT_EQ(f.discriminator, "");
    EXPECT_EQ(f.id, fingerprint(f.rule_id, f.location, ""));
}

TEST(Rules, TellParametersOfOneOperationApart) {
    OperationLocation at{.server = "0:h", .method = "GET", .path_template = "/x"};
    at.parameter_in = "query";
    at.parameter_name = "q";
    const auto f = make_finding("api.error-leak", "u", at, "m");
    EXPECT_EQ(f.discriminator, "query:q");
    EXPECT_EQ(make_finding("api.error-leak", "u", at, "m", "own").discriminator, "own");
}

}  // namespace
}  // namespace scan
