#include "runner/supervise.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace runner {

void StopFlag::raise(StopCause cause) {
    const std::scoped_lock lock(mutex_);
    if (cause_ != StopCause::None) return;
    cause_ = cause;
    changed_.notify_all();
}

StopCause StopFlag::cause() const {
    const std::scoped_lock lock(mutex_);
    return cause_;
}

bool StopFlag::wait(base::Duration duration) const {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, duration, [&] { return cause_ != StopCause::None; });
}

struct Supervised::Impl {
    StopFlag& flag;
    int done_fd = -1;
    std::atomic<bool> done{false};
    std::jthread thread{};

    explicit Impl(StopFlag& stop_flag)
        : flag(stop_flag), done_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Impl() {
        if (thread.joinable()) thread.join();
        ::close(done_fd);
    }
    void mark_done() {
        done = true;
        const std::uint64_t one = 1;
        // An eventfd takes 2^64 − 2 of these before it refuses one.
        [[maybe_unused]] const auto written = ::write(done_fd, &one, sizeof one);
    }
};

Supervised::Supervised(std::function<void()> work, StopFlag& flag)
    : impl_(std::make_unique<Impl>(flag)) {
    impl_->thread = std::jthread([impl = impl_.get(), work = std::move(work)] {
        work();
        impl->mark_done();
    });
}

Supervised::~Supervised() = default;

bool Supervised::watch(base::os::SignalWatch& signals, const base::Clock& clock,
                       const SupervisionOptions& options) {
    std::optional<base::Ticks> abandon_at;
    while (!impl_->done) {
        const auto now = clock.ticks();
        signals.drain();
        if (signals.terminations() + signals.interrupts() > 0)
            impl_->flag.raise(StopCause::Terminated);
        if (now >= options.deadline) impl_->flag.raise(StopCause::Deadline);
        if (options.broken && options.broken()) impl_->flag.raise(StopCause::Broken);
        if (impl_->flag.raised() && !abandon_at) {
            const bool at_deadline = impl_->flag.cause() == StopCause::Deadline;
            abandon_at = now + (at_deadline ? options.deadline_grace : options.terminated_grace);
        }
        if (abandon_at && now >= *abandon_at) return false;
        const auto next = abandon_at ? *abandon_at : options.deadline;
        const auto left = std::chrono::duration_cast<base::Duration>(next - now).count();
        pollfd fds[2] = {{impl_->done_fd, POLLIN, 0}, {signals.fd(), POLLIN, 0}};
        // 50 ms: how late `broken` may be seen.
        ::poll(fds, 2, static_cast<int>(std::clamp<std::int64_t>(left, 1, 50)));
    }
    return true;
}

}  // namespace runner
