#include "base/os/signals.h"

#include "base/os/file_descriptor.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace base::os {

Result<SignalWatch> SignalWatch::create() {
    sigset_t watched;
    sigemptyset(&watched);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    const int blocked = pthread_sigmask(SIG_BLOCK, &watched, nullptr);
    if (blocked != 0) return std::unexpected(os_error("block", "signals", blocked));
    // A closed connection is an error of that connection, not the end of the program.
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return std::unexpected(os_error("ignore", "SIGPIPE", errno));
    }
    const int fd = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) return std::unexpected(os_error("watch", "signals", errno));
    return SignalWatch(fd);
}

SignalWatch::SignalWatch(int fd) : fd_(fd) {}

// The signals stay blocked: one that comes now, at the end, would only kill what is finishing
// anyway.
SignalWatch::~SignalWatch() {
    if (fd_ >= 0) ::close(fd_);
}

SignalWatch::SignalWatch(SignalWatch&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), interrupts_(other.interrupts_),
      terminations_(other.terminations_) {}

void SignalWatch::drain() {
    signalfd_siginfo info{};
    for (;;) {
        const ssize_t got = ::read(fd_, &info, sizeof info);
        if (got < 0 && errno == EINTR) continue;
        if (got != static_cast<ssize_t>(sizeof info)) return;
        if (info.ssi_signo == SIGINT) ++interrupts_;
        if (info.ssi_signo == SIGTERM) ++terminations_;
    }
}

}  // namespace base::os
