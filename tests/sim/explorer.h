// Tries a story with every fault at every point, one at a time.
#pragma once

#include "sim/scenario.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sim {

struct Pair {
    Story story = Story::Planned;
    Point point{};
    Fault fault = Fault::None;
};
std::string describe(const Pair& pair);

struct Failed {
    Pair pair{};
    std::uint64_t number = 0;
    std::vector<std::string> why{};
};
struct Explored {
    std::uint64_t pairs = 0;
    std::uint64_t failed = 0;
};

// All pairs of a story, in order.
std::vector<Pair> pairs_of(Story story, std::uint64_t seed);
// Why it is not as it should be; empty if it is. `calm`: the story without a fault.
std::vector<std::string> try_pair(const Pair& pair, std::uint64_t seed, const Told& calm,
                                  std::function<void(const std::string&)> trace = {});
// `failed` hears of each failure as it is found.
Explored explore(Story story, std::uint64_t seed, const std::function<void(const Failed&)>& failed);

}  // namespace sim
