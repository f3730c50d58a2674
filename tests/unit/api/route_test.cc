#include "operator/api/route.h"

#include <gtest/gtest.h>

namespace api {
namespace {

const results::RunKey kRun{.namespace_ = "ns", .job = "job", .run_id = "7f3c-2"};

TEST(Route, EveryPathOfTheContractIsKnown) {
    const std::string base = "/ingest/v1/jobs/ns/job/7f3c-2/";
    const std::string digest(64, '0');
    using Kind = Route::Kind;
    EXPECT_EQ(parse_route(base + "plan"), (Route{.kind = Kind::Plan, .run = kRun}));
    EXPECT_EQ(parse_route(base + "redaction-key"),
              (Route{.kind = Kind::RedactionKey, .run = kRun}));
    EXPECT_EQ(parse_route(base + "inputs/" + digest),
              (Route{.kind = Kind::Input, .run = kRun, .digest = digest}));
    EXPECT_EQ(parse_route(base + "chunks/12/attempts/3"),
              (Route{.kind = Kind::Work, .run = kRun, .chunk = 12, .attempt = 3}));
    EXPECT_EQ(parse_route(base + "chunks/12/attempts/3/segments/4"),
              (Route{.kind = Kind::Segment, .run = kRun, .chunk = 12, .attempt = 3, .number = 4}));
    EXPECT_EQ(parse_route(base + "chunks/0/attempts/1/commit"),
              (Route{.kind = Kind::Commit, .run = kRun, .chunk = 0, .attempt = 1}));
}

TEST(Route, NumbersHaveOneSpellingOnly) {
    const std::string base = "/ingest/v1/jobs/ns/job/r/chunks/";
    for (const auto* path :
         {"00/attempts/1", "+1/attempts/1", "1e3/attempts/1", "4294967296/attempts/1",
          "/attempts/1", "0/attempts/0", "0/attempts/01", "0/attempts/1/segments/01",
          "0/attempts/1/segments/"}) {
        EXPECT_EQ(parse_route(base + path), std::nullopt) << path;
    }
}

TEST(Route, NamesThatAreNoneAreUnknown) {
    for (const auto* target : {"/ingest/v1/jobs/NS/job/r/plan", "/ingest/v1/jobs/ns//r/plan",
                               "/ingest/v1/jobs/ns/job//plan", "/ingest/v1/jobs/ns/job/r%2f/plan",
                               "/ingest/v1/jobs/ns/job/r/plan/", "ingest/v1/jobs", ""}) {
        EXPECT_EQ(parse_route(target), std::nullopt) << target;
    }
}

}  // namespace
}  // namespace api
