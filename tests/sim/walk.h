// A random walk: a job, faults, mischief with Pods and edits by users, all by one seed. When the
// faults have stopped, everything must end as it should.
#pragma once

#include "sim/world.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sim {

struct Walked {
    bool ended = false;
    bool deleted = false;  // in mid-run, by the user
    std::string outcome{};
    std::vector<std::string> violations{};
    std::uint64_t points = 0;
    std::uint64_t faults = 0;
    std::uint64_t mischief = 0;
    int starts = 0;
};

Walked walk(std::uint64_t seed, std::function<void(const std::string&)> trace = {});

}  // namespace sim
