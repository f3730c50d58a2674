#include "unit/scan/random_findings.h"

#include <algorithm>

namespace scan {
namespace {

using scan_test::folded;
using scan_test::pick_occurrence;

RC_GTEST_PROP(Merge, FindingsFoldTheSameInAnyOrder, ()) {
    const auto a = pick_occurrence();
    const auto b = pick_occurrence();
    RC_ASSERT(folded(a, b) == folded(b, a));
}

RC_GTEST_PROP(Merge, FindingsFoldTheSameInAnyGrouping, ()) {
    const auto a = pick_occurrence();
    const auto b = pick_occurrence();
    const auto c = pick_occurrence();
    RC_ASSERT(folded(folded(a, b), c) == folded(a, folded(b, c)));
}

RC_GTEST_PROP(Merge, FoldingAFindingWithItselfChangesNothing, ()) {
    const auto a = pick_occurrence();
    const auto b = folded(a, pick_occurrence());
    RC_ASSERT(folded(a, a) == a);
    RC_ASSERT(folded(b, b) == b);
}

RC_GTEST_PROP(Merge, MergedFindingsSurviveARoundTripAsJson, ()) {
    auto merged = folded(pick_occurrence(), pick_occurrence());
    // An empty path is refused on reading, as a finding without a place would be.
    for (auto& location : merged.locations) {
        if (auto* file = std::get_if<FileLocation>(&location)) file->path += "x";
    }
    if (auto* file = std::get_if<FileLocation>(&merged.finding.location)) file->path += "x";
    const auto again = parse_merged(merged_to_json(merged));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == merged);
}

MergedFinding occurrence_at(int number) {
    Finding f;
    f.id = std::string(32, 'a');
    f.rule_id = "rule.a";
    f.location = FileLocation{.path = "f" + std::to_string(number)};
    return first_of(f, 0);
}

TEST(Merge, CountsDistinctLocationsUpToTheirBound) {
    auto merged = occurrence_at(0);
    fold(merged, occurrence_at(0));
    fold(merged, occurrence_at(1));
    EXPECT_EQ(merged.occurrences, 2u);
    for (int i = 0; i < 1100; ++i) fold(merged, occurrence_at(i));
    EXPECT_EQ(merged.occurrences, 1000u);
    EXPECT_EQ(merged.locations.size(), 1000u);
}

TEST(Merge, TakesTheWorstSeverityAndTheBestConfidence) {
    auto a = occurrence_at(0);
    a.finding.severity = Severity::Low;
    a.finding.confidence = Confidence::High;
    auto b = occurrence_at(0);
    b.finding.severity = Severity::Critical;
    b.finding.confidence = Confidence::Low;
    fold(a, std::move(b));
    EXPECT_EQ(a.finding.severity, Severity::Critical);
    EXPECT_EQ(a.finding.confidence, Confidence::High);
}

TEST(Merge, StaysSuppressedOnlyIfAllOccurrencesAre) {
    auto a = occurrence_at(0);
    a.finding.suppressed = Suppression{"inline", "known"};
    auto b = occurrence_at(1);
    b.finding.suppressed = Suppression{"baseline", "old"};
    fold(a, std::move(b));
    EXPECT_EQ(a.finding.suppressed, (Suppression{"baseline", "old"}));
    fold(a, occurrence_at(2));
    EXPECT_FALSE(a.finding.suppressed.has_value());
}

TEST(Merge, KeepsFiveSortedEvidences) {
    auto a = occurrence_at(0);
    for (int i = 9; i > 0; --i)
        fold(a, [i] {
            auto b = occurrence_at(0);
            b.finding.evidence = {{EvidenceKind::Note, "n" + std::to_string(i)}};
            return b;
        }());
    ASSERT_EQ(a.finding.evidence.size(), 5u);
    EXPECT_EQ(a.finding.evidence.front().text, "n1");
    EXPECT_EQ(a.finding.evidence.back().text, "n5");
}

TEST(Merge, RefusesMergedJsonWithAFaultAndNamesTheField) {
    const auto sound = merged_to_json(occurrence_at(1));
    const auto with = [&](std::string_view from, std::string_view to) {
        auto text = sound;
        text.replace(text.find(from), from.size(), to);
        const auto result = parse_merged(text);
        return result ? std::string("read") : result.error().message();
    };
    EXPECT_EQ(with("new", "new"), "read");
    EXPECT_THAT(with("\"new\"", "\"old\""), testing::HasSubstr("state"));
    EXPECT_THAT(with("\"occurrences\":1", "\"occurrences\":0"), testing::HasSubstr("occurrences"));
    EXPECT_THAT(with("\"seenInChunks\":\"0\"", "\"seenInChunks\":\"x\""),
                testing::HasSubstr("seenInChunks"));
    EXPECT_THAT(with("\"occurrences\"", "\"locations\":[1],\"occurrences\""),
                testing::HasSubstr("locations"));
    EXPECT_THAT(with("\"file\"", "\"planet\""), testing::HasSubstr("kind"));
}

TEST(Merge, ReportOrderIsSeverityThenRuleThenPlaceThenId) {
    const auto make = [](Severity severity, std::string rule, std::string path, char id) {
        Finding f;
        f.severity = severity;
        f.rule_id = std::move(rule);
        f.location = FileLocation{.path = std::move(path)};
        f.id = std::string(32, id);
        return f;
    };
    const std::vector<Finding> in_order = {
        make(Severity::Critical, "z", "z", 'f'), make(Severity::High, "a", "a", 'b'),
        make(Severity::High, "a", "b", 'a'),     make(Severity::High, "a", "b", 'b'),
        make(Severity::High, "b", "a", 'a'),     make(Severity::Info, "a", "a", 'a')};
    EXPECT_TRUE(std::ranges::is_sorted(in_order, {}, report_order_key));
}

}  // namespace
}  // namespace scan
