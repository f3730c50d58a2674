// Time as an argument: instants, durations and the Clock seam.
#pragma once

#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace base {

using Duration = std::chrono::milliseconds;
// Wall time (UTC). What is stored, shown, and compared across restarts.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
// Monotonic time of this process. For limits and waits: nobody can move it.
using Ticks = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

// The one seam to time. base/os/clock.cc has the system's, tests/fakes/fake_clock.h a virtual one.
// All methods may be called on any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant wall() const = 0;
    virtual Ticks ticks() const = 0;
};

// RFC 3339 in UTC with milliseconds: "2026-01-31T12:00:00.000Z".
std::string format_instant(Instant instant);
// Accepts what format_instant writes, with or without fraction, 'Z' or ±hh:mm. Invalid otherwise.
Result<Instant> parse_instant(std::string_view text);
// "1.2s", "3m05s", "2h10m": for people.
std::string format_duration(Duration duration);

}  // namespace base
