#include "scan/packing.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace scan {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using std::int64_t;
using std::size_t;

// Below ten seconds a chunk's start costs more than its work.
constexpr int64_t kBinMillisMin = 10'000;
// Bins are raised in steps of 1/1024 of their size until the plan fits: fine enough to waste no
// tenth of a percent.
constexpr int64_t kScaleOne = 1024;
// How many of the lightest bins are looked at for one with room: keeps the worst case of odd groups
// linear.
constexpr int kRoomSearchMax = 64;

int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

// `value` × scale / 1024, without overflow; rounds down, but never below `value`.
int64_t scaled(int64_t value, int64_t scale) {
    if (scale == kScaleOne) return value;
    if (value > std::numeric_limits<int64_t>::max() / scale) {
        return std::numeric_limits<int64_t>::max() / kScaleOne;
    }
    return value * scale / kScaleOne;
}

// Units that must stay together: a run of the sorted order. There may be two million of these.
struct Group {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    int64_t weight = 0;
    std::string_view name;  // affinity, or the unit's id
    bool alone = false;     // a unit without affinity: may have the name of another group
};

struct Lane {  // all of one concurrency key
    std::string key;
    std::vector<Group> groups;
    int64_t weight = 0;
    int64_t units = 0;
    int64_t in_flight = 1;  // attempts that may run at once
    const KeyLimit* limit = nullptr;
};

struct Bin {
    std::vector<std::uint32_t> groups;
    int64_t weight = 0;
    int64_t units = 0;
};

// What one attempt of packing aims at: bins of a lane hold so much.
struct Aim {
    int64_t bins = 1;
    int64_t units_max = 0;    // 0 = no cap
    int64_t lone_weight = 0;  // heavier groups stay alone
};

class Packing {
public:
    Packing(std::vector<Unit>& units, const PackingOptions& options)
        : units_(units), options_(options) {}

    Result<std::vector<Chunk>> run();

private:
    Result<> check() const;
    void group();
    std::vector<std::uint32_t> sorted_order() const;
    void add_to_lane(Lane& lane, std::uint32_t place, bool same_group) const;
    void finish_lane(Lane& lane) const;
    Aim aim_of(const Lane& lane, int64_t scale) const;
    int64_t bins_at(int64_t scale) const;
    int64_t first_scale() const;
    std::vector<Bin> fill(const Lane& lane, const Aim& aim) const;
    std::vector<std::vector<Bin>> fill_all() const;
    Chunk chunk_of(const Lane& lane, const Bin& bin, int64_t sharers);
    std::vector<Chunk> in_launch_order(const std::vector<std::vector<Bin>>& bins);
    int order_of(const Unit& unit) const;

    std::vector<Unit>& units_;
    const PackingOptions& options_;
    std::vector<std::uint32_t> order_{};  // places in units_, by key, affinity and id
    std::vector<Lane> lanes_{};           // by key
};

int Packing::order_of(const Unit& unit) const {
    return options_.preferred_order ? options_.preferred_order(unit) : 0;
}

Result<> Packing::check() const {
    if (units_.size() <= kPlanUnitsMax) return {};
    return fail(ErrorKind::TooLarge, fmt::format("{} units were found; a plan holds at most {}: "
                                                 "narrow the target or split the job",
                                                 units_.size(), kPlanUnitsMax));
}

void Packing::add_to_lane(Lane& lane, std::uint32_t place, bool same_group) const {
    const auto& unit = units_[order_[place]];
    if (!same_group) {
        const bool alone = unit.affinity.empty();
        const std::string_view name = alone ? unit.id : unit.affinity;
        lane.groups.push_back({.first = place, .name = name, .alone = alone});
    }
    auto& group = lane.groups.back();
    ++group.count;
    group.weight += unit.weight_millis;
    lane.weight += unit.weight_millis;
    ++lane.units;
}

void Packing::finish_lane(Lane& lane) const {
    std::ranges::sort(lane.groups, [](const Group& a, const Group& b) {
        if (a.weight != b.weight) return a.weight > b.weight;
        if (a.name != b.name) return a.name < b.name;
        return a.alone < b.alone;
    });
    const auto limit = std::ranges::find(options_.limits, lane.key, &KeyLimit::concurrency_key);
    lane.in_flight = std::max(options_.parallelism, 1);
    if (limit == options_.limits.end()) return;
    lane.limit = &*limit;
    if (limit->max_in_flight > 0) {
        lane.in_flight = std::min(lane.in_flight, int64_t{limit->max_in_flight});
    }
}

