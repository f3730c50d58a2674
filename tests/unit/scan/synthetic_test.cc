#include "scan/synthetic.h"

#include <gtest/gtest.h>

#include <set>

namespace scan {
namespace {

JobSpec spec_of(SyntheticOptions options) {
    JobSpec spec;
    spec.scanner = std::move(options);
    return spec;
}

TEST(Synthetic, NumbersItsUnits) {
    const auto units = synthetic_units({.unit_count = 3, .unit_milliseconds = 50});
    ASSERT_EQ(units.size(), 3u);
    EXPECT_EQ(units[2].id, "unit-2");
    EXPECT_EQ(units[2].params_json, R"({"n":2})");
    EXPECT_EQ(units[2].weight_millis, 50);
    EXPECT_EQ(units[2].concurrency_key, "");
}

TEST(Synthetic, WeighsAUnitWithoutSleepAsLittleAsPossible) {
    EXPECT_EQ(synthetic_units({.unit_count = 1})[0].weight_millis, 1);
}

TEST(Synthetic, SpreadsUnitsOverKeys) {
    std::set<std::string> keys;
    for (const auto& unit : synthetic_units({.unit_count = 10, .concurrency_keys = 3})) {
        keys.insert(unit.concurrency_key);
    }
    EXPECT_EQ(keys, (std::set<std::string>{"synthetic:0", "synthetic:1", "synthetic:2"}));
}

TEST(SyntheticPlan, IsAValidPlanDocument) {
    const auto plan = plan_synthetic(spec_of({.unit_count = 20,
                                              .unit_milliseconds = 60'000,
                                              .concurrency_keys = 2,
                                              .max_in_flight_per_key = 1}));
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->head.scanner, ScannerType::Synthetic);
    EXPECT_EQ(plan->head.unit_count, 20u);
    EXPECT_EQ(plan->head.limits, (std::vector<KeyLimit>{{"synthetic:0", 1}, {"synthetic:1", 1}}));
    // 600 s a key, one attempt at a time, 240 s a chunk.
    EXPECT_EQ(plan->chunks.size(), 6u);
    const auto read = parse_plan(plan_to_lines(*plan));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, *plan);
}

TEST(SyntheticPlan, NamesNoLimitsWhereThereAreNone) {
    const auto plan = plan_synthetic(spec_of({.unit_count = 5, .concurrency_keys = 2}));
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->head.limits.empty());
}

TEST(SyntheticPlan, LimitsOnlyKeysThatAreUsed) {
    const auto plan = plan_synthetic(
        spec_of({.unit_count = 2, .concurrency_keys = 100, .max_in_flight_per_key = 1}));
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->head.limits.size(), 2u);
}

TEST(SyntheticPlan, IsRefusedWithMoreKeysThanChunks) {
    const auto plan = plan_synthetic(spec_of({.unit_count = 1000, .concurrency_keys = 300}));
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind(), base::ErrorKind::TooLarge);
}

TEST(SyntheticPlan, IsRefusedForAnotherScanner) { EXPECT_FALSE(plan_synthetic(JobSpec{})); }

}  // namespace
}  // namespace scan
