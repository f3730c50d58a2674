#include "base/json.h"
#include "scan/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace scan {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kGood = R"({"present": 3, "missing": 0})";
constexpr const char* kBad = R"({"present": 1, "missing": 2})";

// A record of one operation; `facts` replaces single header facts of a server that does everything
// right.
Record operation(std::string path, std::map<std::string, std::string> facts = {},
                 Json more = Json::object()) {
    Json headers;
    for (const auto* name : {"xContentTypeOptions", "hsts", "cacheControlNoStore"})
        headers[name] = Json::parse(kGood);
    headers["contentType"] = Json::parse(R"({"ok": 3, "missing": 0, "wrong": 0})");
    headers["serverVersion"] = "";
    headers["poweredBy"] = "";
    for (const auto& [name, fact] : facts) headers[name] = Json::parse(fact);
    Json data = {{"server", "0:shop"}, {"scheme", "https"}, {"method", "GET"},
                 {"template", path},   {"security", true},  {"headerFacts", headers},
                 {"specUri", "o.yaml"}};
    data.update(more);
    return {"GET " + path, "operation", "GET " + path, data.dump()};
}

std::vector<Finding> derived(std::vector<Record> records) {
    return derive(ScannerType::Api, records);
}

TEST(DeriveHeaders, FindsNothingOnAServerThatDoesItRight) {
    EXPECT_THAT(derived({operation("/a"), operation("/b")}), IsEmpty());
}

TEST(DeriveHeaders, MakesOneFindingAHeaderWithTheOperationsAsEvidence) {
    const auto findings =
        derived({operation("/b", {{"xContentTypeOptions", kBad}}), operation("/c"),
                 operation("/a", {{"xContentTypeOptions", kBad}})});
    ASSERT_THAT(findings, SizeIs(1));
    const auto& f = findings[0];
    EXPECT_EQ(f.rule_id, "api.headers");
    EXPECT_EQ(f.discriminator, "x-content-type-options");
    EXPECT_EQ(f.severity, Severity::Low);
    EXPECT_EQ(f.unit, "");
    EXPECT_EQ(describe(f.location), "0:shop");
    EXPECT_EQ(std::get<OperationLocation>(f.location).spec_uri, "o.yaml");
    EXPECT_EQ(f.message,
              "X-Content-Type-Options is missing in answers of 2 of 3 operations of 0:shop.");
    EXPECT_THAT(f.evidence, ElementsAre(Evidence{EvidenceKind::Note, "GET /a"},
                                        Evidence{EvidenceKind::Note, "GET /b"}));
}

TEST(DeriveHeaders, ShowsFiveOperationsAndCountsAll) {
    std::vector<Record> records;
    for (char c = 'a'; c <= 'k'; ++c)
        records.push_back(operation(std::string("/") + c, {{"hsts", kBad}}));
    const auto findings = derived(records);
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(findings[0].evidence, SizeIs(5));
    EXPECT_THAT(findings[0].message, HasSubstr("11 of 11 operations"));
}

TEST(DeriveHeaders, DoesNotDependOnTheOrderOfRecords) {
    std::vector<Record> records = {
        operation("/a", {{"serverVersion", R"("nginx/1.22.1")"}}, {{"specUri", "z.yaml"}}),
        operation("/b", {{"serverVersion", R"("nginx/1.18.0")"}, {"hsts", kBad}}),
        operation("/c", {{"poweredBy", R"("Express")"}}), operation("/d", {{"hsts", kBad}})};
    const auto expected = derived(records);
    EXPECT_THAT(expected, SizeIs(3));
    do {
        EXPECT_EQ(derived(records), expected);
    } while (std::ranges::next_permutation(records, {}, &Record::key).found);
}

TEST(DeriveHeaders, KeepsServersApart) {
    const auto findings = derived({operation("/a", {{"hsts", kBad}}),
                                   operation("/a", {{"hsts", kBad}}, {{"server", "1:other"}})});
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_NE(findings[0].id, findings[1].id);
}

TEST(DeriveHeaders, AsksForHstsOnHttpsOnly) {
    EXPECT_THAT(derived({operation("/a", {{"hsts", kBad}}, {{"scheme", "http"}})}), IsEmpty());
}

TEST(DeriveHeaders, AsksForNoStoreOnAuthenticatedOperationsOnly) {
    EXPECT_THAT(derived({operation("/a", {{"cacheControlNoStore", kBad}}, {{"security", false}})}),
                IsEmpty());
    const auto findings = derived({operation("/a", {{"cacheControlNoStore", kBad}})});
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_THAT(findings[0].cwe, ElementsAre(525));
}

TEST(DeriveHeaders, ReportsAContentTypeThatIsMissingOrWrong) {
    EXPECT_THAT(derived({operation("/a", {{"contentType", R"({"ok": 1, "wrong": 1})"}})}),
                SizeIs(1));
    EXPECT_THAT(derived({operation("/a", {{"contentType", R"("missing")"}})}), SizeIs(1));
    EXPECT_THAT(derived({operation("/a", {{"contentType", R"("ok")"}})}), IsEmpty());
}

TEST(DeriveHeaders, NamesVersionsAsInfo) {
    const auto findings = derived({operation("/a", {{"serverVersion", R"("nginx/1.22.1")"}})});
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].severity, Severity::Info);
    EXPECT_THAT(findings[0].message, HasSubstr("(nginx/1.22.1)"));
    EXPECT_EQ(findings[0].evidence[0].text, "GET /a  Server: nginx/1.22.1");
}

TEST(DeriveHeaders, LeavesOutWhatIsNotKnown) {
    EXPECT_THAT(
        derived({Record{"u", "operation", "k", "{}"}, Record{"u", "operation", "k", "broken"},
                 Record{"u", "bflaControl", "k", "{}"},
                 Record{"u", "operation", "k", R"({"headerFacts": {"hsts": 7, "poweredBy": 3}})"}}),
        IsEmpty());
}

TEST(Derive, HasNothingToAddForSynthetic) {
    EXPECT_THAT(derive(ScannerType::Synthetic, {operation("/a", {{"hsts", kBad}})}), IsEmpty());
}

}  // namespace
}  // namespace scan
