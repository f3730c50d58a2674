#include "operator/app/probes.h"

#include <utility>

namespace app {

namespace {

// The loop wakes up every second; one step of a job with 10 000 chunks takes some 10 ms.
constexpr base::Duration kStuckAfter{30'000};

}  // namespace

void Probes::beat() {
    state_.with([&](State& state) { state.beat = clock_.ticks(); });
}

void Probes::set_waiting_for(std::string what) {
    state_.with([&](State& state) { state.waits_for = std::move(what); });
}

base::Result<> Probes::healthy() const {
    const auto beat = state_.with([](const State& state) { return state.beat; });
    if (clock_.ticks() - beat < kStuckAfter) return {};
    return base::fail(base::ErrorKind::Unavailable, "the controller has not moved for 30 s");
}

base::Result<> Probes::ready() const {
    auto waits_for = state_.with([](const State& state) { return state.waits_for; });
    if (waits_for.empty()) return {};
    return base::fail(base::ErrorKind::Unavailable, std::move(waits_for));
}

}  // namespace app
