#include "scan/stream.h"
#include "unit/scan/sample_lines.h"

#include <gtest/gtest.h>

namespace scan {
namespace {

TEST(StreamLine, IsWrittenLikeThis) {
    using samples::json;
    EXPECT_EQ(
        json(samples::meta()),
        R"({"type":"meta","v":1,"job":"petstore","runID":"7f3c-2","chunk":4,"attempt":2,"scanner":"Api","scannerVersion":"0.1.0","rulesVersion":"7","startedAt":"2026-01-31T12:00:00.123Z"})");
    EXPECT_EQ(
        json(samples::unit()),
        R"({"type":"unit","id":"GET /items/{id}","status":"timedOut","reason":"budget-spent","ms":120,"requests":7,"bytes":4096,"truth":{"checksRun":5,"reached2xx":1}})");
    EXPECT_EQ(
        json(samples::record()),
        R"({"type":"record","unit":"GET /items/{id}","kind":"operation","key":"GET /items/{id}","data":{"b":[1,"x"],"a":{"c":null}}})");
    EXPECT_EQ(
        json(samples::metric()),
        R"({"type":"metric","name":"requests","value":-7,"unitOfMeasure":"count","labels":{"status":"2xx","host":"shop"}})");
    EXPECT_EQ(json(samples::log()), R"({"type":"log","level":"warn","msg":"slow","unit":"GET /"})");
    EXPECT_EQ(
        json(samples::end()),
        R"({"type":"end","status":"partial","units":{"ok":1,"failed":2,"skipped":3,"forbidden":4,"timedOut":5},"findings":6,"records":7,"truncated":true,"pause":{"seconds":60},"sha256":")" +
            samples::kDigest + R"("})");
    EXPECT_TRUE(json(samples::finding()).starts_with(R"({"type":"finding","id":"01234)"));
}

TEST(StreamLine, EndsWithOneLineEnd) {
    for (const auto& line : samples::lines()) {
        const auto text = to_line(line);
        EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
    }
}

TEST(StreamLine, LeavesEmptyFieldsOut) {
    EXPECT_EQ(
        to_line(UnitLine{.id = "u"}),
        "{\"type\":\"unit\",\"id\":\"u\",\"status\":\"ok\",\"ms\":0,\"requests\":0,\"bytes\":0}\n");
    EXPECT_EQ(to_line(LogLine{.level = LogLevel::Debug, .msg = "m"}),
              "{\"type\":\"log\",\"level\":\"debug\",\"msg\":\"m\"}\n");
    EXPECT_EQ(to_line(MetricLine{.name = "n"}),
              "{\"type\":\"metric\",\"name\":\"n\",\"value\":0}\n");
}

TEST(StreamLine, ReadsBackAsItWasWritten) {
    LineParser parser;
    for (const auto& line : samples::lines()) {
        const auto text = samples::json(line);
        const auto read = parser.parse(text);
        ASSERT_TRUE(read) << text << "\n" << read.error().message();
        EXPECT_EQ(*read, line) << text;
    }
}

TEST(StreamLine, ReadsBackEveryLocation) {
    LineParser parser;
    const Location locations[] = {
        FileLocation{
            .path = "a.py", .start_line = 1, .start_column = 2, .end_line = 3, .end_column = 4},
        FileLocation{.path = "b"},
        GenericLocation{.uri = "synthetic://u", .name = "n"},
        GenericLocation{},
        OperationLocation{.server = "0 shop", .method = "", .path_template = ""},
    };
    for (const auto& location : locations) {
        auto finding = samples::finding();
        finding.location = location;
        const auto read = parser.parse(samples::json(finding));
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(std::get<Finding>(*read), finding);
    }
}

TEST(StreamLine, ReadsBackEveryKindOfEvidenceAndLevel) {
    LineParser parser;
    for (int kind = 0; kind <= static_cast<int>(EvidenceKind::Note); ++kind) {
        auto finding = samples::finding();
        finding.evidence = {{static_cast<EvidenceKind>(kind), "x"}};
        const auto read = parser.parse(samples::json(finding));
        ASSERT_TRUE(read);
        EXPECT_EQ(std::get<Finding>(*read).evidence, finding.evidence);
    }
    for (int level = 0; level <= static_cast<int>(LogLevel::Error); ++level) {
        const LogLine log{.level = static_cast<LogLevel>(level), .msg = "m"};
        const auto read = parser.parse(samples::json(log));
        ASSERT_TRUE(read);
        EXPECT_EQ(std::get<LogLine>(*read), log);
    }
}

TEST(StreamLine, ReadsBackAFindingWithNothingOptional) {
    Finding finding;
    finding.id = std::string(32, '0');
    finding.rule_id = "a";
    LineParser parser;
    const auto read = parser.parse(samples::json(finding));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(std::get<Finding>(*read), finding);
}

}  // namespace
}  // namespace scan
