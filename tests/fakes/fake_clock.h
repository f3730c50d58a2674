// A clock that only moves when a test moves it.
// Gaps: it wakes nobody; whoever waits with a timeout of the system does not notice that time has
// passed.
#pragma once

#include "base/time.h"

#include <atomic>

namespace fakes {

// Starts at 2026-01-01T00:00:00Z and at tick 0. Any thread.
class FakeClock : public base::Clock {
public:
    base::Instant wall() const override { return base::Instant(base::Duration(wall_ms_)); }
    base::Ticks ticks() const override { return base::Ticks(base::Duration(ticks_ms_)); }

    // Time passes.
    void advance(base::Duration duration) {
        wall_ms_ += duration.count();
        ticks_ms_ += duration.count();
    }
    // Somebody sets the wall clock, forward or back; no time passes.
    void jump_wall(base::Duration duration) { wall_ms_ += duration.count(); }

private:
    std::atomic<base::Duration::rep> wall_ms_ = 1'767'225'600'000;
    std::atomic<base::Duration::rep> ticks_ms_ = 0;
};

}  // namespace fakes
