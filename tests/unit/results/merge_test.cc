// Merging a closed run: states, missing units, pages, files that count or do not.
#include "operator/results/memory.h"
#include "operator/results/merge_run.h"
#include "unit/results/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace results {
namespace {

using base::ErrorKind;
using scan::FindingState;
using scan::Severity;
using scan::UnitStatus;
using testing::ElementsAre;
using testing::IsEmpty;

class MergeTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("merge");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        options_.folder = folder_->path() / "merged";
    }

    void planned(const given::Chunks& chunks) { given::planned(*store_, chunks); }
    void sent(std::int64_t chunk, int attempt, const std::vector<scan::Line>& lines) {
        given::written(*store_, given::segment(given::attempt(chunk, attempt), 1, lines));
    }
    MergeTotals merged() {
        given::written(*store_, CloseRun{.run = given::run()});
        auto totals = merge_run(*store_, given::run(), options_);
        EXPECT_TRUE(totals) << totals.error().message();
        return totals.value_or(MergeTotals{});
    }

    scan::report::Source source() {
        auto opened = open_merged(options_.folder);
        EXPECT_TRUE(opened) << opened.error().message();
        return opened.value_or(scan::report::Source{});
    }
    std::vector<scan::MergedFinding> findings() {
        std::vector<scan::MergedFinding> all;
        EXPECT_TRUE(source().each_finding([&](const scan::MergedFinding& finding) {
            all.push_back(finding);
            return base::Result<>();
        }));
        return all;
    }
    std::vector<scan::UnitLine> units() {
        std::vector<scan::UnitLine> all;
        EXPECT_TRUE(source().each_unit([&](const scan::UnitLine& unit) {
            all.push_back(unit);
            return base::Result<>();
        }));
        return all;
    }
    std::vector<scan::Record> records() {
        std::vector<scan::Record> all;
        EXPECT_TRUE(source().each_record([&](const scan::Record& record) {
            all.push_back(record);
            return base::Result<>();
        }));
        return all;
    }

    std::unique_ptr<ResultStore> store_ = make_memory_store();
    std::unique_ptr<base::os::TempFolder> folder_;
    MergeOptions options_;
};

std::vector<std::string> paths(const std::vector<scan::MergedFinding>& findings) {
    std::vector<std::string> paths;
    for (const auto& merged : findings)
        paths.push_back(std::get<scan::FileLocation>(merged.finding.location).path);
    return paths;
}

TEST_F(MergeTest, AnOpenRunIsNotMerged) {
    planned({{"a"}});
    const auto totals = merge_run(*store_, given::run(), options_);
    ASSERT_FALSE(totals);
    EXPECT_EQ(totals.error().kind(), ErrorKind::Conflict);
}

TEST_F(MergeTest, FindingsComeInReportOrderWorstFirst) {
    planned({{"a"}, {"b"}});
    sent(0, 1,
         {given::finding("a", "low", Severity::Low),
          given::finding("a", "critical", Severity::Critical)});
    sent(1, 1,
         {given::finding("b", "high", Severity::High),
          given::finding("b", "also-low", Severity::Low)});
    const auto totals = merged();
    EXPECT_THAT(paths(findings()), ElementsAre("critical", "high", "also-low", "low"));
    EXPECT_EQ(totals.findings.total, 4u);
    EXPECT_EQ(totals.findings.low, 2u);
    EXPECT_EQ(totals.findings.fresh, 4u);
    EXPECT_EQ(totals.findings.gated[0], 1u);
    EXPECT_EQ(totals.findings.gated_new[3], 2u);
}

TEST_F(MergeTest, EqualFindingsOfTwoChunksBecomeOneWithTheWorstSeverity) {
    planned({{"a"}, {"b"}});
    sent(0, 1, {given::finding("a", "same", Severity::Low)});
    sent(1, 1, {given::finding("b", "same", Severity::High)});
    const auto totals = merged();
    const auto all = findings();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].finding.severity, Severity::High);
    EXPECT_THAT(all[0].chunks, ElementsAre(0, 1));
    EXPECT_EQ(all[0].occurrences, 1u);
    EXPECT_EQ(totals.findings.high, 1u);
    EXPECT_EQ(totals.findings.total, 1u);
}

TEST_F(MergeTest, WhatTwoAttemptsOfAChunkFoundCountsOnce) {
    planned({{"a"}});
    sent(0, 1, {given::finding("a", "x")});
    sent(0, 2, {given::finding("a", "x"), given::unit("a")});
    EXPECT_EQ(merged().findings.total, 1u);
    EXPECT_EQ(findings()[0], scan::first_of(given::finding("a", "x"), 0));
}

