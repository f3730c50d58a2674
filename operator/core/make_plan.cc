// The visible order of the rules. Reading order for newcomers: model.h, this file, then one policy
// at a time.
#include "operator/core/make_plan.h"

#include "operator/core/round.h"

namespace core {
namespace {

using StopRule = std::optional<StopCause> (*)(const Round&, const Track&, const Attempt&);

// The first rule that speaks stops an attempt; its cause decides which end is remembered.
constexpr StopRule kStopRules[] = {
    stop_by_commit,  stop_by_plan_lost,   stop_by_deadline,  stop_by_cancel,
    stop_by_suspend, stop_by_start_clock, stop_by_run_clock,
};

Track track_of(std::int64_t chunk, const std::vector<Attempt>& attempts, bool committed) {
    return {.chunk = chunk, .attempts = &attempts, .committed = committed};
}

void open_tracks(Round& round) {
    round.discovery = track_of(kDiscovery, round.seen.discovery, round.seen.plan.has_value());
    take_ends(round, round.discovery);
    settle(round, round.discovery);
    round.chunks.reserve(round.seen.chunks.size());
    for (const ChunkState& chunk : round.seen.chunks) {
        round.chunks.push_back(track_of(chunk.index, chunk.attempts, chunk.committed));
        if (!chunk.attempts.empty()) take_ends(round, round.chunks.back());
        settle(round, round.chunks.back());
    }
}

void enforce_stops(Round& round, const Track& track) {
    for (const Attempt& attempt : *track.attempts) {
        if (attempt.phase == Phase::Ended) continue;
        // An end that was recorded before a crash, but not carried out.
        if (attempt.end && attempt.end_recorded && attempt.phase != Phase::Stopping) {
            stop_attempt(round, track, attempt, StopCause::JobEnded);
            continue;
        }
        wake_for_clocks(round, attempt);
        for (const StopRule rule : kStopRules) {
            const std::optional<StopCause> cause = rule(round, track, attempt);
            if (!cause) continue;
            stop_attempt(round, track, attempt, *cause);
            break;
        }
    }
}

void stop_what_must_stop(Round& round) {
    enforce_stops(round, round.discovery);
    for (const Track& track : round.chunks) enforce_stops(round, track);
}

void wake_for_job(Round& round) {
    const Instant deadline = round.time.deadline.value_or(round.now);
    if (!round.time.suspended && deadline > round.now && !round.seen.run_closed)
        round.wake(deadline);
    if (round.seen.refusal && round.seen.refusal->retry_at > round.now)
        round.wake(round.seen.refusal->retry_at);
}

std::string_view word_of(Stage stage) {
    switch (stage) {
    case Stage::Waiting: return "waiting";
    case Stage::Starting: return "starting";
    case Stage::Running: return "running";
    case Stage::Succeeded: return "succeeded";
    case Stage::Failed: return "failed";
    case Stage::TimedOut: return "timedOut";
    case Stage::Cancelled: return "cancelled";
    case Stage::Skipped: return "skipped";
    }
    return "unknown";
}

}  // namespace

std::vector<ChunkVerdict> judge_chunks(const scan::JobSpec& spec, const Observed& observed,
                                       Instant now) {
    Round round{
        .spec = spec, .seen = observed, .now = now, .time = read_clock(spec, observed, now)};
    open_tracks(round);
    std::vector<ChunkVerdict> verdicts;
    verdicts.reserve(round.chunks.size());
    for (const Track& track : round.chunks) {
        ChunkVerdict verdict{.index = static_cast<std::uint32_t>(track.chunk),
                             .stage = word_of(track.stage)};
        verdict.attempts = static_cast<int>(track.attempts->size());
        if (track.stage != Stage::Succeeded && track.last != nullptr) {
            verdict.reason = scan::to_string(track.last_end);
            if (track.last->end) verdict.message = track.last->end->message;
        }
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

Plan make_plan(const scan::JobSpec& spec, const Observed& observed, Instant now) {
    if (observed.finished) return plan_after_end(spec, observed, now);

    Round round{
        .spec = spec, .seen = observed, .now = now, .time = read_clock(spec, observed, now)};
    watch_plan(round);
    open_tracks(
        round);  // ends, and the stage of every chunk: retries used up, out of time, cancelled
    if (round.time.changed) {
        round.plan.actions.clear();  // a clock that is not yet durable must not be acted on
        round.plan.reasons.assign({{"job", "the clock of the job starts or goes on"}});
        round.wake(now);
    } else if (observed.store_available) {
        stop_what_must_stop(round);
        note_suspension(round);
        run_discovery(round);
        count_keys(round);
        launch_chunks(round);
        complete(round);
        wake_for_job(round);
    }
    write_status(round);
    return std::move(round.plan);
}

}  // namespace core
