// Lists of scans and their pages.
#include "operator/rest/scans.h"

#include "base/json.h"
#include "unit/rest/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rest {
namespace {

using base::Json;
using testing::ElementsAre;

results::RunSummary summary(std::string name, int hour, std::string status = "",
                            std::string run_id = "r1", std::string namespace_ = "default") {
    return {.run = {.namespace_ = std::move(namespace_),
                    .job = std::move(name),
                    .run_id = std::move(run_id)},
            .created_at = Library::hour(hour),
            .merged = !status.empty(),
            .status_json = std::move(status)};
}

Json list(std::vector<results::RunSummary> all, const ScanFilter& filter = {}) {
    const auto json = scans_json(std::move(all), filter);
    EXPECT_TRUE(json) << json.error().message();
    return *base::parse_json(json.value_or("{}"));
}

std::vector<std::string> names(const Json& list) {
    std::vector<std::string> out;
    for (const auto& item : list["items"]) out.push_back(base::get_string(item, "name"));
    return out;
}

TEST(Scans, AreListedNewestFirst) {
    EXPECT_THAT(names(list({summary("a", 1), summary("c", 3), summary("b", 2)})),
                ElementsAre("c", "b", "a"));
}

TEST(Scans, AreListedByTheirLatestRun) {
    const auto json = list({summary("a", 1, "", "r1"), summary("a", 3, "", "r2"), summary("b", 2)});
    EXPECT_THAT(names(json), ElementsAre("a", "b"));
    EXPECT_EQ(json["items"][0]["runID"], "r2");
}

TEST(Scans, AreListedWithoutTheListsOfTheirStatus) {
    const auto json = list({summary(
        "a", 1,
        R"({"outcome":"Failed","coveragePercent":7,"conditions":[1],"failedChunks":[2]})")});
    EXPECT_EQ(json["items"][0]["status"], Json({{"outcome", "Failed"}, {"coveragePercent", 7}}));
    EXPECT_EQ(list({summary("b", 1, "rubbish")})["items"][0]["status"], Json::object());
}

TEST(Scans, AreFilteredByNamespaceAndOutcome) {
    const std::vector<results::RunSummary> all{
        summary("a", 1, R"({"outcome":"Failed"})"), summary("b", 2, R"({"outcome":"Succeeded"})"),
        summary("c", 3), summary("d", 4, R"({"outcome":"Failed"})", "r1", "other")};
    EXPECT_THAT(names(list(all, {.namespace_ = "default"})), ElementsAre("c", "b", "a"));
    EXPECT_THAT(names(list(all, {.outcome = "Failed"})), ElementsAre("d", "a"));
    EXPECT_THAT(names(list(all, {.outcome = "None"})), ElementsAre("c"));
}

// An older run must not stand in for the latest, which does not fit.
TEST(Scans, AreFilteredByTheirLatestRunOnly) {
    const std::vector<results::RunSummary> all{summary("a", 1, R"({"outcome":"Failed"})", "r1"),
                                               summary("a", 2, R"({"outcome":"Succeeded"})", "r2")};
    EXPECT_THAT(names(list(all, {.outcome = "Failed"})), ElementsAre());
}

TEST(Scans, OfAllPagesAreAllScansOnce) {
    std::vector<results::RunSummary> all;
    for (int i = 0; i < 10; ++i) all.push_back(summary("scan-" + std::to_string(i), 1 + i / 3));
    std::vector<std::string> seen;
    std::string from;
    for (int page = 0; page < 10; ++page) {
        const auto json = list(all, {.from = from, .limit = 3});
        for (auto& name : names(json)) seen.push_back(std::move(name));
        from = base::get_string(json, "continue");
        if (from.empty()) break;
    }
    EXPECT_EQ(seen, names(list(all)));
    EXPECT_EQ(seen.size(), 10u);
}

TEST(Scans, GoOnFromAPlaceThatIsOneOnly) {
    for (const auto* from :
         {"x", "1970-01-01T01:00:00.000Z", "1970-01-01T01:00:00.000Z/a/b", "//a/b"})
        EXPECT_FALSE(scans_json({}, {.from = from})) << from;
}

}  // namespace
}  // namespace rest
