// Whatever a scanner emits, the line that is written can be read.
#include "scan/stream.h"
#include "scan/stream_bounds.h"
#include "unit/scan/sample_lines.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>

namespace scan {
namespace {

template <typename T>
T read_back(const T& line) {
    const auto text = to_line(line);
    EXPECT_LE(text.size(), kLineBytesMax);
    LineParser parser;
    const auto read = parser.parse(std::string_view(text).substr(0, text.size() - 1));
    EXPECT_TRUE(read) << read.error().message();
    return read ? std::get<T>(*read) : T{};
}

// A finding with all of its text replaced.
Finding filled_with(const std::string& text) {
    auto finding = samples::finding();
    for (auto* field :
         {&finding.unit, &finding.title, &finding.message, &finding.target_kind,
          &finding.target_name, &finding.target_uri, &finding.remediation, &finding.tool_name,
          &finding.tool_version, &finding.discriminator, &finding.suppressed->reason}) {
        *field = text;
    }
    finding.location = OperationLocation{text, text, text, text, text, text, text, 1, 1};
    finding.evidence.assign(9, {EvidenceKind::Response, text});
    finding.references.assign(20, text);
    finding.owasp.assign(20, text);
    finding.cwe.assign(20, 79);
    return finding;
}

TEST(Cutting, BringsEveryFieldOfAFindingWithinItsBounds) {
    const auto read = read_back(filled_with(std::string(10'000, 'x')));
    EXPECT_EQ(read.title.size(), bounds::kTitleBytes);
    EXPECT_TRUE(read.title.ends_with("…"));
    EXPECT_EQ(read.message.size(), bounds::kMessageBytes);
    EXPECT_EQ(read.evidence.size(), bounds::kEvidenceCount);
    EXPECT_EQ(read.evidence[0].text.size(), bounds::kEvidenceBytes);
    EXPECT_EQ(read.references.size(), bounds::kReferenceCount);
    EXPECT_EQ(read.owasp.size(), bounds::kOwaspCount);
    EXPECT_EQ(read.cwe.size(), bounds::kCweCount);
    EXPECT_EQ(std::get<OperationLocation>(read.location).path_template.size(), bounds::kUrlBytes);
}

TEST(Cutting, LeavesShortTextAlone) {
    EXPECT_EQ(read_back(samples::finding()), samples::finding());
}

TEST(Cutting, GivesUpEvidenceFirst) {
    // Each of these bytes is written as six.
    const auto read = read_back(filled_with(std::string(10'000, '\x01')));
    EXPECT_LT(read.evidence.empty() ? 0 : read.evidence[0].text.size(), bounds::kEvidenceBytes);
    EXPECT_EQ(read.id, samples::finding().id);
    EXPECT_EQ(read.title.size(), bounds::kTitleBytes);
}

TEST(Cutting, CutsAtACharacter) {
    auto finding = samples::finding();
    finding.title.clear();
    while (finding.title.size() < 300) finding.title += "→";
    EXPECT_TRUE(base::is_utf8(read_back(finding).title));
}

TEST(Cutting, CutsOtherLocations) {
    auto finding = samples::finding();
    const std::string text(5000, 'x');
    finding.location = FileLocation{.path = text};
    EXPECT_EQ(std::get<FileLocation>(read_back(finding).location).path.size(), bounds::kUrlBytes);
    finding.location = GenericLocation{.uri = text, .name = text};
    EXPECT_EQ(std::get<GenericLocation>(read_back(finding).location).uri.size(), bounds::kUrlBytes);
}

TEST(Cutting, CutsLogsMetricsAndUnits) {
    const std::string text(5000, 'x');
    EXPECT_EQ(read_back(LogLine{.msg = text, .unit = text}).msg.size(), bounds::kLogBytes);
    MetricLine metric{.name = text, .unit_of_measure = text};
    UnitLine unit{.id = text, .reason = "ok"};
    for (int i = 0; i < 100; ++i) {
        metric.labels.emplace_back("l" + std::to_string(i), text);
        unit.truth.emplace_back("t" + std::to_string(100 + i), i);
    }
    EXPECT_EQ(read_back(metric).labels.size(), bounds::kLabelCount);
    EXPECT_EQ(read_back(unit).truth.size(), bounds::kTruthCount);
    EXPECT_EQ(read_back(unit).id.size(), bounds::kUnitIdBytes);
}

TEST(Cutting, KeepsAPauseWithinAnHour) {
    auto end = samples::end();
    end.pause_seconds = 86'400;
    EXPECT_EQ(read_back(end).pause_seconds, 3600);
}

TEST(Cutting, ReplacesARecordThatIsTooLarge) {
    auto record = samples::record();
    record.data_json = "{\"a\":\"" + std::string(300'000, 'x') + "\"}";
    EXPECT_EQ(read_back(record).data_json, R"({"truncated":true})");
}

TEST(Cutting, WritesARecordInOneLine) {
    auto record = samples::record();
    record.data_json = "{\n\"a\":\r\n1}";
    EXPECT_EQ(read_back(record).data_json, R"({"a":1})");
}

RC_GTEST_PROP(Cutting, MakesALineOfAnyBytes, (const std::string& seed)) {
    std::string text;
    const auto size = *rc::gen::inRange<std::size_t>(0, 6000);
    while (!seed.empty() && text.size() < size) text += seed;
    const auto finding = filled_with(text);
    const auto read = read_back(finding);
    RC_ASSERT(read.id == finding.id);
    read_back(LogLine{.msg = text, .unit = {}});
    read_back(UnitLine{.id = "u" + text});
    read_back(Record{.unit = text, .kind = "k", .key = text});
}

}  // namespace
}  // namespace scan
