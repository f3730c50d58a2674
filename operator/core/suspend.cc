// Suspend and cancel: both start nothing more; one can be taken back.
#include "operator/core/round.h"

namespace core {

bool is_suspending(const Round& round) {
    return round.spec.suspend && !round.spec.cancel && !round.seen.run_closed;
}

std::optional<StopCause> stop_by_cancel(const Round& round, const Track&, const Attempt&) {
    if (!round.spec.cancel) return std::nullopt;
    return StopCause::Cancelled;
}

std::optional<StopCause> stop_by_suspend(const Round& round, const Track&, const Attempt&) {
    if (!is_suspending(round)) return std::nullopt;
    if (round.spec.suspend_policy == scan::SuspendPolicy::Drain) return std::nullopt;
    return StopCause::Suspended;
}

// The clock stops when nothing runs any more: until then work is done, and work costs time.
void note_suspension(Round& round) {
    if (!is_suspending(round) || round.time.suspended) return;
    if (round.live_attempts > 0 || work_is_over(round)) return;
    round.time.suspended = round.now;
}

}  // namespace core
