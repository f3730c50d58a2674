// What makes a finding acceptable.
#include "scan/finding.h"
#include "scan/stream_finding.h"
#include "unit/scan/sample_lines.h"

#include <gtest/gtest.h>

#include <string>

namespace scan {
namespace {

std::string refusal(std::string_view from, std::string_view to) {
    auto text = finding_to_json(samples::finding());
    const auto at = text.find(from);
    if (at == std::string::npos) return "\"" + std::string(from) + "\" is not in " + text;
    const auto finding = parse_finding(text.replace(at, from.size(), to));
    return finding ? "accepted" : finding.error().message();
}

TEST(FindingJson, ReadsBackAsItWasWritten) {
    const auto finding = parse_finding(finding_to_json(samples::finding()));
    ASSERT_TRUE(finding) << finding.error().message();
    EXPECT_EQ(*finding, samples::finding());
}

TEST(FindingJson, SaysWhatIsWrong) {
    struct Case {
        std::string_view claim, from, to, message;
    };
    const Case cases[] = {
        {"short id", R"("id":"0123)", R"("id":"123)",
         "finding.id must be 32 lower-case hex digits"},
        {"no id", R"("id":)", R"("ib":)", "finding.id is missing"},
        {"rule of other letters", "api.bola", "Api.Bola",
         "finding.ruleID may hold only [a-z0-9.-]"},
        {"unknown severity", R"("severity":"high")", R"("severity":"High")",
         "finding.severity is not a known word: \"High\""},
        {"unknown confidence", R"("confidence":"medium")", R"("confidence":"sure")",
         "finding.confidence is not a known word: \"sure\""},
        {"score", R"("cvssScore":81)", R"("cvssScore":101)",
         "finding.cvssScore must be between 0 and 100, is 101"},
        {"weakness", "[639,285]", "[0]", "finding.cwe must hold integers of 1 to 99999"},
        {"weaknesses that are no list", "[639,285]", "7", "finding.cwe must be a list"},
        {"too many weaknesses", "[639,285]", "[1,2,3,4,5,6,7,8,9]",
         "finding.cwe must have at most 8 items, has 9"},
        {"list of something else", R"(["API1:2023"])", "[1]",
         "finding.owasp must hold strings of 1 to 64 bytes"},
        {"unknown category", R"("privacy")", R"("fun")",
         "finding.category is not a known word: \"fun\""},
        {"no location", R"("location":)", R"("place":)", "finding.location is missing"},
        {"location of a kind to come", R"("kind":"operation")", R"("kind":"page")",
         "finding.location.kind must be operation, file or generic"},
        {"parameter without a name", R"("name":"id")", R"("nom":"id")",
         "finding.location.parameter.name is missing"},
        {"place before the first line", R"("startLine":12)", R"("startLine":-1)",
         "finding.location.startLine must be between 0 and 2147483647, is -1"},
        {"evidence that is not redacted", R"("redacted":true)", R"("redacted":false)",
         "finding.evidence.redacted must be true"},
        {"evidence of no kind", R"("kind":"request")", R"("kind":"smell")",
         "finding.evidence.kind is not a known word: \"smell\""},
        {"evidence that is no object", R"("evidence":[{)", R"("evidence":[1,{)",
         "finding.evidence must hold objects"},
        {"target that is no object", R"("target":{"kind":"api","name":"shop","uri":"http://shop"})",
         R"("target":[])", "finding.target must be an object"},
        {"suppressed by nobody", R"("by":"inline")", R"("by":"me")",
         "finding.suppressed.by must be inline, ignoreFile, baseline, tool or exemption"},
        {"group that is no digest", R"("group":"fedc)", R"("group":"xxxx)",
         "finding.group must be 32 lower-case hex digits"},
    };
    for (const auto& c : cases) EXPECT_EQ(refusal(c.from, c.to), c.message) << c.claim;
}

TEST(FindingJson, RefusesTextBeyondItsBounds) {
    auto finding = samples::finding();
    finding.title = std::string(201, 'x');
    const auto read = parse_finding(finding_to_json(finding));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message(), "finding.title must have 0 to 200 bytes, has 201");
}

TEST(FindingJson, RefusesWhatIsNoObject) {
    EXPECT_EQ(parse_finding("7").error().message(), "not a JSON object");
    simdjson::dom::parser parser;
    const simdjson::padded_string text(std::string_view("[7]"));
    const json::Element item = parser.parse(text).at(0);
    EXPECT_EQ(finding_from(item).error().message(), "a finding must be an object");
    EXPECT_EQ(record_from(item).error().message(), "a record must be an object");
}

TEST(FindingJson, IsReadOutOfALargerDocument) {
    simdjson::dom::parser parser;
    const simdjson::padded_string text("[" + finding_to_json(samples::finding()) + "," +
                                       samples::json(samples::record()) + ",{}]");
    const json::Element document = parser.parse(text);
    EXPECT_EQ(*finding_from(document.at(0).value()), samples::finding());
    EXPECT_EQ(*record_from(document.at(1).value()), samples::record());
    EXPECT_FALSE(finding_from(document.at(2).value()));
    EXPECT_FALSE(record_from(document.at(2).value()));
}

TEST(FindingJson, LeavesNothingOfTheFindingReadBefore) {
    Finding plain;
    plain.id = std::string(32, '0');
    plain.rule_id = "a";
    plain.location = GenericLocation{};
    json::Parser parser;
    Finding into = samples::finding();
    const auto object = parser.parse_object(finding_to_json(plain), kLineBytesMax);
    ASSERT_TRUE(object);
    json::Reader reader(*object, "finding");
    read_finding(reader, into);
    ASSERT_TRUE(reader.done());
    EXPECT_EQ(into, plain);
}

}  // namespace
}  // namespace scan
