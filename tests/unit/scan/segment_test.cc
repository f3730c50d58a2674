#include "scan/stream.h"
#include "unit/scan/sample_lines.h"

#include <gtest/gtest.h>

namespace scan {
namespace {

using base::Result;

TEST(UnitCounts, CountEachStatusForItself) {
    UnitCounts counts;
    counts.add(UnitStatus::Ok);
    counts.add(UnitStatus::Failed, 2);
    counts.add(UnitStatus::Skipped, 3);
    counts.add(UnitStatus::Forbidden, 4);
    counts.add(UnitStatus::TimedOut, 5);
    EXPECT_EQ(counts, (UnitCounts{1, 2, 3, 4, 5}));
    EXPECT_EQ(counts.total(), 15u);
}

TEST(EachLine, GivesLinesWithoutTheirEnds) {
    std::string seen;
    const auto result = each_line("a\n\nbc\n", [&](std::string_view line) -> Result<> {
        seen += "<" + std::string(line) + ">";
        return {};
    });
    EXPECT_TRUE(result);
    EXPECT_EQ(seen, "<a><><bc>");
}

TEST(EachLine, StopsAtTheFirstFailure) {
    int seen = 0;
    const auto result = each_line("a\nb\n", [&](std::string_view) -> Result<> {
        ++seen;
        return base::fail(base::ErrorKind::Invalid, "no");
    });
    EXPECT_EQ(seen, 1);
    EXPECT_EQ(result.error().message(), "no");
}

TEST(EachLine, RefusesAHalfLine) {
    const auto result = each_line("a\nb", [](std::string_view) -> Result<> { return {}; });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), "the last line has no line end: send whole lines");
}

std::string all_lines() {
    std::string text;
    for (const auto& line : samples::lines()) text += to_line(line);
    return text;
}

Result<SegmentFacts> inspect(std::string_view bytes, std::uint32_t number = 1) {
    LineParser parser;
    return inspect_segment(parser, bytes, number);
}

TEST(Segment, IsCountedInOnePass) {
    const auto facts = inspect(all_lines());
    ASSERT_TRUE(facts) << facts.error().message();
    EXPECT_EQ(facts->lines, 7u);
    EXPECT_EQ(facts->units, (UnitCounts{.timed_out = 1}));
    EXPECT_EQ(facts->findings, 1u);
    EXPECT_EQ(facts->records, 1u);
    EXPECT_EQ(facts->unit_ends, (std::vector<SegmentFacts::UnitEnd>{
                                    {"GET /items/{id}", UnitStatus::TimedOut, "budget-spent"}}));
    EXPECT_EQ(facts->by_severity, (std::array<std::uint64_t, 5>{0, 1, 0, 0, 0}));
    EXPECT_TRUE(facts->has_end);
}

TEST(Segment, MayHoldNoEnd) {
    const auto facts = inspect(to_line(samples::unit()), 7);
    ASSERT_TRUE(facts);
    EXPECT_FALSE(facts->has_end);
}

TEST(Segment, SaysWhichLineIsWrong) {
    const auto message = [](std::string_view bytes, std::uint32_t number = 1) {
        const auto facts = inspect(bytes, number);
        return facts ? "accepted" : facts.error().message();
    };
    const auto unit = to_line(samples::unit());
    const auto meta = to_line(samples::meta());
    const auto end = to_line(samples::end());
    EXPECT_EQ(message(unit + "{}\n", 3), "segment 3, line 2: line.type is missing");
    EXPECT_EQ(message(unit + meta),
              "segment 1, line 2: a meta line may only be the first line of segment 1");
    EXPECT_EQ(message(meta, 2),
              "segment 2, line 1: a meta line may only be the first line of segment 1");
    EXPECT_EQ(message(end + unit), "segment 1, line 2: a line stands behind the end line");
    EXPECT_EQ(message(unit + "{\"type\""),
              "segment 1, line 0: the last line has no line end: send whole lines");
}

TEST(Segment, IsRefusedWhenTooLarge) {
    const auto facts = inspect(std::string(kSegmentBytesMax + 1, '\n'));
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().kind(), base::ErrorKind::TooLarge);
    EXPECT_EQ(facts.error().message(), "segment 1 has 4.0 MiB; at most 4.0 MiB are allowed");
}

}  // namespace
}  // namespace scan