std::vector<std::uint32_t> Packing::sorted_order() const {
    std::vector<std::uint32_t> order(units_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        const auto& x = units_[a];
        const auto& y = units_[b];
        if (const auto by_key = x.concurrency_key <=> y.concurrency_key; by_key != 0) {
            return by_key < 0;
        }
        if (const auto by_group = x.affinity <=> y.affinity; by_group != 0) return by_group < 0;
        return x.id < y.id;
    });
    return order;
}

void Packing::group() {
    order_ = sorted_order();
    const Unit* before = nullptr;
    for (std::uint32_t place = 0; place < order_.size(); ++place) {
        const auto& unit = units_[order_[place]];
        const bool same_key = before && before->concurrency_key == unit.concurrency_key;
        if (!same_key) lanes_.emplace_back().key = unit.concurrency_key;
        const bool same_group =
            same_key && !unit.affinity.empty() && before->affinity == unit.affinity;
        add_to_lane(lanes_.back(), place, same_group);
        before = &unit;
    }
    for (auto& lane : lanes_) finish_lane(lane);
}

// Step 2 of the rule: n = ⌈W / clamp(W / p, low, high)⌉ in exact arithmetic, which is p between the
// two ends.
Aim Packing::aim_of(const Lane& lane, int64_t scale) const {
    const int64_t high = std::max<int64_t>(options_.target.count(), 1);
    const int64_t low = std::min(kBinMillisMin, high);
    const int64_t p = lane.in_flight;
    Aim aim;
    // W / p clamped, × scale: n = ⌈W × 1024 / (bin × scale)⌉.
    if (lane.weight < low * p) {
        aim.bins = ceil_div(lane.weight, scaled(low, scale));
    } else if (lane.weight > high * p) {
        aim.bins = ceil_div(lane.weight, scaled(high, scale));
    } else {
        aim.bins = ceil_div(p * kScaleOne, scale);
    }
    if (options_.chunk_units_max > 0) {
        aim.units_max = scaled(options_.chunk_units_max, scale);
        aim.bins = std::max(aim.bins, ceil_div(lane.units, aim.units_max));
    }
    aim.bins = std::clamp<int64_t>(aim.bins, 1, static_cast<int64_t>(lane.groups.size()));
    aim.lone_weight = scaled(high, scale);
    return aim;
}

int64_t Packing::bins_at(int64_t scale) const {
    int64_t sum = 0;
    for (const auto& lane : lanes_) sum += aim_of(lane, scale).bins;
    return sum;
}

// The smallest scale at which the bins are few enough, by doubling and halving.
int64_t Packing::first_scale() const {
    int64_t high = kScaleOne;
    while (bins_at(high) > options_.chunk_count_max) high *= 2;
    int64_t low = high == kScaleOne ? high : high / 2;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (bins_at(middle) > options_.chunk_count_max) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return high;
}

// The open bins of a lane, lightest first, ties to the lowest index.
class OpenBins {
public:
    OpenBins(std::vector<Bin>& bins, const Aim& aim) : bins_(bins), aim_(aim) {
        for (int64_t i = 0; i < aim.bins; ++i) open_new();
    }

    void put(std::uint32_t index, const Group& group) {
        const int64_t count = group.count;
        const auto chosen = lightest_with_room(count);
        auto& bin = bins_[chosen];
        open_.erase({bin.weight, chosen});
        bin.groups.push_back(index);
        bin.weight += group.weight;
        bin.units += count;
        const bool full = aim_.units_max > 0 && bin.units >= aim_.units_max;
        const bool alone = group.weight > aim_.lone_weight;
        if (!full && !alone) open_.insert({bin.weight, chosen});
    }

private:
    size_t open_new() {
        const auto index = bins_.size();
        bins_.emplace_back();
        open_.insert({0, index});
        return index;
    }

    size_t lightest_with_room(int64_t count) {
        int looked_at = 0;
        for (const auto& [weight, index] : open_) {
            const auto& bin = bins_[index];
            if (bin.units == 0 || aim_.units_max == 0 || bin.units + count <= aim_.units_max) {
                return index;
            }
            if (++looked_at == kRoomSearchMax) break;
        }
        return open_new();
    }

    std::vector<Bin>& bins_;
    const Aim& aim_;
    std::set<std::pair<int64_t, size_t>> open_{};
};

std::vector<Bin> Packing::fill(const Lane& lane, const Aim& aim) const {
    std::vector<Bin> bins;
    OpenBins open(bins, aim);
    for (std::uint32_t i = 0; i < lane.groups.size(); ++i) open.put(i, lane.groups[i]);
    std::erase_if(bins, [](const Bin& bin) { return bin.groups.empty(); });
    return bins;
}

