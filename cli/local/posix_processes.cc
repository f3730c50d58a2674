#include "cli/local/processes.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>

namespace cli {
namespace {

using base::os::ChildProcess;

// A handle that becomes readable when the process ends (by syscall: glibc 2.36 declares its wrapper
// for C only); −1 where the kernel has none (then polling by time does).
class PidHandle {
public:
    explicit PidHandle(int pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
    ~PidHandle() {
        if (fd_ >= 0) ::close(fd_);
    }
    PidHandle(PidHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    PidHandle& operator=(PidHandle&&) = delete;
    int fd() const { return fd_; }

private:
    int fd_ = -1;
};

struct Running {
    PidHandle handle;
    ChildProcess process;
};

class PosixProcesses final : public Processes {
public:
    base::Result<> start(const core::AttemptId& id,
                         const base::os::SpawnOptions& options) override {
        auto child = TRY(ChildProcess::spawn(options));
        PidHandle handle(child.pid());
        running_.emplace(id, Running{std::move(handle), std::move(child)});
        return {};
    }

    void signal(const core::AttemptId& id, int number) override {
        const auto found = running_.find(id);
        if (found == running_.end()) return;
        // Refused only if the process has just gone, which the next poll tells.
        static_cast<void>(found->second.process.signal(number).has_value());
    }

    std::vector<ProcessEnd> poll(base::Duration timeout, std::span<const int> wake_fds) override {
        wait(timeout, wake_fds);
        std::vector<ProcessEnd> ends;
        for (auto it = running_.begin(); it != running_.end();) {
            const auto status = it->second.process.poll();
            if (!status) {
                ++it;
                continue;
            }
            ends.push_back({it->first, *status});
            it = running_.erase(it);
        }
        return ends;
    }

private:
    void wait(base::Duration timeout, std::span<const int> wake_fds) {
        std::vector<pollfd> fds;
        for (const int fd : wake_fds) fds.push_back({fd, POLLIN, 0});
        base::Duration longest = timeout;
        for (const auto& [id, running] : running_) {
            if (running.handle.fd() >= 0) {
                fds.push_back({running.handle.fd(), POLLIN, 0});
            } else {
                longest = std::min(longest, base::Duration{20});
            }
        }
        const auto millis = static_cast<int>(std::clamp<std::int64_t>(longest.count(), 0, 60'000));
        ::poll(fds.data(), fds.size(), millis);
    }

    std::map<core::AttemptId, Running> running_;
};

class DryRunProcesses final : public Processes {
public:
    explicit DryRunProcesses(PrintStart print) : print_(std::move(print)) {}
    base::Result<> start(const core::AttemptId& id,
                         const base::os::SpawnOptions& options) override {
        print_(id, options);
        return {};
    }
    void signal(const core::AttemptId&, int) override {}
    std::vector<ProcessEnd> poll(base::Duration, std::span<const int>) override { return {}; }

private:
    PrintStart print_;
};

}  // namespace

std::unique_ptr<Processes> make_posix_processes() { return std::make_unique<PosixProcesses>(); }

std::unique_ptr<Processes> make_dry_run_processes(PrintStart print) {
    return std::make_unique<DryRunProcesses>(std::move(print));
}

}  // namespace cli
