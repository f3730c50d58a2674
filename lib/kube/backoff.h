// How long to wait after failures: full jitter, the same for the same seed. Pure.
// Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
#pragma once

#include "base/time.h"

#include <algorithm>
#include <cstdint>

namespace kube {

// SplitMix64: every seed is good, and the numbers are the same on every platform.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15u;
        auto z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    // Anything from zero to `longest`.
    base::Duration up_to(base::Duration longest) {
        const auto steps = static_cast<std::uint64_t>(std::max<std::int64_t>(longest.count(), 0));
        return base::Duration(static_cast<std::int64_t>(next() % (steps + 1)));
    }

private:
    std::uint64_t state_;
};

// The n-th wait in a row lies between zero and min(first · 2ⁿ, longest).
class Backoff {
public:
    Backoff(base::Duration first, base::Duration longest, std::uint64_t seed)
        : first_(std::min(first, longest)), longest_(longest), bound_(first_), chance_(seed) {}

    base::Duration next() {
        const auto wait = chance_.up_to(bound_);
        bound_ = std::min(bound_ * 2, longest_);
        return wait;
    }
    void reset() { bound_ = first_; }

private:
    base::Duration first_;
    base::Duration longest_;
    base::Duration bound_;
    Chance chance_;
};

}  // namespace kube
