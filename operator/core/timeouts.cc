// The clocks that guard one attempt, and attempts whose chunk needs them no more.
#include "operator/core/round.h"

namespace core {
namespace {

bool runs(const Attempt& attempt) {
    return attempt.phase == Phase::Running || attempt.phase == Phase::Stopping;
}

Instant run_clock(const Attempt& attempt) {
    return attempt.started_at.value_or(attempt.created_at) + attempt.limit + kRunGrace;
}

Instant start_clock(const Round& round, const Attempt& attempt) {
    const Duration one{round.spec.chunks.start_deadline};
    if (attempt.hold == Hold::ImageName) return attempt.created_at;
    return attempt.created_at +
           (attempt.hold == Hold::Unschedulable ? one * kUnschedulableFactor : one);
}

}  // namespace

std::optional<StopCause> stop_by_commit(const Round& round, const Track& track,
                                        const Attempt& attempt) {
    if (attempt.committed_at) {
        if (round.now < *attempt.committed_at + kLingerGrace) return std::nullopt;
        return StopCause::Lingering;
    }
    // Discovery that did not bring the plan is as superfluous as a chunk's second attempt.
    if (track.committed) return StopCause::ChunkCommitted;
    return std::nullopt;
}

std::optional<StopCause> stop_by_start_clock(const Round& round, const Track&,
                                             const Attempt& attempt) {
    if (runs(attempt) || round.now < start_clock(round, attempt)) return std::nullopt;
    switch (attempt.hold) {
    case Hold::None: return StopCause::StartTimeout;
    case Hold::Unschedulable: return StopCause::Unschedulable;
    case Hold::ImagePull:
    case Hold::ImageName: return StopCause::ImagePullFailed;
    case Hold::MissingConfig: return StopCause::ConfigError;
    }
    return std::nullopt;
}

std::optional<StopCause> stop_by_run_clock(const Round& round, const Track&,
                                           const Attempt& attempt) {
    if (!runs(attempt) || round.now < run_clock(attempt)) return std::nullopt;
    return StopCause::RunTimeout;
}

void wake_for_clocks(Round& round, const Attempt& attempt) {
    if (attempt.phase == Phase::Stopping) return;  // whoever stops it also kills it
    round.wake(runs(attempt) ? run_clock(attempt) : start_clock(round, attempt));
    if (attempt.committed_at) round.wake(*attempt.committed_at + kLingerGrace);
}

}  // namespace core
