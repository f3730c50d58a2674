#include "net/rate.h"

#include <algorithm>
#include <cmath>

namespace net {
namespace {

using base::Duration;
using base::Ticks;

constexpr double kFloor =
    1.0 / 10'000;  // one request in 10 s: enough to see that a target recovered
constexpr double kStepShare = 0.1;
constexpr Duration kStepTime{10'000};
constexpr double kBurstMs = 100;
constexpr std::size_t kLatencySamples = 20;
constexpr int kLatencyFactor = 3;
// A target that answers in a few milliseconds is not in trouble because one call took 20.
constexpr Duration kLatencyNoise{250};
// Sums of doubles miss a whole token by rounding only.
constexpr double kRounding = 1e-9;

}  // namespace

RateLimiter::RateLimiter(RateShare share, Ticks start)
    : filled_(start), changed_(start), halved_(start) {
    if (share.requests <= 0 || share.period <= Duration::zero()) return;
    share_ = static_cast<double>(share.requests) / static_cast<double>(share.period.count());
    floor_ = std::min(kFloor, share_);
    rate_ = share_;
    tokens_ = burst();
}

double RateLimiter::burst() const { return std::max(1.0, rate_ * kBurstMs); }

void RateLimiter::advance(Ticks now) {
    while (now - changed_ >= kStepTime && rate_ < share_) {
        changed_ += kStepTime;
        rate_ = std::min(share_, rate_ + kStepShare * share_);
    }
    if (now > filled_) {
        tokens_ = std::min(burst(), tokens_ + rate_ * static_cast<double>((now - filled_).count()));
        filled_ = now;
    }
}

bool RateLimiter::take(Ticks now) {
    if (share_ == 0) return true;
    advance(now);
    if (tokens_ + kRounding < 1) return false;
    tokens_ -= 1;
    return true;
}

Duration RateLimiter::wait(Ticks now) {
    if (share_ == 0) return {};
    advance(now);
    const double missing = 1 - kRounding - tokens_;
    if (missing <= 0) return {};
    return Duration(static_cast<Duration::rep>(std::ceil(missing / rate_)));
}

double RateLimiter::per_second(Ticks now) {
    advance(now);
    return rate_ * 1'000;
}

bool RateLimiter::is_trouble(const Answer& answer) {
    if (answer.status == 429 || answer.status == 503) return true;
    if (first_latencies_.size() < kLatencySamples) {
        first_latencies_.push_back(answer.latency);
        if (first_latencies_.size() < kLatencySamples) return false;
        const auto middle = first_latencies_.begin() + kLatencySamples / 2;
        std::nth_element(first_latencies_.begin(), middle, first_latencies_.end());
        latency_max_ = std::max(kLatencyNoise, *middle * kLatencyFactor);
        return false;
    }
    return answer.latency > latency_max_;
}

void RateLimiter::on_answer(const Answer& answer, Ticks now) {
    if (share_ == 0 || answer.status == 0) return;
    advance(now);
    if (!is_trouble(answer)) return;
    changed_ = now;
    // Answers to what was sent before the last halving tell of the same trouble: eight connections
    // that all get a 429 halve the rate once.
    if (ever_halved_ && answer.sent < halved_) return;
    ever_halved_ = true;
    halved_ = now;
    rate_ = std::max(floor_, rate_ / 2);
    tokens_ = std::min(tokens_, burst());
}

}  // namespace net
