#include "operator/control/tally.h"

#include <algorithm>

namespace control {

namespace {

std::uint64_t more(std::uint64_t now, std::uint64_t before) {
    return now > before ? now - before : 0;
}

scan::ChunkCounts grown(const scan::ChunkCounts& now, const scan::ChunkCounts& before) {
    return {.succeeded = more(now.succeeded, before.succeeded),
            .failed = more(now.failed, before.failed),
            .timed_out = more(now.timed_out, before.timed_out),
            .cancelled = more(now.cancelled, before.cancelled),
            .skipped = more(now.skipped, before.skipped)};
}

Turn::JobEnd end_of(const core::Status& status) {
    Turn::JobEnd end{.outcome = status.outcome.value_or(scan::Outcome::Failed),
                     .findings = status.findings};
    if (status.start_time && status.completion_time)
        end.took = std::max(*status.completion_time - *status.start_time, base::Duration{0});
    return end;
}

}  // namespace

void Tally::add(const Run& run, Turn& turn) {
    const core::Status& status = run.wanted();
    if (status.conditions.empty()) return;  // not planned yet
    const bool is_first = run_id_.empty();
    if (run_id_ != run.key().run_id) {
        run_id_ = run.key().run_id;
        chunks_ = is_first ? status.chunks : scan::ChunkCounts{};
        ended_ = is_first && run.is_finished();
    }
    turn.ended = grown(status.chunks, chunks_);
    chunks_ = status.chunks;
    if (!ended_ && run.is_finished()) turn.job_ended = end_of(*run.seen().finished);
    ended_ = run.is_finished();
}

std::vector<AttemptTimes> attempt_times(const Run& run, const std::vector<Desk::NewWrite>& writes) {
    std::vector<AttemptTimes> out;
    for (const auto& one : writes) {
        const auto* ended = std::get_if<results::EndedAttempt>(&one.write);
        if (ended == nullptr || ended->attempt.chunk < 0) continue;
        const auto index = static_cast<std::size_t>(ended->attempt.chunk);
        const auto& chunks = run.seen().chunks;
        if (index >= chunks.size()) continue;
        const auto attempt =
            std::ranges::find(chunks[index].attempts, ended->attempt.attempt,
                              [](const core::Attempt& candidate) { return candidate.id.attempt; });
        if (attempt == chunks[index].attempts.end() || !attempt->started_at) continue;
        const base::Instant started = *attempt->started_at;
        out.push_back({.queued = std::max(started - attempt->created_at, base::Duration{0}),
                       .ran = std::max(ended->at - started, base::Duration{0})});
    }
    return out;
}

}  // namespace control
