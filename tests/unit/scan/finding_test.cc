#include "scan/finding.h"

#include "base/digest.h"
#include "base/json.h"
#include "scan/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace scan {
namespace {

OperationLocation get_item() {
    return {.server = "0:shop.example.com", .method = "GET", .path_template = "/items/{id}"};
}

TEST(Fingerprint, IsTheDocumentedDigest) {
    const std::string text = "v1\napi.bola\n0:shop.example.com\nGET /items/{id}\nquery:q";
    EXPECT_EQ(fingerprint("api.bola", get_item(), "query:q"), base::sha256_hex(text).substr(0, 32));
}

TEST(Fingerprint, LeavesOutWhatChangesFromRunToRun) {
    auto moved = get_item();
    moved.start_line = 12;
    moved.start_column = 3;
    moved.spec_uri = "http://127.0.0.1:34567/openapi.json";
    moved.spec_pointer = "/paths/~1items";
    EXPECT_EQ(fingerprint("r", moved, ""), fingerprint("r", get_item(), ""));
    EXPECT_EQ(fingerprint("r", FileLocation{.path = "a", .start_line = 1}, ""),
              fingerprint("r", FileLocation{.path = "a", .start_line = 9}, ""));
}

TEST(Fingerprint, TellsRulePlaceAndDiscriminatorApart) {
    const auto base = fingerprint("r", get_item(), "");
    EXPECT_NE(fingerprint("s", get_item(), ""), base);
    EXPECT_NE(fingerprint("r", get_item(), "query:q"), base);
    auto other = get_item();
    other.method = "PUT";
    EXPECT_NE(fingerprint("r", other, ""), base);
}

TEST(Fingerprint, OfAHostLevelRuleIsAboutTheServerOnly) {
    EXPECT_EQ(canonical_location(OperationLocation{"0:host", "", ""}), "0:host");
}

TEST(Location, IsDescribedForPeople) {
    EXPECT_EQ(describe(get_item()), "GET /items/{id}");
    auto with_parameter = get_item();
    with_parameter.parameter_in = "query";
    with_parameter.parameter_name = "q";
    EXPECT_EQ(describe(with_parameter), "GET /items/{id} (query q)");
    EXPECT_EQ(describe(OperationLocation{"0:host", "", ""}), "0:host");
    EXPECT_EQ(describe(FileLocation{.path = "src/a.py", .start_line = 12}), "src/a.py:12");
    EXPECT_EQ(describe(FileLocation{.path = "src/a.py"}), "src/a.py");
    EXPECT_EQ(describe(GenericLocation{"u:1", "n"}), "n (u:1)");
    EXPECT_EQ(describe(GenericLocation{"u:1", ""}), "u:1");
    EXPECT_EQ(describe(GenericLocation{"", "n"}), "n");
}

Finding full_finding() {
    auto at = get_item();
    at.parameter_in = "path";
    at.parameter_name = "id";
    at.spec_pointer = "/paths/~1items~1{id}/get";
    at.spec_uri = "openapi.yaml";
    at.start_line = 7;
    at.start_column = 5;
    auto f = make_finding("api.bola", "GET /items/{id}", at, "User b reads \"item\" of user a");
    f.cvss_score = 81;
    f.target_kind = "api";
    f.target_name = "shop";
    f.target_uri = "http://shop.example.com";
    f.evidence = {{EvidenceKind::Request, "GET /items/1"},
                  {EvidenceKind::Response, "HTTP/1.1 200"},
                  {EvidenceKind::Snippet, "x"},
                  {EvidenceKind::Config, "y"},
                  {EvidenceKind::ScreenshotRef, "shot-1"}};
    f.tool_name = "tool";
    f.tool_version = "1.2";
    f.group = std::string(32, 'c');
    f.suppressed = Suppression{"exemption", "accepted"};
    return f;
}

TEST(FindingJson, KeepsEveryField) {
    const auto finding = full_finding();
    const auto again = parse_finding(finding_to_json(finding));
    ASSERT_TRUE(again.has_value()) << again.error().message();
    EXPECT_EQ(*again, finding);
}

TEST(FindingJson, KeepsFilesAndGenericPlaces) {
    auto finding = full_finding();
    finding.location = FileLocation{"a\\b\t\"ü\x01.py", 1, 2, 3, 4};
    EXPECT_EQ(parse_finding(finding_to_json(finding)), finding);
    finding.location = GenericLocation{"market://x/y", "candle"};
    finding.evidence = {{EvidenceKind::Note, "line\r\nline"}};
    EXPECT_EQ(parse_finding(finding_to_json(finding)), finding);
}

TEST(FindingJson, UsesTheNamesOfTheStream) {
    const auto json = base::parse_json(finding_to_json(full_finding()));
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(base::get_string(*json, "ruleID"), "api.bola");
    EXPECT_EQ(base::get_string(*json, "severity"), "high");
    EXPECT_EQ((*json)["location"]["parameter"]["in"], "path");
    EXPECT_EQ((*json)["evidence"][0]["redacted"], true);
    EXPECT_EQ((*json)["evidence"][4]["kind"], "screenshotRef");
}

TEST(FindingJson, RepairsInvalidUtf8InsteadOfFailing) {
    auto finding = full_finding();
    finding.message = "bad \xff byte";
    const auto again = parse_finding(finding_to_json(finding));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->message, "bad \xEF\xBF\xBD byte");
}

}  // namespace
}  // namespace scan
