// What holds for every packing, whatever the units and options.
#include "scan/packing.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

namespace scan {
namespace {

template <typename T>
T any(T min, T max) {
    return *rc::gen::inRange<T>(min, max + 1);
}

std::vector<Unit> any_units() {
    static const std::vector<std::string> kKeys = {"", "host:a", "host:b"};
    static const std::vector<std::string> kAffinities = {"", "", "", "g1", "g2", "g3"};
    std::vector<Unit> units;
    for (int i = any(0, 80); i > 0; --i) {
        units.push_back({.id = "u" + std::to_string(i),
                         .weight_millis = any<std::int64_t>(1, 300'000),
                         .affinity = *rc::gen::elementOf(kAffinities),
                         .concurrency_key = *rc::gen::elementOf(kKeys),
                         .once = any(0, 9) == 0});
    }
    return units;
}

PackingOptions any_options() {
    PackingOptions options;
    options.parallelism = any(1, 20);
    options.chunk_count_max = any(3, 60);
    options.chunk_units_max = any<std::int64_t>(0, 10);
    options.target = std::chrono::milliseconds(any<std::int64_t>(1000, 240'000));
    options.limits = {{.concurrency_key = "host:a",
                       .max_in_flight = any(0, 6),
                       .rps = any<std::int64_t>(0, 50),
                       .rps_period_millis = any<std::int64_t>(1, 5) * 1000}};
    return options;
}

std::vector<Chunk> packed(const std::vector<Unit>& units, const PackingOptions& options) {
    auto chunks = pack(units, options);
    if (!chunks) RC_FAIL(chunks.error().message());
    return *chunks;
}

using GroupName = std::pair<std::string, std::string>;

GroupName group_of(const Unit& unit) {
    return {unit.concurrency_key, unit.affinity.empty() ? "=" + unit.id : unit.affinity};
}

std::set<GroupName> groups_of(const Chunk& chunk) {
    std::set<GroupName> groups;
    for (const auto& unit : chunk.units) groups.insert(group_of(unit));
    return groups;
}

RC_GTEST_PROP(Packing, PutsEveryUnitIntoExactlyOneChunk, ()) {
    const auto units = any_units();
    std::multiset<std::string> before;
    std::multiset<std::string> after;
    for (const auto& unit : units) before.insert(unit.id);
    for (const auto& chunk : packed(units, any_options())) {
        RC_ASSERT(!chunk.units.empty());
        for (const auto& unit : chunk.units) after.insert(unit.id);
    }
    RC_ASSERT(before == after);
}

RC_GTEST_PROP(Packing, KeepsAffinityGroupsWhole, ()) {
    std::map<GroupName, std::uint32_t> chunk_of;
    for (const auto& chunk : packed(any_units(), any_options())) {
        for (const auto& group : groups_of(chunk)) {
            RC_ASSERT(chunk_of.emplace(group, chunk.index).second);
        }
    }
}

RC_GTEST_PROP(Packing, GivesEachChunkOneKeyItsWeightAndItsPlace, ()) {
    std::uint32_t next = 0;
    for (const auto& chunk : packed(any_units(), any_options())) {
        std::int64_t weight = 0;
        for (const auto& unit : chunk.units) {
            RC_ASSERT(unit.concurrency_key == chunk.concurrency_key);
            weight += unit.weight_millis;
        }
        RC_ASSERT(chunk.weight_millis == weight);
        RC_ASSERT(chunk.index == next++);
    }
}

RC_GTEST_PROP(Packing, DoesNotDependOnTheOrderOfUnits, ()) {
    auto units = any_units();
    const auto options = any_options();
    const auto before = packed(units, options);
    std::mt19937 random(any(0u, 1'000'000u));
    std::ranges::shuffle(units, random);
    RC_ASSERT(packed(units, options) == before);
}

RC_GTEST_PROP(Packing, ObeysTheCapOnChunks, ()) {
    const auto options = any_options();
    RC_ASSERT(packed(any_units(), options).size() <=
              static_cast<std::size_t>(options.chunk_count_max));
}

RC_GTEST_PROP(Packing, ObeysTheCapOnUnitsButForWholeGroups, ()) {
    auto options = any_options();
    options.chunk_count_max = 10'000;
    options.chunk_units_max = any<std::int64_t>(1, 10);
    for (const auto& chunk : packed(any_units(), options)) {
        const auto size = static_cast<std::int64_t>(chunk.units.size());
        RC_ASSERT(size <= options.chunk_units_max || groups_of(chunk).size() == 1);
    }
}

RC_GTEST_PROP(Packing, LeavesGroupsHeavierThanTheTargetAlone, ()) {
    auto options = any_options();
    options.chunk_count_max = 10'000;
    std::map<GroupName, std::int64_t> weights;
    const auto units = any_units();
    for (const auto& unit : units) weights[group_of(unit)] += unit.weight_millis;
    for (const auto& chunk : packed(units, options)) {
        const auto groups = groups_of(chunk);
        if (groups.size() == 1) continue;
        for (const auto& group : groups) RC_ASSERT(weights[group] <= options.target.count());
    }
}

RC_GTEST_PROP(Packing, DiffersBetweenChunksByNoMoreThanOneGroup, ()) {
    auto options = any_options();
    options.chunk_count_max = 10'000;
    options.chunk_units_max = 0;
    options.target = std::chrono::hours(24);  // so that no group has to stay alone
    auto units = any_units();
    std::int64_t heaviest = 0;
    std::map<GroupName, std::int64_t> weights;
    for (auto& unit : units) {
        unit.concurrency_key.clear();
        heaviest = std::max(heaviest, weights[group_of(unit)] += unit.weight_millis);
    }
    const auto chunks = packed(units, options);
    if (chunks.empty()) return;
    const auto [lightest, most] = std::ranges::minmax(chunks, {}, &Chunk::weight_millis);
    RC_ASSERT(most.weight_millis - lightest.weight_millis <= heaviest);
}

RC_GTEST_PROP(Packing, NeverExceedsTheRateOfAKey, ()) {
    const auto options = any_options();
    const auto chunks = packed(any_units(), options);
    const auto& limit = options.limits.front();
    const auto count = std::ranges::count(chunks, "host:a", &Chunk::concurrency_key);
    auto at_once = std::min<std::int64_t>(options.parallelism, count);
    if (limit.max_in_flight > 0) at_once = std::min<std::int64_t>(at_once, limit.max_in_flight);
    for (const auto& chunk : chunks) {
        if (chunk.concurrency_key != "host:a" || limit.rps == 0) {
            RC_ASSERT(chunk.rps == 0);
            continue;
        }
        RC_ASSERT(chunk.rps == limit.rps);
        RC_ASSERT(chunk.rps_period_millis == limit.rps_period_millis * at_once);
    }
}

}  // namespace
}  // namespace scan
