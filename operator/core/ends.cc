// Attempt ends: what they are, whom they are charged to, and that they are remembered.
// The table: docs/design/attempt-ends.md.
#include "operator/core/round.h"

#include <fmt/core.h>

namespace core {

using scan::AttemptEnd;

bool is_free(AttemptEnd end) {
    switch (end) {
    case AttemptEnd::StartTimeout:
    case AttemptEnd::Evicted:
    case AttemptEnd::Preempted:
    case AttemptEnd::NodeLost:
    case AttemptEnd::Deleted:
    case AttemptEnd::Disrupted: return true;
    case AttemptEnd::Committed:
    case AttemptEnd::NoResult:
    case AttemptEnd::DigestMismatch:
    case AttemptEnd::ExitCode:
    case AttemptEnd::OOMKilled:
    case AttemptEnd::RunTimeout:
    case AttemptEnd::ImagePullFailed:
    case AttemptEnd::ConfigError:
    case AttemptEnd::Unschedulable:
    case AttemptEnd::Cancelled:
    case AttemptEnd::TargetUnavailable: return false;
    }
    return false;
}

bool is_neutral(AttemptEnd end) {
    return end == AttemptEnd::Committed || end == AttemptEnd::Cancelled;
}

bool is_retryable(const EndFact& fact, int oom_kills) {
    switch (fact.end) {
    case AttemptEnd::Committed:
    case AttemptEnd::Cancelled:
    case AttemptEnd::ConfigError:
    case AttemptEnd::Unschedulable: return false;
    case AttemptEnd::OOMKilled: return oom_kills < 2;
    // An image name that cannot be parsed is the spec's fault and stays so.
    case AttemptEnd::ImagePullFailed: return fact.reason != scan::Reason::InvalidSpec;
    case AttemptEnd::NoResult:
    case AttemptEnd::DigestMismatch:
    case AttemptEnd::ExitCode:
    case AttemptEnd::RunTimeout:
    case AttemptEnd::StartTimeout:
    case AttemptEnd::Evicted:
    case AttemptEnd::Preempted:
    case AttemptEnd::NodeLost:
    case AttemptEnd::Deleted:
    case AttemptEnd::Disrupted:
    case AttemptEnd::TargetUnavailable: return true;
    }
    return false;
}

AttemptEnd end_of_stop(StopCause cause, bool running) {
    switch (cause) {
    case StopCause::Cancelled:
    case StopCause::Suspended:
    case StopCause::ChunkCommitted:
    case StopCause::JobEnded: return AttemptEnd::Cancelled;
    case StopCause::Lingering: return AttemptEnd::Committed;
    case StopCause::RunTimeout: return AttemptEnd::RunTimeout;
    case StopCause::StartTimeout: return AttemptEnd::StartTimeout;
    // What never ran when time was up says nothing about the chunk.
    case StopCause::Deadline: return running ? AttemptEnd::RunTimeout : AttemptEnd::Cancelled;
    case StopCause::Unschedulable: return AttemptEnd::Unschedulable;
    case StopCause::ImagePullFailed: return AttemptEnd::ImagePullFailed;
    case StopCause::ConfigError: return AttemptEnd::ConfigError;
    }
    return AttemptEnd::Cancelled;
}

namespace {

AttemptEnd end_of_code(const ExitFacts& facts) {
    if (facts.oom_killed) return AttemptEnd::OOMKilled;
    switch (facts.code) {
    case 0: break;
    case 64:
    case 77: return AttemptEnd::ConfigError;
    case 69: return AttemptEnd::TargetUnavailable;
    case 124: return AttemptEnd::RunTimeout;
    // Somebody else sent SIGTERM: what we cause ourselves is recorded before.
    case 143: return AttemptEnd::Disrupted;
    default: return AttemptEnd::ExitCode;
    }
    if (!facts.record || facts.record->status != scan::StreamStatus::Complete)
        return AttemptEnd::NoResult;
    return AttemptEnd::DigestMismatch;  // it claims what the store does not have
}

std::string exit_sentence(const ExitFacts& facts, AttemptEnd end) {
    if (facts.record && !facts.record->message.empty()) return facts.record->message;
    if (end == AttemptEnd::OOMKilled) return "killed by the kernel: out of memory";
    if (facts.signal != 0) return fmt::format("killed by signal {}", facts.signal);
    if (end == AttemptEnd::NoResult) return "exited with code 0 without a complete commit";
    if (end == AttemptEnd::DigestMismatch)
        return "its commit record claims a complete stream that the store does not have";
    return fmt::format("exited with code {}", facts.code);
}

bool counts_as_run(AttemptEnd end) {
    return end == AttemptEnd::ExitCode || end == AttemptEnd::NoResult ||
           end == AttemptEnd::OOMKilled || end == AttemptEnd::DigestMismatch ||
           end == AttemptEnd::RunTimeout || end == AttemptEnd::TargetUnavailable ||
           end == AttemptEnd::Committed;
}

// The end to remember: what is committed is committed, however the process ended.
EndFact fact_of(const Attempt& attempt, Instant now) {
    EndFact fact = attempt.end.value_or(
        EndFact{.end = AttemptEnd::Deleted, .message = "gone before an end was seen", .at = now});
    fact.end = effective_end(attempt);
    return fact;
}

// Counts one end and says whether it is charged.
bool count_end(Track& track, const Attempt& attempt, Instant now) {
    const AttemptEnd end = effective_end(attempt);
    track.ran = track.ran || attempt.started_at.has_value() || counts_as_run(end);
    if (is_neutral(end)) return false;
    track.last = &attempt;
    track.last_end = end;
    track.last_at = attempt.end ? attempt.end->at : now;
    if (end == AttemptEnd::OOMKilled) ++track.oom_kills;
    if (is_free(end) && track.free_ends < kFreeEndsMax) {
        ++track.free_ends;
        return false;
    }
    ++track.charged;
    return true;
}

}  // namespace

EndFact end_of_exit(const ExitFacts& facts) {
    EndFact fact{.exit_code = facts.code, .at = facts.at};
    const bool complete = facts.stored && facts.stored->status == scan::StreamStatus::Complete;
    fact.end = complete || facts.plan_accepted ? AttemptEnd::Committed : end_of_code(facts);
    if (fact.end == AttemptEnd::Committed) return fact;
    if (facts.record) fact.reason = scan::reason_from(facts.record->reason);
    fact.message = exit_sentence(facts, fact.end);
    return fact;
}

AttemptEnd effective_end(const Attempt& attempt) {
    if (attempt.committed_at) return AttemptEnd::Committed;
    return attempt.end ? attempt.end->end : AttemptEnd::Deleted;
}

void take_ends(Round& round, Track& track) {
    for (const Attempt& attempt : *track.attempts) {
        if (attempt.phase != Phase::Ended) {
            track.ran = track.ran || attempt.started_at.has_value();
            ++round.live_attempts;
            if (track.chunk != kDiscovery) ++round.live_chunk_attempts;
            // Nothing that still lives can change a closed run: it counts by the end we gave it.
            if (!round.seen.run_closed) {
                track.live = &attempt;
            } else if (attempt.end || attempt.committed_at) {
                count_end(track, attempt, round.now);
            }
            continue;
        }
        const bool charged = count_end(track, attempt, round.now);
        if (attempt.end_recorded || !round.seen.store_available) continue;
        EndFact fact = fact_of(attempt, round.now);
        std::string why = fmt::format("ended {}: {}", scan::to_string(fact.end), fact.message);
        round.act(RecordEnd{attempt.id, std::move(fact), charged}, to_string(attempt.id),
                  std::move(why));
    }
}

namespace {

// What never ran is stopped for what held it up: that is what somebody has to act on.
std::string stop_sentence(const Attempt& attempt, StopCause cause, bool running) {
    const std::string ours = fmt::format("stopped by us: {}", to_string(cause));
    const bool held = cause == StopCause::StartTimeout || cause == StopCause::Unschedulable ||
                      cause == StopCause::ImagePullFailed || cause == StopCause::ConfigError;
    if (!held || running || attempt.hold_message.empty()) return ours;
    return fmt::format("{}: {}", ours, attempt.hold_message);
}

}  // namespace

void stop_attempt(Round& round, const Track& track, const Attempt& attempt, StopCause cause) {
    const bool recorded = attempt.end && attempt.end_recorded;
    if (recorded && attempt.phase == Phase::Stopping) return;
    const std::string name = to_string(attempt.id);
    if (!recorded) {
        const bool running = attempt.phase == Phase::Running || attempt.phase == Phase::Stopping;
        EndFact fact{.end = end_of_stop(cause, running),
                     .message = stop_sentence(attempt, cause, running),
                     .at = round.now};
        if (attempt.committed_at) fact.end = AttemptEnd::Committed;
        if (attempt.hold == Hold::ImageName) fact.reason = scan::Reason::InvalidSpec;
        const bool free = is_free(fact.end) && track.free_ends < kFreeEndsMax;
        const bool charged = !is_neutral(fact.end) && !free;
        round.act(RecordEnd{attempt.id, std::move(fact), charged}, name,
                  fmt::format("remembered before it is stopped ({})", to_string(cause)));
    }
    round.act(StopAttempt{attempt.id, cause}, name, fmt::format("stop: {}", to_string(cause)));
}

}  // namespace core
