// After the end: nothing but clearing away.
#include "operator/core/round.h"

namespace core {

Plan plan_after_end(const scan::JobSpec& spec, const Observed& seen, Instant now) {
    Plan plan{.status = *seen.finished};
    if (!seen.objects_left) return plan;
    const Instant due = seen.finished->completion_time.value_or(now) + spec.pod_ttl;
    if (now < due) {
        plan.wake_at = due;
        return plan;
    }
    plan.actions.push_back(CleanUp{});
    plan.reasons.push_back({"job", "its objects have been kept for cleanup.podTtlSeconds"});
    return plan;
}

}  // namespace core
