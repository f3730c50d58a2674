#include "sim/explorer.h"

#include <fmt/format.h>

#include <utility>

namespace sim {

namespace {

constexpr std::uint64_t kChunks = 3;

ChooseFault only(const Pair& pair) {
    return [at = pair.point.number, fault = pair.fault](const Point& point) {
        return point.number == at ? fault : Fault::None;
    };
}

}  // namespace

std::string describe(const Pair& pair) {
    return fmt::format("{} at #{} ({})", to_string(pair.fault), pair.point.number, pair.point.what);
}

std::vector<Pair> pairs_of(Story story, std::uint64_t seed) {
    std::vector<Pair> pairs;
    for (const auto& point : tell(story, seed).points) {
        for (const auto fault : faults_at(point.kind))
            pairs.push_back({.story = story, .point = point, .fault = fault});
    }
    return pairs;
}

std::vector<std::string> try_pair(const Pair& pair, std::uint64_t seed, const Told& calm,
                                  std::function<void(const std::string&)> trace) {
    const auto told = tell(pair.story, seed, only(pair), std::move(trace));
    auto why = told.violations;
    if (told.ended && told.facts != calm.facts)
        why.push_back(fmt::format("another end: {} instead of {}", told.facts, calm.facts));
    // One crash may cost one attempt of discovery and one of a chunk for each call it hits.
    if (told.attempts > calm.attempts + 1)
        why.push_back(fmt::format("{} attempts instead of {}", told.attempts, calm.attempts));
    if (told.writes > 3 * kChunks + 20)
        why.push_back(fmt::format("I9: {} writes apart from status", told.writes));
    const auto seconds = static_cast<std::uint64_t>(told.took.count() / 1'000);
    if (told.status_writes > seconds + 20)
        why.push_back(fmt::format("I9: {} status writes in {} s", told.status_writes, seconds));
    return why;
}

Explored explore(Story story, std::uint64_t seed,
                 const std::function<void(const Failed&)>& failed) {
    Explored out;
    const auto calm = tell(story, seed);
    if (!calm.ended || !calm.violations.empty()) {
        ++out.failed;
        failed({.pair = {.story = story}, .why = calm.violations});
        return out;
    }
    for (const auto& pair : pairs_of(story, seed)) {
        ++out.pairs;
        auto why = try_pair(pair, seed, calm);
        if (why.empty()) continue;
        ++out.failed;
        failed({.pair = pair, .number = out.pairs, .why = std::move(why)});
    }
    return out;
}

}  // namespace sim