std::vector<std::vector<Bin>> Packing::fill_all() const {
    for (auto scale = first_scale();; scale += scale / 4) {
        std::vector<std::vector<Bin>> all;
        size_t count = 0;
        for (const auto& lane : lanes_) {
            all.push_back(fill(lane, aim_of(lane, scale)));
            count += all.back().size();
        }
        // Groups that fit badly under the cap can open more bins than were counted on.
        if (count <= static_cast<size_t>(options_.chunk_count_max)) return all;
    }
}

Chunk Packing::chunk_of(const Lane& lane, const Bin& bin, int64_t sharers) {
    Chunk chunk;
    chunk.concurrency_key = lane.key;
    chunk.weight_millis = bin.weight;
    chunk.units.reserve(static_cast<size_t>(bin.units));
    for (const auto index : bin.groups) {
        const auto& group = lane.groups[index];
        const auto begin = static_cast<std::ptrdiff_t>(chunk.units.size());
        for (auto place = group.first; place < group.first + group.count; ++place) {
            chunk.units.push_back(std::move(units_[order_[place]]));
        }
        if (!options_.preferred_order) continue;
        std::ranges::sort(chunk.units.begin() + begin, chunk.units.end(),
                          [&](const Unit& a, const Unit& b) {
                              const auto x = order_of(a);
                              const auto y = order_of(b);
                              return x != y ? x < y : a.id < b.id;
                          });
    }
    if (options_.credentials) chunk.credentials = options_.credentials(chunk.units);
    if (lane.limit && lane.limit->rps > 0) {
        chunk.rps = lane.limit->rps;
        chunk.rps_period_millis = lane.limit->rps_period_millis * sharers;
    }
    return chunk;
}

std::vector<Chunk> Packing::in_launch_order(const std::vector<std::vector<Bin>>& bins) {
    struct Ranked {
        Chunk chunk;
        int order;
        bool once;
        size_t place;
    };
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < lanes_.size(); ++i) {
        const auto sharers = std::min(lanes_[i].in_flight, static_cast<int64_t>(bins[i].size()));
        for (const auto& bin : bins[i]) {
            auto chunk = chunk_of(lanes_[i], bin, sharers);
            int order = std::numeric_limits<int>::max();
            for (const auto& unit : chunk.units) order = std::min(order, order_of(unit));
            const bool once = std::ranges::any_of(chunk.units, &Unit::once);
            ranked.push_back({std::move(chunk), order, once, ranked.size()});
        }
    }
    // Ties stay in the order of keys and bins, which follows weight and name.
    std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
        if (a.order != b.order) return a.order < b.order;
        if (a.once != b.once) return a.once;
        const auto x = a.chunk.weight_millis;
        const auto y = b.chunk.weight_millis;
        return x != y ? x > y : a.place < b.place;
    });
    std::vector<Chunk> chunks;
    chunks.reserve(ranked.size());
    for (auto& one : ranked) {
        one.chunk.index = static_cast<std::uint32_t>(chunks.size());
        chunks.push_back(std::move(one.chunk));
    }
    return chunks;
}

Result<std::vector<Chunk>> Packing::run() {
    TRY(check());
    group();
    if (static_cast<int64_t>(lanes_.size()) > options_.chunk_count_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("the units have {} concurrency keys, but chunks.maxCount is {}: "
                                "each key needs a chunk of its own",
                                lanes_.size(), options_.chunk_count_max));
    }
    return in_launch_order(fill_all());
}

}  // namespace

PackingOptions packing_options(const JobSpec& spec) {
    PackingOptions options;
    options.parallelism = spec.parallelism;
    options.chunk_count_max = spec.chunks.max_count;
    options.chunk_units_max = spec.chunks.max_units;
    options.target = spec.chunks.target;
    return options;
}

Result<std::vector<Chunk>> pack(std::vector<Unit> units, const PackingOptions& options) {
    return Packing(units, options).run();
}

std::vector<std::uint32_t> too_heavy(const std::vector<Chunk>& chunks,
                                     std::chrono::milliseconds chunk_limit) {
    const auto usable = (chunk_limit - flush_reserve(chunk_limit)).count();
    std::vector<std::uint32_t> heavy;
    for (const auto& chunk : chunks) {
        if (chunk.weight_millis > usable) heavy.push_back(chunk.index);
    }
    return heavy;
}

}  // namespace scan
