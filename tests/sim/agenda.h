// What is to happen when, by one virtual clock: the only source of order in a simulation.
#pragma once

#include "base/time.h"
#include "kube/call.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace sim {

class Agenda {
public:
    using What = std::move_only_function<void()>;

    kube::Now now() const {
        return {.wall = base::Instant(kStart + passed_ + wall_offset_),
                .ticks = base::Ticks(passed_)};
    }
    base::Instant wall() const { return now().wall; }

    // What is due at the same moment happens in the order in which it was asked for.
    void after(base::Duration delay, What what) {
        const auto at = passed_ + std::max(delay, base::Duration(0));
        todo_.emplace(std::pair{at, ++number_}, std::move(what));
    }
    // False: nothing is to be done any more, or nothing until `until`, which it is then.
    bool step(base::Duration until) {
        if (todo_.empty() || todo_.begin()->first.first > until) {
            passed_ = std::max(passed_, until);
            return false;
        }
        auto next = todo_.extract(todo_.begin());
        passed_ = next.key().first;
        next.mapped()();
        return true;
    }
    base::Duration passed() const { return passed_; }
    // Somebody sets the wall clock; no time passes.
    void jump_wall(base::Duration by) { wall_offset_ += by; }

private:
    static constexpr base::Duration kStart{1'767'225'600'000};  // 2026-01-01T00:00:00Z

    base::Duration passed_{0};
    base::Duration wall_offset_{0};
    std::uint64_t number_ = 0;
    std::map<std::pair<base::Duration, std::uint64_t>, What> todo_{};
};

}  // namespace sim
