// The end: close, merge, final status — in this order, each step only when the world shows the one
// before.
#include "operator/core/round.h"

#include <algorithm>

namespace core {

using scan::AttemptEnd;
using scan::UnitStatus;

bool work_is_over(const Round& round) {
    if (round.plan_lost) return true;
    if (!round.seen.plan) return is_terminal(round.discovery.stage);
    return std::all_of(round.chunks.begin(), round.chunks.end(),
                       [](const Track& track) { return is_terminal(track.stage); });
}

namespace {

// Whatever happens to what we stop, the job ends: what does not go in time is left behind a closed
// run.
bool must_end(const Round& round) {
    return round.time.deadline && !round.time.suspended &&
           round.now >= *round.time.deadline + kEndGrace;
}

MergeResults::Missing missing_units(const Track& track) {
    MergeResults::Missing missing{.chunk = static_cast<std::uint32_t>(track.chunk)};
    if (track.stage == Stage::Succeeded) {
        missing.reason = "no-result";  // it claimed to be complete: missing is not clean
    } else if (!track.ran || track.attempts->empty()) {
        missing.status = track.stage == Stage::Failed ? UnitStatus::Failed : UnitStatus::Skipped;
        missing.reason = track.stage == Stage::Failed ? kebab_word(scan::to_string(track.last_end))
                                                      : "not-started";
    } else if (track.last != nullptr && track.last_end == AttemptEnd::RunTimeout) {
        missing.status = UnitStatus::TimedOut;
        missing.reason = "run-timeout";
    } else if (track.stage == Stage::Cancelled || track.last == nullptr) {
        missing.reason = "cancelled";
    } else {
        missing.reason = kebab_word(scan::to_string(track.last_end));
    }
    return missing;
}

MergeResults merge_action(const Round& round) {
    MergeResults merge;
    for (std::size_t i = 0; i < round.chunks.size(); ++i) {
        const ChunkState& chunk = round.seen.chunks[i];
        if (chunk.done.total() < chunk.units)
            merge.missing.push_back(missing_units(round.chunks[i]));
    }
    return merge;
}

}  // namespace

void complete(Round& round) {
    const bool over = work_is_over(round) && (round.live_attempts == 0 || must_end(round));
    if (!round.seen.run_closed) {
        if (over || (must_end(round) && past_deadline(round))) {
            round.act(CloseRun{}, "job", "all work has ended: the store takes nothing more");
        } else if (round.time.deadline && !round.time.suspended && past_deadline(round)) {
            round.wake(*round.time.deadline + kEndGrace);
        }
        return;
    }
    if (!round.seen.plan || round.seen.merged || round.seen.merge_running) return;
    round.act(merge_action(round), "job", "the run is closed: merge what was found");
}

}  // namespace core
