// SIGINT and SIGTERM as data.
#pragma once

#include "base/result.h"

#include <memory>

namespace base::os {

// Blocks SIGINT and SIGTERM in this thread and all it starts, ignores SIGPIPE, and counts what arrives. Create it
// first in main, before any thread. One per process.
class SignalWatch {
public:
    static Result<SignalWatch> create();
    ~SignalWatch();
    SignalWatch(SignalWatch&&) noexcept;

    // Readable (poll/epoll) when a signal waits.
    int fd() const { return fd_; }
    // Takes what arrived; never blocks.
    void drain();
    int interrupts() const { return interrupts_; }      // SIGINT so far
    int terminations() const { return terminations_; }  // SIGTERM so far

private:
    explicit SignalWatch(int fd);
    int fd_ = -1;
    int interrupts_ = 0;
    int terminations_ = 0;
};

}  // namespace base::os
