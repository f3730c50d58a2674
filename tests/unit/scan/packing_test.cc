#include "scan/packing.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace scan {
namespace {

using namespace std::chrono_literals;

struct UnitsOf {
    int count = 1;
    std::int64_t seconds = 1;
    std::string key{};
};

std::vector<Unit> units_of(std::initializer_list<UnitsOf> kinds) {
    std::vector<Unit> units;
    for (const auto& kind : kinds) {
        for (int i = 0; i < kind.count; ++i) {
            units.push_back({.id = fmt::format("u{:05}", units.size()),
                             .weight_millis = kind.seconds * 1000,
                             .concurrency_key = kind.key});
        }
    }
    return units;
}

// "key:ids:seconds …" of all chunks.
std::string drawn(const std::vector<Chunk>& chunks) {
    std::vector<std::string> lines;
    for (const auto& chunk : chunks) {
        std::vector<std::string> ids;
        for (const auto& unit : chunk.units) ids.push_back(unit.id);
        lines.push_back(fmt::format("{}:{}:{}", chunk.concurrency_key, fmt::join(ids, "+"),
                                    chunk.weight_millis / 1000));
    }
    return fmt::format("{}", fmt::join(lines, " "));
}

std::string packed(std::vector<Unit> units, const PackingOptions& options = {}) {
    const auto chunks = pack(std::move(units), options);
    return chunks ? drawn(*chunks) : chunks.error().message();
}

std::size_t count_of(std::vector<Unit> units, const PackingOptions& options = {}) {
    const auto chunks = pack(std::move(units), options);
    return chunks ? chunks->size() : 0;
}

TEST(Packing, MakesAsManyChunksAsTheRuleSays) {
    struct Case {
        std::string_view claim;
        std::vector<Unit> units;
        PackingOptions options;
        std::size_t chunks;
    };
    const std::vector<KeyLimit> one_at_a_time = {{.concurrency_key = "k", .max_in_flight = 1}};
    const Case cases[] = {
        {"nothing to do", {}, {}, 0},
        {"less than ten seconds a lane: bins of ten seconds", units_of({{4, 1}}), {}, 1},
        {"just above: still bins of ten seconds", units_of({{11, 1}}), {}, 2},
        {"as many as run at once", units_of({{10, 24}}), {}, 5},
        {"more work than they do in 240 s each", units_of({{100, 60}}), {}, 25},
        {"a share of W / p needs exactly p bins", units_of({{53, 1}}), {}, 5},
        {"never more than groups", units_of({{2, 100}}), {}, 2},
        {"one attempt at a time", units_of({{6, 10, "k"}}), {.limits = one_at_a_time}, 1},
        {"one at a time, but more than 240 s",
         units_of({{60, 10, "k"}}),
         {.limits = one_at_a_time},
         3},
        {"two keys share nothing", units_of({{1, 1, "a"}, {1, 1, "b"}}), {}, 2},
        {"cap on units", units_of({{10, 1}}), {.chunk_units_max = 3}, 4},
        {"cap on chunks", units_of({{100, 60}}), {.chunk_count_max = 2}, 2},
        {"cap on chunks beats cap on units",
         units_of({{10, 1}}),
         {.chunk_count_max = 2, .chunk_units_max = 3},
         2},
        {"target below ten seconds", units_of({{10, 1}}), {.target = 2s}, 5},
    };
    for (const auto& c : cases) EXPECT_EQ(count_of(c.units, c.options), c.chunks) << c.claim;
}

TEST(Packing, PutsTheNextHeaviestIntoTheLightestBin) {
    std::vector<Unit> units;
    for (const int seconds : {50, 40, 30, 30, 20, 10}) {
        units.push_back(
            {.id = fmt::format("u{}", units.size()), .weight_millis = seconds * 1000LL});
    }
    EXPECT_EQ(packed(units, {.parallelism = 2}), ":u0+u3+u5:90 :u1+u2+u4:90");
}

TEST(Packing, BreaksTiesByName) {
    EXPECT_EQ(packed(units_of({{4, 30}}), {.parallelism = 2}),
              ":u00000+u00002:60 :u00001+u00003:60");
}

TEST(Packing, KeepsAffinityGroupsWholeEvenBeyondTheCap) {
    std::vector<Unit> units = units_of({{6, 1}});
    for (std::size_t i = 0; i < 4; ++i) units[i].affinity = "users";
    EXPECT_EQ(packed(units, {.chunk_units_max = 3}),
              ":u00000+u00001+u00002+u00003:4 :u00004+u00005:2");
}

TEST(Packing, DoesNotTakeAUnitForTheGroupOfThatName) {
    std::vector<Unit> units = units_of({{3, 100}});
    units[0].id = "users";
    units[1].affinity = units[2].affinity = "users";
    EXPECT_EQ(packed(units), ":u00001+u00002:200 :users:100");
}

TEST(Packing, LeavesAGroupHeavierThanTheTargetAlone) {
    auto units = units_of({{1, 1000}, {10, 24}});
    const auto chunks = pack(units, {});
    ASSERT_TRUE(chunks);
    EXPECT_EQ(chunks->front().units.size(), 1u);
    EXPECT_EQ(chunks->front().weight_millis, 1'000'000);
    EXPECT_EQ(too_heavy(*chunks, 480s), std::vector<std::uint32_t>{0});
}

TEST(Packing, LaunchesByPreferenceThenOnceThenWeight) {
    std::vector<Unit> units = units_of({{1, 200}, {1, 240}, {1, 230}, {1, 220}});
    units[0].once = true;
    PackingOptions options{
        .preferred_order = [](const Unit& unit) { return unit.id == "u00003" ? 0 : 1; }};
    EXPECT_EQ(packed(units, options), ":u00003:220 :u00000:200 :u00001:240 :u00002:230");
}

TEST(Packing, OrdersUnitsOfAGroupByPreferenceThenName) {
    std::vector<Unit> units = units_of({{3, 1}});
    for (auto& unit : units) unit.affinity = "g";
    PackingOptions options{
        .preferred_order = [](const Unit& unit) { return unit.id == "u00000" ? 9 : 0; }};
    EXPECT_EQ(packed(units, options), ":u00001+u00002+u00000:3");
}

TEST(Packing, GivesEachChunkItsExactShareOfTheRate) {
    struct Case {
        std::string_view claim;
        int parallelism;
        int max_in_flight;
        std::int64_t period;
    };
    // Three chunks of 240 s each.
    const Case cases[] = {
        {"fewer chunks than may run", 5, 0, 3000},
        {"fewer run than there are chunks", 2, 0, 2000},
        {"the key allows one", 5, 1, 1000},
    };
    for (const auto& c : cases) {
        const std::vector<KeyLimit> limits = {
            {.concurrency_key = "k", .max_in_flight = c.max_in_flight, .rps = 10}};
        const auto chunks =
            pack(units_of({{3, 240, "k"}}), {.parallelism = c.parallelism, .limits = limits});
        ASSERT_TRUE(chunks);
        ASSERT_EQ(chunks->size(), 3u) << c.claim;
        EXPECT_EQ((*chunks)[0].rps, 10) << c.claim;
        EXPECT_EQ((*chunks)[0].rps_period_millis, c.period) << c.claim;
    }
}

TEST(Packing, NamesTheCredentialsOfEachChunk) {
    PackingOptions options{.credentials = [](const std::vector<Unit>& units) {
        return std::vector<std::string>{units.front().id};
    }};
    const auto chunks = pack(units_of({{2, 240}}), options);
    ASSERT_TRUE(chunks);
    EXPECT_EQ((*chunks)[1].credentials, std::vector<std::string>{"u00001"});
}

TEST(Packing, RefusesMoreKeysThanChunks) {
    EXPECT_EQ(packed(units_of({{1, 1, "a"}, {1, 1, "b"}}), {.chunk_count_max = 1}),
              "the units have 2 concurrency keys, but chunks.maxCount is 1: each key needs a chunk "
              "of its own");
}

TEST(Packing, RefusesMoreUnitsThanAPlanHolds) {
    const auto chunks = pack(std::vector<Unit>(kPlanUnitsMax + 1), {});
    ASSERT_FALSE(chunks);
    EXPECT_EQ(chunks.error().kind(), base::ErrorKind::TooLarge);
}

TEST(Packing, TakesItsOptionsFromTheJob) {
    JobSpec spec;
    spec.parallelism = 7;
    spec.chunks.max_count = 9;
    spec.chunks.max_units = 3;
    spec.chunks.target = 11s;
    const auto options = packing_options(spec);
    EXPECT_EQ(options.parallelism, 7);
    EXPECT_EQ(options.chunk_count_max, 9);
    EXPECT_EQ(options.chunk_units_max, 3);
    EXPECT_EQ(options.target, 11s);
}

TEST(Packing, CallsAChunkTooHeavyThatLeavesNoTimeToFlush) {
    std::vector<Chunk> chunks(2);
    chunks[0].weight_millis = 460'000;
    chunks[1].index = 1;
    chunks[1].weight_millis = 460'001;
    EXPECT_EQ(too_heavy(chunks, 480s), std::vector<std::uint32_t>{1});
}

}  // namespace
}  // namespace scan
