// Pages of findings and units: together they are all, each once, whatever the filter.
#include "operator/rest/pages.h"

#include "base/json.h"
#include "unit/rest/library.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rest {
namespace {

using base::Json;
using scan::Severity;
using testing::ElementsAre;
using testing::SizeIs;

constexpr int kFindings = 700;  // more than two batches

class Pages : public testing::Test {
protected:
    static void SetUpTestSuite() {
        library_ = std::make_unique<Library>();
        std::vector<std::string> units;
        for (int i = 0; i < 40; ++i) units.push_back(fmt::format("u{:02}", i));
        std::vector<scan::Finding> findings;
        for (int i = 0; i < kFindings; ++i)
            findings.push_back(given::finding(units[0], fmt::format("/{}", i),
                                              i % 100 == 0 ? Severity::High : Severity::Low));
        library_->planned(given::run(), Library::hour(1), units);
        library_->finished(given::run(), units, findings);
    }
    static void TearDownTestSuite() { library_.reset(); }
    static base::os::Path merged() { return library_->folder(given::run()) / "merged"; }

    // All pages after one another.
    static std::vector<std::string> all_findings(std::size_t count, const FindingFilter& filter) {
        std::vector<std::string> ids;
        std::optional<std::uint64_t> next = 0;
        while (next) {
            const auto page = page_of_findings(merged(), *next, count, filter);
            EXPECT_TRUE(page) << page.error().message();
            EXPECT_LE(page->items.size(), count);
            for (const auto& item : page->items)
                ids.push_back(base::get_string(*base::parse_json(item), "id"));
            next = page->next;
        }
        return ids;
    }

    static std::unique_ptr<Library> library_;
};
std::unique_ptr<Library> Pages::library_;

TEST_F(Pages, OfFindingsAreAllOfThemOnceInOrder) {
    const auto all = all_findings(1'000, {});
    EXPECT_THAT(all, SizeIs(kFindings));
    for (const std::size_t count : {7u, 256u, 257u}) EXPECT_EQ(all_findings(count, {}), all);
}

TEST_F(Pages, OfFindingsHoldWhatFits) {
    EXPECT_THAT(all_findings(3, {.severities = {Severity::High}}), SizeIs(7));
    EXPECT_THAT(all_findings(100, {.severities = {Severity::High, Severity::Low}}),
                SizeIs(kFindings));
    EXPECT_THAT(all_findings(100, {.severities = {Severity::Critical}}), SizeIs(0));
    EXPECT_THAT(all_findings(100, {.rules = {"synthetic.fault"}}), SizeIs(kFindings));
    EXPECT_THAT(all_findings(100, {.rules = {"other"}}), SizeIs(0));
    EXPECT_THAT(all_findings(100, {.state = scan::FindingState::New}), SizeIs(kFindings));
    EXPECT_THAT(all_findings(100, {.state = scan::FindingState::Unchanged}), SizeIs(0));
}

TEST_F(Pages, EndWhereNothingWorseCanCome) {
    const auto page = page_of_findings(merged(), 0, 100, {.severities = {Severity::High}});
    ASSERT_TRUE(page);
    EXPECT_THAT(page->items, SizeIs(7));
    EXPECT_EQ(page->next, std::nullopt);
}

TEST_F(Pages, BeyondTheEndAreEmpty) {
    const auto page = page_of_findings(merged(), 1'000'000, 100, {});
    ASSERT_TRUE(page);
    EXPECT_THAT(page->items, SizeIs(0));
    EXPECT_EQ(page->next, std::nullopt);
}

TEST_F(Pages, OfUnitsAreAllOfThemOnceInOrder) {
    std::vector<std::string> ids;
    std::optional<std::uint64_t> next = 0;
    while (next) {
        const auto page = page_of_units(merged(), *next, 7, {});
        ASSERT_TRUE(page) << page.error().message();
        for (const auto& item : page->items)
            ids.push_back(base::get_string(*base::parse_json(item), "id"));
        next = page->next;
    }
    ASSERT_THAT(ids, SizeIs(40));
    EXPECT_TRUE(std::ranges::is_sorted(ids));
    EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

TEST_F(Pages, OfUnitsHoldWhatFits) {
    EXPECT_THAT(page_of_units(merged(), 0, 100, {scan::UnitStatus::Ok})->items, SizeIs(40));
    EXPECT_THAT(page_of_units(merged(), 0, 100, {scan::UnitStatus::Failed})->items, SizeIs(0));
}

TEST_F(Pages, OfUnitsBeginAtALineOnly) {
    EXPECT_FALSE(page_of_units(merged(), 5, 100, {}));
    EXPECT_FALSE(page_of_units(merged(), 1'000'000, 100, {}));
}

TEST(PageFilters, AreWordsOfTheStream) {
    const auto filter = [](std::string_view text) {
        return finding_filter(*Query::parse(text, {"severity", "rule", "state"}));
    };
    EXPECT_THAT(filter("severity=critical,high")->severities,
                ElementsAre(Severity::Critical, Severity::High));
    EXPECT_EQ(filter("state=new")->state, scan::FindingState::New);
    for (const auto* text :
         {"severity=High", "severity=bad", "severity=high,", "state=fixed", "state=x"})
        EXPECT_FALSE(filter(text)) << text;
    EXPECT_FALSE(unit_filter(*Query::parse("status=fine", {"status"})));
}

TEST(PageJson, NamesItsRunAndTheNextPage) {
    const auto json =
        base::parse_json(page_json({.items = {R"({"a":1})", "{}"}, .next = 7}, "r-1"));
    ASSERT_TRUE(json);
    EXPECT_EQ(*json, Json({{"items", Json::array({{{"a", 1}}, Json::object()})},
                           {"runID", "r-1"},
                           {"continue", "7-r-1"}}));
    EXPECT_EQ((*base::parse_json(page_json({}, "r-1")))["continue"], "");
}

}  // namespace
}  // namespace rest
