// What each format leaves out above its bound, and that it says so.
#include "fakes/report_fixture.h"

#include "base/json.h"
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace scan::report {
namespace {

using fakes::many_findings;
using fakes::source_of;
using fakes::written;
using testing::HasSubstr;
using testing::Not;

std::size_t count_of_text(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

// The sizes of the pieces a report came in, and nothing of the report itself.
struct Pieces {
    std::size_t count = 0, largest = 0, total = 0;
};
Pieces pieces_of(Format format, const Source& source) {
    Pieces pieces;
    const auto result = write(format, source, [&](std::string_view bytes) -> base::Result<> {
        ++pieces.count;
        pieces.largest = std::max(pieces.largest, bytes.size());
        pieces.total += bytes.size();
        return {};
    });
    EXPECT_TRUE(result.has_value());
    return pieces;
}

TEST(ReportBounds, FormatsThatHoldAllStreamInSmallPieces) {
    for (const auto format : {Format::Json, Format::JsonLines, Format::Sarif}) {
        const auto pieces = pieces_of(format, many_findings(2000, 3000));
        EXPECT_GT(pieces.total, 2000u * 3000u);
        EXPECT_LT(pieces.largest, 128u << 10);
        EXPECT_GT(pieces.count, 50u);
    }
}

TEST(ReportBounds, SarifKeepsTheFirst25000AndSaysSo) {
    auto source = many_findings(25'001);
    const auto text = written(Format::Sarif, source);
    EXPECT_EQ(count_of_text(text, "\"ruleId\":"), 25'000u);
    EXPECT_THAT(text.substr(0, 6000), HasSubstr("25000 most severe of 25001 findings"));
    EXPECT_EQ(count_of_text(written(Format::Sarif, many_findings(3)), "most severe of"), 0u);
}

TEST(ReportBounds, HtmlShows5000FindingsBelow8MegabytesAndSaysSo) {
    const auto text = written(Format::Html, many_findings(5001, 3000));
    EXPECT_LE(text.size(), 8'000'000u);
    EXPECT_EQ(count_of_text(text, "<details class=\"f "), 5000u);
    EXPECT_THAT(text, HasSubstr("This page shows the 5000 most severe of 5001 findings."));
}

TEST(ReportBounds, HtmlShowsFewFindingsInFull) {
    const auto text = written(Format::Html, many_findings(3, 3000));
    EXPECT_EQ(count_of_text(text, "&lt;"), 9000u);
    EXPECT_THAT(text, Not(HasSubstr("This page shows the")));
}

TEST(ReportBounds, MarkdownShows50FindingsAnd20Units) {
    auto facts = fakes::shop_facts();
    facts.units.clear();
    for (int i = 10; i < 40; ++i) {
        UnitLine line{.id = "GET /u" + std::to_string(i), .status = UnitStatus::Failed};
        facts.units.push_back(line);
    }
    for (int i = 0; i < 12; ++i) facts.header.notices.push_back("notice");
    auto source = source_of(facts);
    source.each_finding = many_findings(60).each_finding;
    const auto text = written(Format::Markdown, source);
    EXPECT_LE(text.size(), 60u << 10);
    EXPECT_EQ(count_of_text(text, "\n| Medium |"), 50u);
    EXPECT_THAT(text, HasSubstr("Only the 50 most severe are shown"));
    EXPECT_EQ(count_of_text(text, "| GET /u"), 20u);
    EXPECT_THAT(text, HasSubstr("and 10 more."));
    EXPECT_THAT(text, HasSubstr("and 3 more notices"));
}

TEST(ReportBounds, MarkdownStaysBelow60KibibytesWhateverTheTargetWrites) {
    auto facts = fakes::shop_facts();
    auto model = facts.findings[0];
    model.finding.title = std::string(1 << 16, '@');
    std::get<OperationLocation>(model.finding.location).path_template = std::string(1 << 16, '<');
    facts.findings.assign(60, model);
    for (auto& line : facts.units) line.id = std::string(1 << 16, '|');
    const auto text = written(Format::Markdown, source_of(facts));
    EXPECT_LE(text.size(), 60u << 10);
    EXPECT_THAT(text, HasSubstr("most severe are shown"));
}

TEST(ReportBounds, MegabyteTextsAreCutInEveryShortFormat) {
    auto facts = fakes::shop_facts();
    const std::string huge(1 << 20, 'x');
    facts.header.job = facts.header.message = huge;
    facts.findings[0].finding.title = facts.findings[0].finding.message = huge;
    facts.units[1].id = facts.units[1].reason = huge;
    facts.header.chunk_rows[2].message = huge;
    for (const auto format : {Format::Html, Format::Markdown, Format::JUnit, Format::Table}) {
        EXPECT_LT(written(format, source_of(facts)).size(), 200'000u) << file_extension(format);
    }
}

TEST(ReportBounds, ListsAtMost1000UnitsThatAreNotOk) {
    auto facts = fakes::nothing_facts();
    facts.units.assign(1500, facts.units[0]);
    const auto html = written(Format::Html, source_of(facts));
    EXPECT_THAT(html, HasSubstr("1000 of 1500 units are listed."));
    const auto json = base::parse_json(written(Format::Json, source_of(facts)));
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ((*json)["unitsNotOk"].size(), 1000u);
    EXPECT_EQ((*json)["units"]["failed"], 1500);
    const auto lines = written(Format::JsonLines, source_of(facts));
    EXPECT_EQ(count_of_text(lines, "{\"type\":\"unit\""), 1500u);
}

TEST(ReportBounds, HtmlDrawsTheFirst100ChunksAndShows500Records) {
    auto facts = fakes::shop_facts();
    facts.header.chunk_rows.assign(150, facts.header.chunk_rows[0]);
    facts.records.assign(600, facts.records[0]);
    const auto text = written(Format::Html, source_of(facts));
    EXPECT_EQ(count_of_text(text, "<svg class=\"lane\""), 100u);
    EXPECT_THAT(text, HasSubstr("The first 100 of 150 chunks are drawn."));
    EXPECT_THAT(text, HasSubstr("500 of 600 records are shown."));
}

TEST(ReportBounds, SarifShowsAThousandPlacesOfAFinding) {
    auto facts = fakes::shop_facts();
    auto& merged = facts.findings[0];
    merged.locations.clear();
    for (int i = 0; i < 1000; ++i) {
        auto place = std::get<OperationLocation>(merged.finding.location);
        place.start_line = 1000 + i;
        merged.locations.push_back(place);
    }
    merged.occurrences = 1000;
    const auto json = base::parse_json(written(Format::Sarif, source_of(facts)));
    ASSERT_TRUE(json.has_value());
    const auto& results = (*json)["runs"][0]["results"];
    EXPECT_EQ(results[0]["relatedLocations"].size(), 999u);
}

TEST(ReportBounds, JunitNamesUnitsWithSomethingToSayFirst) {
    auto facts = fakes::shop_facts();
    UnitLine ok{.id = "GET /ok", .status = UnitStatus::Ok};
    UnitLine failed{.id = "GET /failed", .status = UnitStatus::Failed};
    facts.units.assign(100'000, ok);
    facts.units.push_back(failed);
    const auto text = written(Format::JUnit, source_of(facts));
    EXPECT_THAT(text, HasSubstr("GET /failed"));
    EXPECT_THAT(text.substr(0, 500), HasSubstr("100000 units without findings are not listed."));
}

TEST(ReportBounds, JunitShowsTenFailuresOfAUnitAndCountsTheRest) {
    auto facts = fakes::shop_facts();
    auto model = facts.findings[1];
    ASSERT_EQ(model.finding.unit, "GET /users");
    facts.findings.clear();
    for (int i = 10; i < 35; ++i) {
        model.finding.id = std::string(30, 'a') + std::to_string(i);
        facts.findings.push_back(model);
    }
    const auto text = written(Format::JUnit, source_of(facts));
    EXPECT_EQ(count_of_text(text, "<failure "), 10u);
    EXPECT_THAT(text, HasSubstr("15 more findings are not shown."));
    EXPECT_THAT(text, HasSubstr("failures=\"1\""));
}

TEST(ReportBounds, JunitKeepsTenThousandFailuresAndCountsTheRest) {
    auto facts = fakes::shop_facts();
    auto model = facts.findings[1];
    facts.findings.clear();
    facts.units.clear();
    for (int i = 0; i < 10'200; ++i) {
        model.finding.unit = "GET /u" + std::to_string(i);
        facts.findings.push_back(model);
    }
    const auto text = written(Format::JUnit, source_of(facts));
    EXPECT_EQ(count_of_text(text, "<failure "), 10'000u);
    EXPECT_THAT(text.substr(0, 500), HasSubstr("200 findings are not listed."));
    EXPECT_THAT(text, HasSubstr("<testsuite name=\"whole target\""));
}

TEST(ReportBounds, JunitMakesAtMostAThousandSuites) {
    auto facts = fakes::shop_facts();
    facts.units.clear();
    for (int i = 0; i < 1200; ++i) {
        facts.units.push_back({.id = "GET /s" + std::to_string(i), .status = UnitStatus::Ok});
    }
    const auto text = written(Format::JUnit, source_of(facts));
    EXPECT_LE(count_of_text(text, "<testsuite "), 1002u);
    EXPECT_THAT(text, HasSubstr("name=\"other units\" tests=\"200\""));
}

TEST(ReportBounds, TableNeverPassesItsWidth) {
    for (const int width : {0, 60, 80, 100, 160}) {
        const auto text =
            written(Format::Table, source_of(fakes::hostile_facts()), {.width = width});
        for (const auto line : base::split(text, '\n')) {
            std::size_t columns = 0;
            for (const char c : line)
                columns += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
            EXPECT_LE(columns, static_cast<std::size_t>(std::max(width, 60))) << line;
        }
    }
}

TEST(ReportBounds, TableShows50FindingsAndNamesTheRest) {
    const auto text = written(Format::Table, many_findings(80));
    EXPECT_EQ(count_of_text(text, "Medium  "), 50u);
    EXPECT_THAT(text, HasSubstr("only the 50 most severe of 80 are shown"));
}

}  // namespace
}  // namespace scan::report
