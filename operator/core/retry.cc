// The stage of a chunk: whether it goes on, when, and as what it ends if not.
#include "operator/core/round.h"

#include <algorithm>

namespace core {

using scan::AttemptEnd;

Duration retry_delay(const AttemptId& ended, int charged_so_far, Duration base) {
    const int doublings = std::clamp(charged_so_far - 1, 0, 16);
    const Duration delay = std::min(base * (std::int64_t{1} << doublings), kRetryDelayMax);
    // SplitMix64 of the id: chunks that failed together come back apart, and a restarted planner
    // agrees.
    std::uint64_t hash = static_cast<std::uint64_t>(ended.chunk + 2) * 1'000'003U +
                         static_cast<std::uint64_t>(ended.attempt);
    hash = (hash + 0x9E3779B97F4A7C15U) * 0xBF58476D1CE4E5B9U;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
    const auto permille = static_cast<std::int64_t>((hash >> 33) % 401) - 200;
    return delay + delay * permille / 1000;
}

namespace {

bool gives_up(const Round& round, const Track& track) {
    if (track.last == nullptr) return false;
    EndFact fact = track.last->end.value_or(EndFact{.end = track.last_end});
    fact.end = track.last_end;
    if (!is_retryable(fact, track.oom_kills)) return true;
    return track.charged > round.spec.chunks.backoff_limit;
}

// A retry below the minimum would only start up and be cut; a first attempt may still find
// something.
bool has_time(const Round& round, const Track& track) {
    const Instant at = std::max(round.now, track.due);
    const Duration start = round.seen.start_median;
    if (track.last == nullptr) return attempt_limit(round, at) >= start + kFirstTimeMin;
    return remaining_at(round, at) >= std::min(kRetryTimeMin, round.chunk_limit()) + start;
}

// The job's deadline, not the chunk's own limit, ended the last attempt.
bool cut_by_job(const Round& round, const Track& track) {
    if (track.last_end != AttemptEnd::RunTimeout) return false;
    if (track.last->limit > Duration{0} && track.last->limit < round.chunk_limit()) return true;
    return round.time.deadline && track.last_at >= *round.time.deadline;
}

Stage live_stage(const Attempt& attempt) {
    const bool starting = attempt.phase == Phase::Creating || attempt.phase == Phase::Pending;
    return starting ? Stage::Starting : Stage::Running;
}

Stage bad_end(const Track& track) {
    return track.last_end == AttemptEnd::RunTimeout ? Stage::TimedOut : Stage::Failed;
}

Stage stage_of(const Round& round, Track& track) {
    if (track.committed) return Stage::Succeeded;
    if (track.live != nullptr) return live_stage(*track.live);
    if (gives_up(round, track)) {
        track.cut = cut_by_job(round, track);
        return bad_end(track);
    }
    if (round.spec.cancel) return Stage::Cancelled;
    if (track.last != nullptr) {
        track.due =
            track.last_at + retry_delay(track.last->id, track.charged, round.seen.flags.retry_base);
    }
    if (!has_time(round, track)) {
        track.cut = true;
        return track.ran && track.last != nullptr ? bad_end(track) : Stage::Skipped;
    }
    // Closed before it could run: only a cancel that was taken back since does that.
    return round.seen.run_closed ? Stage::Cancelled : Stage::Waiting;
}

}  // namespace

void settle(Round& round, Track& track) { track.stage = stage_of(round, track); }

}  // namespace core
