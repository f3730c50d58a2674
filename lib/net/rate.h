// How fast a client may send: a token bucket whose rate gives way to a target in trouble (AIMD).
// Pure.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <vector>

namespace net {

// `requests` per `period`; 0 = no limit, and then nothing below applies.
struct RateShare {
    std::int64_t requests = 0;
    base::Duration period{1'000};
};

// In any window w at most share × w + burst requests, where the burst is what 100 ms bring and at
// least one. The rate is halved on 429, 503, or a latency above 3 × the median of the first 20 good
// answers (and above 250 ms), but not below one request in 10 s (or the share, if that is less); it
// grows by 10 % of the share for each 10 s without such an answer.
class RateLimiter {
public:
    RateLimiter(RateShare share, base::Ticks start);

    // Takes a token if there is one.
    bool take(base::Ticks now);
    // How long until take() may succeed; zero = now.
    base::Duration wait(base::Ticks now);

    struct Answer {
        int status = 0;  // 0 = none came: says nothing about the rate
        base::Duration latency{};
        base::Ticks sent{};
    };
    void on_answer(const Answer& answer, base::Ticks now);

    double per_second(base::Ticks now);

private:
    bool is_trouble(const Answer& answer);
    void advance(base::Ticks now);
    double burst() const;

    double share_ = 0;  // requests a millisecond; 0 = no limit
    double floor_ = 0;
    double rate_ = 0;
    double tokens_ = 0;
    base::Ticks filled_;   // tokens_ counts up to here
    base::Ticks changed_;  // last halving or step up
    base::Ticks halved_;
    bool ever_halved_ = false;
    std::vector<base::Duration> first_latencies_;
    base::Duration latency_max_{};  // known once 20 answers are in
};

}  // namespace net
