#include "operator/observe/observe.h"

#include "operator/observe/status_json.h"

#include <algorithm>

namespace observe {

using core::Attempt;
using core::Observed;
using core::Phase;

namespace {

core::EndFact fact_of(const results::EndedAttempt& end) {
    return {.end = end.end,
            .exit_code = end.exit_code,
            .reason = scan::reason_from(end.reason),
            .message = end.message,
            .at = end.at};
}

bool is_complete(const results::StoredAttempt& stored) {
    return stored.commit && stored.commit->status == scan::StreamStatus::Complete;
}

Attempt attempt_of(const results::StoredAttempt& stored) {
    Attempt attempt{.id = {stored.chunk, stored.attempt},
                    .phase = Phase::Ended,
                    .created_at = stored.created_at};
    attempt.started_at = stored.created_at;  // a process runs as soon as it is there
    attempt.limit = stored.limit;
    attempt.end_recorded = stored.end.has_value();
    if (is_complete(stored)) attempt.committed_at = stored.created_at;
    if (stored.end) {
        attempt.end = fact_of(*stored.end);
    } else {
        attempt.end = core::EndFact{.end = scan::AttemptEnd::Deleted,
                                    .message = "died with the process that drove the run",
                                    .at = stored.created_at};
    }
    return attempt;
}

// Heavier than the limits allow: said as a condition, tried all the same.
bool is_too_heavy(const results::RunState& state, const scan::JobSpec& spec) {
    const base::Duration limit = spec.chunks.active_deadline;
    const base::Duration room = limit - scan::flush_reserve(limit);
    std::int64_t sum = 0;
    for (const auto& chunk : state.chunks) {
        if (chunk.weight_millis > room.count()) return true;
        sum += chunk.weight_millis;
    }
    return sum / std::max(1, spec.parallelism) > base::Duration(spec.active_deadline).count();
}

core::ChunkState* find_chunk(Observed& seen, std::int64_t index) {
    if (index < 0 || static_cast<std::size_t>(index) >= seen.chunks.size()) return nullptr;
    return &seen.chunks[static_cast<std::size_t>(index)];
}

void add_findings(scan::FindingCounts& sum, const scan::SegmentFacts& facts) {
    sum.total += facts.findings;
    sum.critical += facts.by_severity[0];
    sum.high += facts.by_severity[1];
    sum.medium += facts.by_severity[2];
    sum.low += facts.by_severity[3];
    sum.info += facts.by_severity[4];
}

void add_units(scan::UnitCounts& sum, const scan::UnitCounts& part) {
    sum.ok += part.ok;
    sum.failed += part.failed;
    sum.skipped += part.skipped;
    sum.forbidden += part.forbidden;
    sum.timed_out += part.timed_out;
}

}  // namespace

void note_plan(Observed& seen, const results::RunState& state, const scan::JobSpec& spec,
               base::Instant at) {
    if (!state.plan || seen.plan) return;
    seen.plan = core::PlanFacts{.sha256 = state.plan_sha256,
                                .units = state.plan->unit_count,
                                .limits = state.plan->limits,
                                .empty_is_fine = state.plan->empty_is_fine,
                                .too_heavy = is_too_heavy(state, spec)};
    for (const auto& facts : state.chunks) {
        core::ChunkState chunk{.index = facts.index, .concurrency_key = facts.concurrency_key};
        chunk.weight_millis = facts.weight_millis;
        chunk.units = facts.units;
        chunk.done = facts.done;
        chunk.committed = facts.committed;
        seen.chunks.push_back(std::move(chunk));
    }
    for (Attempt& attempt : seen.discovery) {
        if (attempt.phase != Phase::Ended) attempt.committed_at = at;
    }
}

Observed from_store(const results::RunState& state, const scan::JobSpec& spec) {
    Observed seen;
    const auto status = parse_status(state.summary.status_json);
    if (status) {
        seen.start_time = status->start_time;
        seen.deadline_time = status->deadline_time;
        seen.suspended_since = status->suspended_since;
        if (status->outcome) seen.finished = *status;
    }
    note_plan(seen, state, spec, state.summary.created_at);
    for (const auto& stored : state.attempts) {
        Attempt attempt = attempt_of(stored);
        if (stored.chunk == core::kDiscovery) {
            // Which discovery brought the plan is not stored: the last one that did not end badly.
            const bool ended_well = !stored.end || stored.end->end == scan::AttemptEnd::Committed;
            if (seen.plan && ended_well) attempt.committed_at = stored.created_at;
            seen.discovery.push_back(std::move(attempt));
            continue;
        }
        seen.plan_promised = true;
        if (core::ChunkState* chunk = find_chunk(seen, stored.chunk))
            chunk->attempts.push_back(std::move(attempt));
    }
    seen.run_closed = state.summary.closed;
    return seen;
}

core::Attempt* find_attempt(Observed& seen, const core::AttemptId& id) {
    core::ChunkState* chunk = find_chunk(seen, id.chunk);
    if (id.chunk != core::kDiscovery && chunk == nullptr) return nullptr;
    auto& attempts = id.chunk == core::kDiscovery ? seen.discovery : chunk->attempts;
    const auto found = std::find_if(attempts.begin(), attempts.end(),
                                    [&](const Attempt& one) { return one.id == id; });
    return found == attempts.end() ? nullptr : &*found;
}

void note_started(Observed& seen, const core::StartAttempt& start, base::Instant at) {
    Attempt attempt{.id = start.id, .phase = Phase::Running, .created_at = at};
    attempt.started_at = at;
    attempt.limit = start.limit;
    attempt.memory_percent = start.memory_percent;
    if (start.id.chunk == core::kDiscovery) {
        seen.discovery.push_back(std::move(attempt));
    } else if (core::ChunkState* chunk = find_chunk(seen, start.id.chunk)) {
        chunk->attempts.push_back(std::move(attempt));
    }
}

void note_stopping(Observed& seen, const core::AttemptId& id) {
    Attempt* attempt = find_attempt(seen, id);
    if (attempt != nullptr && attempt->phase != Phase::Ended) attempt->phase = Phase::Stopping;
}

void note_end(Observed& seen, const core::AttemptId& id, core::EndFact fact) {
    Attempt* attempt = find_attempt(seen, id);
    if (attempt == nullptr) return;
    attempt->phase = Phase::Ended;
    if (!attempt->end_recorded) attempt->end = std::move(fact);
}

void note_recorded(Observed& seen, const core::RecordEnd& record) {
    Attempt* attempt = find_attempt(seen, record.id);
    if (attempt == nullptr) return;
    attempt->end = record.fact;
    attempt->end_recorded = true;
}

void note_ingest(Observed& seen, const api::IngestEvent& event, base::Instant at) {
    core::ChunkState* chunk = find_chunk(seen, event.attempt.chunk);
    if (chunk == nullptr) return;
    switch (event.kind) {
    case api::IngestEvent::Kind::SegmentStored:
        add_units(chunk->done, event.facts.units);
        add_findings(seen.findings_so_far, event.facts);
        seen.records_so_far += event.facts.records;
        if (event.pause_seconds > 0) {
            auto& until = seen.paused_until[chunk->concurrency_key];
            until = std::max(until, at + std::chrono::seconds(event.pause_seconds));
        }
        return;
    case api::IngestEvent::Kind::Committed:
        if (event.commit.status != scan::StreamStatus::Complete) return;
        chunk->committed = true;
        if (Attempt* attempt = find_attempt(seen, {event.attempt.chunk, event.attempt.attempt}))
            attempt->committed_at = at;
        return;
    case api::IngestEvent::Kind::Truncated:
        if (seen.degraded.empty()) seen.degraded.push_back(scan::Reason::ResultsTruncated);
        return;
    case api::IngestEvent::Kind::PlanAccepted: return;
    }
}

}  // namespace observe
