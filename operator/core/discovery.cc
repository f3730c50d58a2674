// From no plan to a plan, and what it means when there never is one, or it is gone.
#include "operator/core/round.h"

#include <fmt/core.h>

namespace core {

using scan::Outcome;
using scan::Reason;

void watch_plan(Round& round) {
    const Observed& seen = round.seen;
    round.plan_lost =
        seen.store_available && !seen.plan && (seen.plan_promised || !seen.chunks.empty());
}

std::optional<StopCause> stop_by_plan_lost(const Round& round, const Track&, const Attempt&) {
    if (!round.plan_lost) return std::nullopt;
    return StopCause::JobEnded;
}

void run_discovery(Round& round) {
    if (round.seen.plan || round.plan_lost || round.discovery.stage != Stage::Waiting) return;
    if (!may_launch(round)) return;
    if (round.discovery.due > round.now) return round.wake(round.discovery.due);
    start_attempt(round, round.discovery);
}

namespace {

// Exit 64 is about what the user wrote; the commit record may say more exactly what. Other ends are
// discovery's own.
scan::Verdict failed_discovery(const Track& discovery) {
    const EndFact* end = discovery.last && discovery.last->end ? &*discovery.last->end : nullptr;
    if (end == nullptr) return {Outcome::Failed, Reason::DiscoveryFailed, "discovery never ran"};
    Reason reason = end->exit_code == 64 ? Reason::InvalidSpec : Reason::DiscoveryFailed;
    if (end->reason == Reason::TargetForbidden || end->reason == Reason::PlanTooLarge ||
        end->reason == Reason::InvalidSpec || end->reason == Reason::NoUnits) {
        reason = *end->reason;
    }
    return {Outcome::Failed, reason,
            fmt::format("discovery failed after {} attempt{} ({}): {}", discovery.attempts->size(),
                        discovery.attempts->size() == 1 ? "" : "s",
                        scan::to_string(discovery.last_end), end->message)};
}

}  // namespace

scan::Verdict verdict_without_plan(const Round& round) {
    if (round.plan_lost) {
        return {Outcome::Failed, Reason::PlanLost,
                "the store has lost the plan of this run: run the job again; nothing was guessed"};
    }
    const Track& discovery = round.discovery;
    if (discovery.stage == Stage::Cancelled) {
        return {Outcome::Cancelled, Reason::Cancelled, "cancelled before there was a plan"};
    }
    if (discovery.cut) {
        return {Outcome::TimedOut, Reason::DeadlineExceeded,
                "the job's deadline came before there was a plan"};
    }
    return failed_discovery(discovery);
}

}  // namespace core
