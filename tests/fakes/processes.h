// A process table without processes, on a clock that jumps to what comes next.
//
// Gaps: a "process" does all its work at the moment it ends; nothing is written to its output
// files; with nothing alive, poll() waits up to 10 ms for the wake descriptors before it lets the
// time-out pass.
#pragma once

#include "cli/local/processes.h"
#include "fakes/fake_clock.h"

#include <poll.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <utility>
#include <vector>

namespace fakes {

class FakeProcesses final : public cli::Processes {
public:
    // What one process is going to do.
    struct Life {
        base::Duration lasts{100};
        base::os::ExitStatus status{};
        std::function<void()> at_end{};  // its effects on the world
        bool obeys_sigterm = true;       // ends with 143 at once
    };
    using Script = std::function<Life(const core::AttemptId&, const base::os::SpawnOptions&)>;

    FakeProcesses(FakeClock& clock, Script script) : clock_(clock), script_(std::move(script)) {}

    std::vector<std::pair<core::AttemptId, base::os::SpawnOptions>> starts{};
    std::vector<std::pair<core::AttemptId, int>> signals{};
    std::optional<base::Error> refuse_starts{};

    base::Result<> start(const core::AttemptId& id,
                         const base::os::SpawnOptions& options) override {
        if (refuse_starts) return std::unexpected(*refuse_starts);
        starts.emplace_back(id, options);
        Life life = script_(id, options);
        const base::Instant end = clock_.wall() + life.lasts;
        living_.emplace(id, Living{end, std::move(life)});
        return {};
    }

    void signal(const core::AttemptId& id, int number) override {
        signals.emplace_back(id, number);
        const auto found = living_.find(id);
        if (found == living_.end()) return;
        if (number == SIGTERM && !found->second.life.obeys_sigterm) return;
        found->second.end = clock_.wall();
        found->second.life.at_end = {};
        found->second.life.status = {.code = number == SIGTERM ? 143 : 128 + number,
                                     .signal = number == SIGTERM ? 0 : number};
    }

    std::vector<cli::ProcessEnd> poll(base::Duration timeout,
                                      std::span<const int> wake_fds) override {
        if (living_.empty()) wait_for_real(wake_fds);
        base::Instant until = clock_.wall() + timeout;
        for (const auto& [id, one] : living_) until = std::min(until, one.end);
        clock_.advance(std::max(until - clock_.wall(), base::Duration{0}));
        std::vector<cli::ProcessEnd> ends;
        for (auto it = living_.begin(); it != living_.end();) {
            if (it->second.end > clock_.wall()) {
                ++it;
                continue;
            }
            if (it->second.life.at_end) it->second.life.at_end();
            ends.push_back({it->first, it->second.life.status});
            it = living_.erase(it);
        }
        return ends;
    }

    std::vector<int> attempts_of(std::int64_t chunk) const {
        std::vector<int> numbers;
        for (const auto& [id, options] : starts) {
            if (id.chunk == chunk) numbers.push_back(id.attempt);
        }
        return numbers;
    }

private:
    struct Living {
        base::Instant end;
        Life life;
    };

    static void wait_for_real(std::span<const int> wake_fds) {
        std::vector<pollfd> fds;
        for (const int fd : wake_fds) fds.push_back({fd, POLLIN, 0});
        ::poll(fds.data(), fds.size(), 10);
    }

    FakeClock& clock_;
    Script script_;
    std::map<core::AttemptId, Living> living_;
};

}  // namespace fakes