TEST_F(MergeTest, SuppressedFindingsAreCountedButNotGated) {
    planned({{"a"}});
    auto hidden = given::finding("a", "x", Severity::High);
    hidden.suppressed = scan::Suppression{.by = "inline", .reason = "known"};
    sent(0, 1, {hidden});
    const auto totals = merged();
    EXPECT_EQ(totals.findings.suppressed, 1u);
    EXPECT_EQ(totals.findings.high, 1u);
    EXPECT_EQ(totals.findings.gated[1], 0u);
}

TEST_F(MergeTest, QualityFindingsAreNotGated) {
    planned({{"a"}});
    auto untidy = given::finding("a", "x", Severity::High);
    untidy.category = scan::Category::Quality;
    sent(0, 1, {untidy});
    EXPECT_EQ(merged().findings.gated, (std::array<std::uint64_t, 5>{}));
}

TEST_F(MergeTest, TheBaselineTellsNewFromUnchangedAndFixed) {
    planned({{"a"}});
    sent(0, 1, {given::finding("a", "old"), given::finding("a", "young"), given::unit("a")});
    std::vector<std::string> baseline = {given::finding("a", "old").id,
                                         given::finding("a", "gone").id};
    std::ranges::sort(baseline);
    options_.baseline = &baseline;
    const auto totals = merged();
    EXPECT_EQ(totals.findings.fresh, 1u);
    EXPECT_EQ(totals.findings.fixed, 1u);
    for (const auto& finding : findings()) {
        const bool is_old = paths({finding})[0] == "old";
        EXPECT_EQ(finding.state, is_old ? FindingState::Unchanged : FindingState::New);
    }
}

TEST_F(MergeTest, NothingCountsAsFixedWhileAUnitDidNotEndOk) {
    planned({{"a", "b"}});
    sent(0, 1, {given::unit("a")});
    const std::vector<std::string> baseline = {given::finding("a", "gone").id};
    options_.baseline = &baseline;
    EXPECT_EQ(merged().findings.fixed, 0u);
}

TEST_F(MergeTest, UnitsWithoutATerminalLineGetTheReasonOfTheirChunk) {
    planned({{"a", "b"}, {"c"}, {"d"}});
    sent(0, 1, {given::unit("a")});
    options_.missing = {{.chunk = 0, .status = UnitStatus::TimedOut, .reason = "run-timeout"},
                        {.chunk = 1, .status = UnitStatus::Skipped, .reason = "not-started"}};
    const auto totals = merged();
    EXPECT_EQ(totals.units, (scan::UnitCounts{.ok = 1, .failed = 1, .skipped = 1, .timed_out = 1}));
    EXPECT_EQ(totals.units_planned, 4u);
    const auto all = units();
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[0], given::unit("a"));
    EXPECT_EQ(all[1],
              (scan::UnitLine{.id = "b", .status = UnitStatus::TimedOut, .reason = "run-timeout"}));
    EXPECT_EQ(all[2].reason, "not-started");
    EXPECT_EQ(all[3].status, UnitStatus::Failed);
}

TEST_F(MergeTest, AUnitEndsWithItsBestStatusAndItsCostsSummed) {
    planned({{"a"}});
    sent(0, 1, {given::unit("a", UnitStatus::Failed, "broken")});
    sent(0, 2, {given::unit("a")});
    const auto totals = merged();
    EXPECT_EQ(totals.units, (scan::UnitCounts{.ok = 1}));
    EXPECT_EQ(totals.requests, 4u);
    EXPECT_EQ(totals.sequential_estimate, base::Duration(20));
    EXPECT_EQ(units()[0].requests, 4);
}

TEST_F(MergeTest, UnknownUnitsAndThoseOfOtherChunksAreIgnoredWithACount) {
    planned({{"a"}, {"b"}});
    sent(0, 1, {given::unit("a"), given::unit("b"), given::unit("zzz")});
    const auto totals = merged();
    EXPECT_EQ(totals.unknown_units, 2u);
    EXPECT_EQ(totals.units, (scan::UnitCounts{.ok = 1, .failed = 1}));
}

TEST_F(MergeTest, RecordsOfOneKeyAreJoinedAndSorted) {
    planned({{"a"}, {"b"}});
    sent(0, 1, {given::record("a", "k2", R"({"n":1})"), given::record("a", "k1", R"({"n":1})")});
    sent(1, 1, {given::record("b", "k2", R"({"n":3})")});
    EXPECT_EQ(merged().records, 2u);
    const auto all = records();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].key, "k1");
    EXPECT_EQ(all[1].data_json, R"({"n":3})");
}

