// The quick look at stored lines sees what the strict reader sees.
#include "operator/results/line_scan.h"
#include "unit/results/given.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace results {
namespace {

using testing::ElementsAre;

std::vector<scan::Finding> findings_of_every_kind() {
    std::vector<scan::Finding> all;
    const std::vector<scan::Location> places = {
        scan::FileLocation{.path = "src/a \"quoted\" päth.cc", .start_line = 7},
        scan::GenericLocation{.uri = "http://shop/x", .name = "thing"},
        scan::OperationLocation{
            .server = "0 shop.svc", .method = "GET", .path_template = "/items/{id}"},
        scan::OperationLocation{.server = "0 shop.svc",
                                .method = "POST",
                                .path_template = "/items",
                                .parameter_in = "query",
                                .parameter_name = "q",
                                .spec_pointer = "/paths",
                                .start_line = 3},
        scan::OperationLocation{.server = "0 shop.svc", .method = "", .path_template = ""}};
    for (const auto& place : places) {
        auto finding = given::finding("a", "x", scan::Severity::High);
        finding.location = place;
        finding.category = scan::Category::Privacy;
        finding.id = scan::fingerprint(finding.rule_id, place, "d");
        all.push_back(finding);
        finding.suppressed = scan::Suppression{.by = "inline", .reason = "known"};
        all.push_back(finding);
    }
    return all;
}

TEST(LineScan, KeysOfAFindingAreThoseOfTheWholeFinding) {
    LineScan scanner;
    for (const auto& finding : findings_of_every_kind()) {
        auto line = scan::to_line(finding);
        line.pop_back();
        const auto keys = scanner.finding_keys(line);
        ASSERT_TRUE(keys) << keys.error().message() << ": " << line;
        EXPECT_EQ(keys->order, scan::report_order_key(finding));
        EXPECT_EQ(keys->severity, finding.severity);
        EXPECT_EQ(keys->category, finding.category);
        EXPECT_EQ(keys->suppressed, finding.suppressed.has_value());
    }
}

TEST(LineScan, EveryLineIsSeenWithWhatSortsIt) {
    const auto bytes = scan::to_line(given::unit("u")) + scan::to_line(given::finding("a", "x")) +
                       scan::to_line(given::record("b", "key")) +
                       scan::to_line(scan::LogLine{.msg = "hello", .unit = "c"});
    LineScan scanner;
    std::vector<LineKind> kinds;
    std::vector<std::string> units;
    const auto all = scanner.each(bytes, [&](const ScannedLine& line) -> base::Result<> {
        kinds.push_back(line.kind);
        units.emplace_back(line.unit);
        if (line.kind == LineKind::Unit) {
            EXPECT_EQ(line.id, "u");
        }
        if (line.kind == LineKind::Record) {
            EXPECT_EQ(line.record_key, "key");
        }
        if (line.kind == LineKind::Finding) {
            EXPECT_EQ(line.id, given::finding("a", "x").id);
        }
        return {};
    });
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_THAT(kinds,
                ElementsAre(LineKind::Unit, LineKind::Finding, LineKind::Record, LineKind::Other));
    EXPECT_THAT(units, ElementsAre("", "a", "b", "c"));
}

TEST(LineScan, WhatIsNoObjectIsInvalid) {
    LineScan scanner;
    const auto ignore = [](const ScannedLine&) { return base::Result<>(); };
    EXPECT_EQ(scanner.each("[1]\n", ignore).error().kind(), base::ErrorKind::Invalid);
    EXPECT_EQ(scanner.finding_keys("{}").error().kind(), base::ErrorKind::Invalid);
    EXPECT_EQ(scanner.each_unit_id("{}", [](std::string_view) { return base::Result<>(); })
                  .error()
                  .kind(),
              base::ErrorKind::Invalid);
}

}  // namespace
}  // namespace results
