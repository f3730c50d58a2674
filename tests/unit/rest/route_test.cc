// Paths as values.
#include "operator/rest/route.h"

#include <gtest/gtest.h>

namespace rest {
namespace {

using Kind = Route::Kind;

TEST(RestRoute, KnowsItsPaths) {
    EXPECT_EQ(parse_route("/api/v1/info"), Route{});
    EXPECT_EQ(parse_route("/api/v1/scans"), Route{.kind = Kind::Scans});
    EXPECT_EQ(parse_route("/api/v1/scans/shop/nightly.1"),
              (Route{.kind = Kind::Scan, .namespace_ = "shop", .name = "nightly.1"}));
    EXPECT_EQ(parse_route("/api/v1/scans/shop/nightly/findings"),
              (Route{.kind = Kind::Findings, .namespace_ = "shop", .name = "nightly"}));
    EXPECT_EQ(parse_route("/api/v1/scans/shop/nightly/units"),
              (Route{.kind = Kind::Units, .namespace_ = "shop", .name = "nightly"}));
    EXPECT_EQ(parse_route("/api/v1/scans/shop/nightly/report.sarif"),
              (Route{.kind = Kind::Report,
                     .namespace_ = "shop",
                     .name = "nightly",
                     .format = scan::report::Format::Sarif}));
}

TEST(RestRoute, HasAReportInEachFormatOfAFile) {
    for (const auto* word : {"json", "jsonl", "sarif", "html", "md", "junit"})
        EXPECT_TRUE(parse_route(std::string("/api/v1/scans/a/b/report.") + word)) << word;
}

TEST(RestRoute, KnowsNoOthers) {
    for (const auto* path :
         {"", "/", "/api/v1", "/api/v1/", "/api/v2/info", "/api/v1/info/", "/api/v1/scans/",
          "/api/v1/scans/shop", "/api/v1/scans/shop/", "/api/v1/scans//nightly",
          "/api/v1/scans/shop/..", "/api/v1/scans/../nightly", "/api/v1/scans/Shop/nightly",
          "/api/v1/scans/shop/a%2fb", "/api/v1/scans/shop/nightly/report",
          "/api/v1/scans/shop/nightly/report.table", "/api/v1/scans/shop/nightly/report.exe",
          "/api/v1/scans/shop/nightly/findings/x", "/metrics"}) {
        EXPECT_EQ(parse_route(path), std::nullopt) << path;
    }
    EXPECT_EQ(parse_route("/api/v1/scans/shop/" + std::string(254, 'a')), std::nullopt);
}

}  // namespace
}  // namespace rest
