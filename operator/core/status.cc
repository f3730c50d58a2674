// The status that the job should have now: counts first, then words.
#include "operator/core/round.h"

#include "base/text.h"

#include <cctype>

namespace core {

using scan::AttemptEnd;

std::string kebab_word(std::string_view camel_word) {
    std::string word;
    const auto upper = [&](std::size_t i) {
        return i < camel_word.size() && camel_word[i] >= 'A' && camel_word[i] <= 'Z';
    };
    for (std::size_t i = 0; i < camel_word.size(); ++i) {
        const bool starts_word =
            i > 0 && upper(i) && (!upper(i - 1) || (i + 1 < camel_word.size() && !upper(i + 1)));
        if (starts_word) word += '-';
        word += upper(i) ? static_cast<char>(camel_word[i] - 'A' + 'a') : camel_word[i];
    }
    return word;
}

namespace {

constexpr std::size_t kMessageBytesMax = 1024;  // status stays below 64 KiB with 20 of them

void count_stage(scan::ChunkCounts& counts, Stage stage) {
    ++counts.total;
    switch (stage) {
    case Stage::Waiting: ++counts.waiting; return;
    case Stage::Starting: ++counts.starting; return;
    case Stage::Running: ++counts.running; return;
    case Stage::Succeeded: ++counts.succeeded; return;
    case Stage::Failed: ++counts.failed; return;
    case Stage::TimedOut: ++counts.timed_out; return;
    case Stage::Cancelled: ++counts.cancelled; return;
    case Stage::Skipped: ++counts.skipped; return;
    }
}

void count_attempt(AttemptCounts& counts, const Attempt& attempt) {
    ++counts.created;
    if (attempt.phase != Phase::Ended) return;
    switch (effective_end(attempt)) {
    case AttemptEnd::Committed: ++counts.succeeded; return;
    case AttemptEnd::RunTimeout:
    case AttemptEnd::StartTimeout: ++counts.timed_out; return;
    case AttemptEnd::NodeLost:
    case AttemptEnd::Deleted: ++counts.lost; return;
    case AttemptEnd::Evicted:
    case AttemptEnd::Preempted:
    case AttemptEnd::Disrupted: ++counts.disrupted; return;
    case AttemptEnd::Cancelled: ++counts.cancelled; return;
    case AttemptEnd::NoResult:
    case AttemptEnd::DigestMismatch:
    case AttemptEnd::ExitCode:
    case AttemptEnd::OOMKilled:
    case AttemptEnd::ImagePullFailed:
    case AttemptEnd::ConfigError:
    case AttemptEnd::Unschedulable:
    case AttemptEnd::TargetUnavailable: ++counts.failed; return;
    }
}

void add(scan::UnitCounts& sum, const scan::UnitCounts& part) {
    sum.ok += part.ok;
    sum.failed += part.failed;
    sum.skipped += part.skipped;
    sum.forbidden += part.forbidden;
    sum.timed_out += part.timed_out;
}

void note_failure(Status& status, const Track& track) {
    if (track.stage != Stage::Failed && track.stage != Stage::TimedOut) return;
    if (status.failed_chunks.size() == kFailedChunksMax) {
        status.failed_chunks_truncated = true;
        return;
    }
    FailedChunk failed{.index = static_cast<std::uint32_t>(track.chunk),
                       .attempts = static_cast<int>(track.attempts->size())};
    failed.reason = track.stage == Stage::TimedOut ? "TimedOut" : scan::to_string(track.last_end);
    if (track.last != nullptr && track.last->end) {
        failed.message = base::ellipsize(track.last->end->message, kMessageBytesMax);
    }
    status.failed_chunks.push_back(std::move(failed));
}

void count_chunks(const Round& round, Status& status) {
    for (std::size_t i = 0; i < round.chunks.size(); ++i) {
        const Track& track = round.chunks[i];
        count_stage(status.chunks, track.stage);
        add(status.units, round.seen.chunks[i].done);
        for (const Attempt& attempt : *track.attempts) count_attempt(status.attempts, attempt);
        if (track.stage == Stage::Succeeded) {
            status.succeeded_chunks.push_back(static_cast<std::uint32_t>(track.chunk));
        }
        note_failure(status, track);
    }
}

bool is_finished(const Round& round) {
    if (!round.seen.run_closed || !round.seen.store_available || round.time.changed) return false;
    return !round.seen.plan || round.seen.merged.has_value();
}

scan::Verdict verdict_of(const Round& round, const Status& status) {
    if (!round.seen.plan) return verdict_without_plan(round);
    scan::Facts facts{
        .units = status.units, .units_planned = status.units_planned, .chunks = status.chunks};
    facts.cancelled = status.chunks.cancelled > 0;
    facts.empty_is_fine = round.seen.plan->empty_is_fine;
    for (const Track& track : round.chunks) facts.deadline_hit = facts.deadline_hit || track.cut;
    return scan::decide_outcome(facts, round.spec.success_policy);
}

}  // namespace

void write_status(Round& round) {
    Status& status = round.plan.status;
    status.start_time = round.time.start;
    status.deadline_time = round.time.deadline;
    status.suspended_since = round.time.suspended;
    if (round.seen.plan) status.units_planned = round.seen.plan->units;
    count_chunks(round, status);
    status.findings = round.seen.findings_so_far;
    status.records = round.seen.records_so_far;
    if (round.seen.merged) {
        status.units = round.seen.merged->units;
        status.findings = round.seen.merged->findings;
        status.records = round.seen.merged->records;
    }
    status.coverage_percent = scan::coverage_percent(status.units.ok, status.units_planned);
    std::optional<scan::Verdict> verdict;
    if (is_finished(round)) {
        verdict = verdict_of(round, status);
        status.outcome = verdict->outcome;
        status.completion_time = round.now;
        const bool can_hit = verdict->outcome == scan::Outcome::Succeeded ||
                             verdict->outcome == scan::Outcome::PartiallySucceeded;
        status.gate_hit = can_hit && scan::gate_hit(round.spec.fail_on, status.findings);
    }
    write_conditions(round, verdict);
}

}  // namespace core
