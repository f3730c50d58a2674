#include "base/os/clock.h"

namespace base::os {
namespace {

class SystemClock : public Clock {
public:
    Instant wall() const override {
        return std::chrono::floor<Duration>(std::chrono::system_clock::now());
    }
    Ticks ticks() const override {
        return std::chrono::floor<Duration>(std::chrono::steady_clock::now());
    }
};

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

std::chrono::nanoseconds steady_nanoseconds() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace base::os
