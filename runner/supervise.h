// Runs a scanner on a thread of its own while the main thread watches the clock and the signals.
#pragma once

#include "base/os/signals.h"
#include "base/time.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace runner {

enum class StopCause {
    None,
    Deadline,    // our own, one flush reserve before the limit
    Terminated,  // SIGTERM or SIGINT
    Broken,      // results cannot be brought home any more
};

// Tells a scanner to stop, and why. Any thread; the first cause stays.
class StopFlag {
public:
    void raise(StopCause cause);
    StopCause cause() const;
    bool raised() const { return cause() != StopCause::None; }
    // Waits so long; false as soon as the flag is raised.
    bool wait(base::Duration duration) const;

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    StopCause cause_ = StopCause::None;
};

struct SupervisionOptions {
    base::Ticks deadline{};           // when StopCause::Deadline is raised
    base::Duration deadline_grace{};  // how long the work may then go on: part of the flush reserve
    // A terminated runner is gone within 5 s, its flush included.
    base::Duration terminated_grace{2'000};
    std::function<bool()> broken{};  // asked about every 50 ms
};

// The thread that works. If it does not come back in its grace time it is abandoned: the process
// must then end by leave() — the destructor would wait for it for ever.
class Supervised {
public:
    Supervised(std::function<void()> work, StopFlag& flag);
    ~Supervised();
    // True if the work returned, false if it was abandoned.
    bool watch(base::os::SignalWatch& signals, const base::Clock& clock,
               const SupervisionOptions& options);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace runner
