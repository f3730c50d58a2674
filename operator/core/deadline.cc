// The job's clock: start, absolute deadline, and how suspension stops it.
#include "operator/core/round.h"

#include <algorithm>

namespace core {

Timeline read_clock(const scan::JobSpec& spec, const Observed& seen, Instant now) {
    const bool wants_pause = spec.suspend && !spec.cancel;
    Timeline time{.start = seen.start_time,
                  .deadline = seen.deadline_time,
                  .suspended = seen.suspended_since};
    if (time.suspended && !wants_pause && !seen.run_closed) {
        if (time.deadline)
            time.deadline = *time.deadline + std::max(now - *time.suspended, Duration{0});
        time.suspended.reset();
        time.changed = true;
    }
    if (!time.start && !wants_pause) {
        time.start = now;
        time.changed = true;
    }
    if (time.start && !time.deadline) time.deadline = *time.start + spec.active_deadline;
    return time;
}

Duration remaining_at(const Round& round, Instant at) {
    if (!round.time.deadline) return round.spec.active_deadline;
    return *round.time.deadline - round.time.suspended.value_or(at);
}

Duration attempt_limit(const Round& round, Instant at) {
    const Duration room = std::min(round.chunk_limit(), remaining_at(round, at));
    if (room == round.chunk_limit()) {
        // The reserve is kept back from the job's time only, not from a chunk's own limit.
        const Duration left = remaining_at(round, at) - scan::flush_reserve(room);
        return std::min(room, left);
    }
    return room - scan::flush_reserve(room);
}

bool past_deadline(const Round& round) {
    return round.time.deadline && remaining_at(round, round.now) <= Duration{0};
}

std::optional<StopCause> stop_by_deadline(const Round& round, const Track&, const Attempt&) {
    if (!past_deadline(round)) return std::nullopt;
    return StopCause::Deadline;
}

}  // namespace core
