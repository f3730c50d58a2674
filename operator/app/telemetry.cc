#include "operator/app/telemetry.h"

#include "base/os/clock.h"

#include <utility>

namespace app {

namespace {

using metrics::ChunkResult;
using metrics::Nanoseconds;
using scan::Severity;

metrics::Reconciled result_of(const control::Turn& turn) {
    if (turn.failed) return metrics::Reconciled::Error;
    return turn.waits ? metrics::Reconciled::RequeueAfter : metrics::Reconciled::Success;
}

}  // namespace

Telemetry::Telemetry(std::string api_host)
    : metrics_({.version = SF_VERSION, .api_host = std::move(api_host)}) {}

void Telemetry::step_starts() {
    step_since_ = base::os::steady_nanoseconds().count();
    metrics_.set_working(true);
}

void Telemetry::step_ended(const control::Effects& effects) {
    const auto took = base::os::steady_nanoseconds() - Nanoseconds(step_since_.exchange(0));
    metrics_.set_working(false);
    const auto turns = static_cast<std::int64_t>(effects.turns.size());
    for (const auto& turn : effects.turns) turned(turn, took / turns);
    for (const auto& attempt : effects.attempts) {
        metrics_.attempt_queued(attempt.queued);
        metrics_.attempt_ran(attempt.ran);
    }
}

void Telemetry::turned(const control::Turn& turn, Nanoseconds took) {
    metrics_.queue_taken(turn.queued);
    metrics_.queue_done(took);
    metrics_.reconciled(result_of(turn), took);
    if (turn.failed) metrics_.queue_retried();
    const auto tell = [&](ChunkResult result, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) metrics_.chunk_finished(result);
    };
    tell(ChunkResult::Succeeded, turn.ended.succeeded);
    tell(ChunkResult::Failed, turn.ended.failed);
    tell(ChunkResult::TimedOut, turn.ended.timed_out);
    tell(ChunkResult::Cancelled, turn.ended.cancelled);
    tell(ChunkResult::Skipped, turn.ended.skipped);
    if (!turn.job_ended) return;
    const auto& end = *turn.job_ended;
    metrics_.job_finished(end.outcome, end.took);
    metrics_.found(Severity::Critical, end.findings.critical);
    metrics_.found(Severity::High, end.findings.high);
    metrics_.found(Severity::Medium, end.findings.medium);
    metrics_.found(Severity::Low, end.findings.low);
    metrics_.found(Severity::Info, end.findings.info);
}

void Telemetry::look(const control::ControllerCounts& counts, bool leads) {
    for (; queued_ < counts.queued; ++queued_) metrics_.queue_added();
    metrics_.set_queue_depth(counts.dirty);
    metrics_.set_leading(leads);
    std::vector<std::pair<std::string, std::uint64_t>> by_state;
    if (leads) by_state.assign(counts.by_state.begin(), counts.by_state.end());
    metrics_.set_jobs(by_state);
}

void Telemetry::called(const kube::CallKey& key, const kube::CallSample& sample) {
    metrics_.called({.method = key.method,
                     .status = key.code,
                     .took = sample.duration,
                     .waited = sample.waited,
                     .request_bytes = sample.request_bytes,
                     .response_bytes = sample.response_bytes,
                     .retries = sample.sent_again ? 1 : 0});
}

std::string Telemetry::text() {
    const auto since = step_since_.load();
    const auto took = base::os::steady_nanoseconds() - Nanoseconds(since);
    metrics_.set_unfinished_work(since == 0 ? Nanoseconds::zero() : took);
    return metrics_.text();
}

}  // namespace app
