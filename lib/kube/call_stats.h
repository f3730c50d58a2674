// What calls came to: the figures behind rest_client_* metrics, as plain values.
#pragma once

#include "base/time.h"
#include "kube/request.h"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

namespace kube {

// The bounds of client-go's histograms, so that dashboards work unchanged.
inline constexpr std::array<base::Duration, 12> kDurationBounds = {
    base::Duration(5),     base::Duration(25),     base::Duration(100),    base::Duration(250),
    base::Duration(500),   base::Duration(1'000),  base::Duration(2'000),  base::Duration(4'000),
    base::Duration(8'000), base::Duration(15'000), base::Duration(30'000), base::Duration(60'000)};

struct CallKey {
    Verb verb = Verb::Get;
    std::string method{};
    int code = 0;  // 0 = no answer
    auto operator<=>(const CallKey&) const = default;
};

struct CallFigures {
    std::uint64_t count = 0;
    // Each call in one bucket, the first whose bound is not below; the last is for those beyond.
    std::array<std::uint64_t, kDurationBounds.size() + 1> durations{};
    base::Duration duration_sum{};
    std::uint64_t request_bytes = 0;  // bodies
    std::uint64_t response_bytes = 0;
};

struct CallSample {
    base::Duration duration{};
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;
    base::Duration waited{};  // for its place in the window
    bool sent_again = false;  // after a 401
};

// One row per (verb, method, code): a few dozen at most.
using CallTable = std::map<CallKey, CallFigures>;
void add_call(CallTable& table, const CallKey& key, const CallSample& sample);

}  // namespace kube
