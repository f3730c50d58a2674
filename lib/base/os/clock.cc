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

}  // namespace base::os
