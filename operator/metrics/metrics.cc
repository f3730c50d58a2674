#include "operator/metrics/metrics.h"

#include "operator/metrics/buckets.h"
#include "operator/metrics/families.h"
#include "operator/metrics/process.h"

#include "base/guarded.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

namespace metrics {

namespace {

template <typename Duration>
double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// A closed list: a label must not grow by what somebody sends.
std::string verb_of(std::string_view method) {
    constexpr std::array kVerbs{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    const auto verb = std::ranges::find(kVerbs, method);
    return verb == kVerbs.end() ? "OTHER" : *verb;
}

// As client-go says it.
std::string code_of(int status) {
    return status >= 100 && status <= 599 ? std::to_string(status) : "<error>";
}

std::string_view word(ChunkResult result) {
    switch (result) {
    case ChunkResult::Succeeded: return "succeeded";
    case ChunkResult::Failed: return "failed";
    case ChunkResult::TimedOut: return "timedOut";
    case ChunkResult::Cancelled: return "cancelled";
    case ChunkResult::Skipped: return "skipped";
    }
    return "";
}

}  // namespace

struct Metrics::Impl {
    explicit Impl(const Options& options) : families(options) {}

    Families families;
    base::Guarded<std::vector<prometheus::Gauge*>> jobs;  // those that are exported
};

Metrics::Metrics(const Options& options) : impl_(std::make_unique<Impl>(options)) {
    auto& families = impl_->families;
    // Counters that exist from the start: a rate over them is 0, not unknown.
    for (const auto result : {ChunkResult::Succeeded, ChunkResult::Failed, ChunkResult::TimedOut,
                              ChunkResult::Cancelled, ChunkResult::Skipped})
        families.chunks.Add({{"result", std::string(word(result))}});
    for (const auto severity : {scan::Severity::Critical, scan::Severity::High,
                                scan::Severity::Medium, scan::Severity::Low, scan::Severity::Info})
        found(severity, 0);
}

Metrics::~Metrics() = default;

void Metrics::reconciled(Reconciled result, Nanoseconds took) {
    auto& families = impl_->families;
    families.reconciled.at(static_cast<std::size_t>(result))->Increment();
    if (result == Reconciled::Error) families.reconcile_errors.Increment();
    families.reconcile_time.Observe(seconds(took));
}

void Metrics::set_working(bool working) { impl_->families.active_workers.Set(working ? 1 : 0); }
void Metrics::queue_added() { impl_->families.queue_adds.Increment(); }
void Metrics::queue_retried() { impl_->families.queue_retries.Increment(); }
void Metrics::queue_taken(Nanoseconds queued) {
    impl_->families.queue_time.Observe(seconds(queued));
}
void Metrics::queue_done(Nanoseconds worked) { impl_->families.work_time.Observe(seconds(worked)); }
void Metrics::set_queue_depth(std::uint64_t keys) {
    impl_->families.queue_depth.Set(static_cast<double>(keys));
}
void Metrics::set_unfinished_work(Nanoseconds of_the_worker) {
    impl_->families.unfinished_work.Set(seconds(of_the_worker));
    impl_->families.longest_work.Set(seconds(of_the_worker));
}

void Metrics::called(const RestCall& call) {
    auto& families = impl_->families;
    const auto verb = verb_of(call.method);
    const auto code = code_of(call.status);
    families.rest_requests.Add({{"code", code}, {"method", verb}}).Increment();
    families.rest_time.Add({{"verb", verb}}, buckets::kRest).Observe(seconds(call.took));
    families.rest_waited.Add({{"verb", verb}}, buckets::kRest).Observe(seconds(call.waited));
    families.rest_sent.Add({{"verb", verb}}, buckets::kRestBytes)
        .Observe(static_cast<double>(call.request_bytes));
    families.rest_received.Add({{"verb", verb}}, buckets::kRestBytes)
        .Observe(static_cast<double>(call.response_bytes));
    if (call.retries > 0)
        families.rest_retries.Add({{"code", code}, {"verb", verb}}).Increment(call.retries);
}

void Metrics::set_leading(bool leading) { impl_->families.leading.Set(leading ? 1 : 0); }

void Metrics::set_jobs(const std::vector<std::pair<std::string, std::uint64_t>>& by_state) {
    auto& family = impl_->families.jobs;
    impl_->jobs.with([&](auto& exported) {
        std::vector<prometheus::Gauge*> now;
        for (const auto& [state, count] : by_state) {
            auto& gauge = family.Add({{"state", state}});
            gauge.Set(static_cast<double>(count));
            now.push_back(&gauge);
        }
        for (auto* gauge : exported)
            if (std::ranges::find(now, gauge) == now.end()) family.Remove(gauge);
        exported = std::move(now);
    });
}

void Metrics::job_finished(scan::Outcome outcome, std::chrono::milliseconds took) {
    impl_->families.job_time
        .Add({{"outcome", std::string(scan::to_string(outcome))}}, buckets::kJob)
        .Observe(seconds(took));
}

void Metrics::chunk_finished(ChunkResult result) {
    impl_->families.chunks.Add({{"result", std::string(word(result))}}).Increment();
}

void Metrics::attempt_ran(std::chrono::milliseconds took) {
    impl_->families.attempt_time.Observe(seconds(took));
}

void Metrics::attempt_queued(std::chrono::milliseconds took) {
    impl_->families.attempt_wait.Observe(seconds(took));
}

void Metrics::found(scan::Severity severity, std::uint64_t count) {
    impl_->families.findings.Add({{"severity", std::string(scan::to_string(severity))}})
        .Increment(static_cast<double>(count));
}

void Metrics::spans_exported(std::uint64_t count) {
    impl_->families.spans.Increment(static_cast<double>(count));
}

void Metrics::span_exports_failed(std::uint64_t count) {
    impl_->families.span_failures.Increment(static_cast<double>(count));
}

std::string Metrics::text() const {
    const prometheus::TextSerializer serializer;
    return serializer.Serialize(impl_->families.registry.Collect()) + process_text();
}

}  // namespace metrics