TEST_F(MergeTest, ARunWithoutAnythingGivesEmptyResults) {
    given::written(*store_, given::open_run());
    const auto totals = merged();
    EXPECT_EQ(totals.units_planned, 0u);
    EXPECT_THAT(findings(), IsEmpty());
    EXPECT_THAT(units(), IsEmpty());
    EXPECT_THAT(records(), IsEmpty());
}

TEST_F(MergeTest, TheRunIsMarkedAndTheTotalsComeBackFromTheFolder) {
    planned({{"a"}});
    sent(0, 1, {given::finding("a", "x"), given::record("a", "k"), given::unit("a")});
    const auto totals = merged();
    EXPECT_TRUE(store_->load(given::run())->summary.merged);
    const auto again = merged_totals(options_.folder);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->units, totals.units);
    EXPECT_EQ(again->findings, totals.findings);
    EXPECT_EQ(again->records, 1u);
    EXPECT_EQ(again->requests, 2u);
    EXPECT_EQ(source().header.coverage_percent, 100);
}

TEST_F(MergeTest, AFolderThatWasNeverMergedIsNotFound) {
    EXPECT_EQ(merged_totals(options_.folder).error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(open_merged(options_.folder).error().kind(), ErrorKind::NotFound);
}

TEST_F(MergeTest, WithoutTotalsTheRestCountsForNothing) {
    planned({{"a"}});
    sent(0, 1, {given::finding("a", "x")});
    merged();
    std::filesystem::remove(options_.folder / "totals.json");
    EXPECT_EQ(open_merged(options_.folder).error().kind(), ErrorKind::NotFound);
    EXPECT_EQ(merged().findings.total, 1u);
    EXPECT_EQ(findings().size(), 1u);
}

TEST_F(MergeTest, ACutFileIsNoticed) {
    planned({{"a"}});
    sent(0, 1, {given::finding("a", "x")});
    merged();
    std::filesystem::resize_file(options_.folder / "findings.jsonl", 10);
    EXPECT_EQ(open_merged(options_.folder).error().kind(), ErrorKind::Invalid);
}

TEST_F(MergeTest, MergingAgainGivesTheSameBytes) {
    planned({{"a", "b"}, {"c"}});
    sent(0, 1,
         {given::finding("a", "x"), given::finding("a", "y"), given::unit("a"),
          given::record("a", "k")});
    sent(1, 1, {given::finding("c", "x", Severity::High), given::unit("c")});
    const auto read_all = [&] {
        std::string all;
        for (const auto* name : {"findings.jsonl", "findings.offsets", "units.jsonl",
                                 "records.jsonl", "totals.json"}) {
            all += base::os::read_file(options_.folder / name, 1u << 20).value_or("?");
        }
        return all;
    };
    merged();
    const auto first = read_all();
    merged();
    EXPECT_EQ(read_all(), first);
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(options_.folder))
        ++files;
    EXPECT_EQ(files, 5) << "temporary files were left behind";
}

TEST_F(MergeTest, APageIsReadFromTheMiddle) {
    planned({{"a"}});
    std::vector<scan::Line> lines;
    for (int i = 0; i < 700; ++i)
        lines.emplace_back(given::finding("a", std::to_string(10'000 + i)));
    sent(0, 1, lines);
    merged();
    const auto all = findings();
    ASSERT_EQ(all.size(), 700u);
    for (const std::uint64_t first : {0u, 255u, 256u, 300u, 690u}) {
        const auto page = findings_page(options_.folder, first, 20);
        ASSERT_TRUE(page) << page.error().message();
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = std::min<std::ptrdiff_t>(20, all.end() - begin);
        EXPECT_EQ(*page, (std::vector<scan::MergedFinding>(begin, begin + count))) << first;
    }
    EXPECT_THAT(findings_page(options_.folder, 700, 5).value(), IsEmpty());
    EXPECT_THAT(findings_page(options_.folder, 3, 0).value(), IsEmpty());
}

TEST_F(MergeTest, ThePlaceToWriteMustBeWritable) {
    planned({{"a"}});
    given::written(*store_, CloseRun{.run = given::run()});
    std::ofstream(folder_->path() / "file") << "x";
    options_.folder = folder_->path() / "file" / "merged";
    EXPECT_FALSE(merge_run(*store_, given::run(), options_));
    EXPECT_FALSE(store_->load(given::run())->summary.merged);
}

}  // namespace
}  // namespace results
