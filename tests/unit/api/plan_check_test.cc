// A plan can narrow what its job allows, never widen it.
#include "operator/api/plan_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace api {
namespace {

scan::JobSpec api_job() {
    scan::ApiOptions options;
    options.spec_url = "http://shop.svc/openapi.json";
    options.rps = 10;
    scan::JobSpec spec;
    spec.scanner = options;
    spec.allowed_hosts = {"api.shop.svc", "*.cdn.example"};
    spec.credentials = {{.name = "alice", .secret_name = "alice"}};
    return spec;
}

scan::PlanDocument api_plan() {
    scan::PlanDocument plan;
    plan.head.scanner = scan::ScannerType::Api;
    plan.head.hosts = {{.host = "shop.svc"}, {.host = "api.shop.svc"}, {.host = "a.cdn.example"}};
    plan.head.limits = {
        {.concurrency_key = "host:http://shop.svc:80", .max_in_flight = 5, .rps = 10}};
    plan.chunks = {{.index = 0,
                    .concurrency_key = "host:http://shop.svc:80",
                    .credentials = {"alice"},
                    .rps = 10,
                    .rps_period_millis = 5'000}};
    return plan;
}

TEST(PlanCheck, WhatStaysWithinTheJobIsAccepted) {
    const auto checked = check_plan(api_job(), api_plan());
    EXPECT_TRUE(checked) << checked.error().message();
}

struct Widening {
    std::string name;
    std::function<void(scan::PlanDocument&)> widen;
    std::string says;
};

class Widenings : public testing::TestWithParam<Widening> {};

TEST_P(Widenings, AreRefusedByName) {
    auto plan = api_plan();
    GetParam().widen(plan);
    const auto checked = check_plan(api_job(), plan);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().kind(), base::ErrorKind::Invalid);
    EXPECT_THAT(checked.error().message(), testing::HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    PlanCheck, Widenings,
    testing::Values(
        Widening{"AnotherScanner",
                 [](auto& plan) { plan.head.scanner = scan::ScannerType::Synthetic; }, "scanner"},
        Widening{"TooManyChunks", [](auto& plan) { plan.chunks.resize(300); }, "300 chunks"},
        Widening{"ForeignCredential", [](auto& plan) { plan.chunks[0].credentials = {"admin"}; },
                 "'admin'"},
        Widening{"ForeignHost",
                 [](auto& plan) { plan.head.hosts.push_back({.host = "evil.example"}); },
                 "evil.example"},
        Widening{"SuffixItself",
                 [](auto& plan) { plan.head.hosts.push_back({.host = "cdn.example"}); },
                 "'cdn.example'"},
        Widening{"LookAlikeSuffix",
                 [](auto& plan) { plan.head.hosts.push_back({.host = "evilcdn.example"}); },
                 "evilcdn.example"},
        Widening{"KeyOfAForeignHost",
                 [](auto& plan) { plan.chunks[0].concurrency_key = "host:http://evil.example:80"; },
                 "evil.example"},
        Widening{"KeyOfAnotherKind", [](auto& plan) { plan.chunks[0].concurrency_key = "aws:1"; },
                 "'aws:1'"},
        Widening{"FasterChunk", [](auto& plan) { plan.chunks[0].rps_period_millis = 999; },
                 "rate of chunk 0"},
        Widening{"ChunkWithoutARate", [](auto& plan) { plan.chunks[0].rps = 0; },
                 "rate of chunk 0"},
        Widening{
            "ChunkWithAnAbsurdRate",
            [](auto& plan) { plan.chunks[0].rps = plan.chunks[0].rps_period_millis = INT64_MAX; },
            "rate"},
        Widening{"FasterKey", [](auto& plan) { plan.head.limits[0].rps = 11; }, "rate of key"},
        Widening{"TwoLimits", [](auto& plan) { plan.head.limits.push_back(plan.head.limits[0]); },
                 "two limits"},
        Widening{"AbsurdFlight", [](auto& plan) { plan.head.limits[0].max_in_flight = 1'001; },
                 "at once"}),
    [](const auto& widening) { return widening.param.name; });

TEST(PlanCheck, AFetchedDocumentNeverNamesNewHostsButTheUsersOwnFileDoes) {
    auto job = api_job();
    auto& options = std::get<scan::ApiOptions>(job.scanner);
    options.spec_url = "openapi.yaml";
    auto plan = api_plan();
    plan.head.hosts = {{.host = "from-the-file.example"}};
    EXPECT_TRUE(check_plan(job, plan));
    options.server_url = "http://shop.svc";
    EXPECT_FALSE(check_plan(job, plan));
}

TEST(PlanCheck, ASyntheticPlanHasItsOwnKeysNoHostsAndNoMoreUnits) {
    scan::JobSpec job;
    job.scanner = scan::SyntheticOptions{.unit_count = 2};
    scan::PlanDocument plan;
    plan.head.unit_count = 2;
    plan.chunks = {{.concurrency_key = "synthetic:1"}};
    EXPECT_TRUE(check_plan(job, plan));
    plan.head.unit_count = 3;
    EXPECT_FALSE(check_plan(job, plan));
    plan.head.unit_count = 2;
    plan.head.hosts = {{.host = "shop.svc"}};
    EXPECT_FALSE(check_plan(job, plan));
    plan.head.hosts.clear();
    plan.chunks[0].concurrency_key = "host:http://shop.svc:80";
    EXPECT_FALSE(check_plan(job, plan));
}

}  // namespace
}  // namespace api
