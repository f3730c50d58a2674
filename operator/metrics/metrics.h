// The operator's metrics: fed by plain calls, read as Prometheus text. Names and labels are
// controller-runtime's where it has them, so that dashboards for operators work unchanged; no label
// holds a name of a target, a Pod or a job. List: docs/reference/metrics.md.
#pragma once

#include "scan/words.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics {

using Nanoseconds = std::chrono::nanoseconds;

enum class Reconciled { Success, Error, Requeue, RequeueAfter };
enum class ChunkResult { Succeeded, Failed, TimedOut, Cancelled, Skipped };

struct RestCall {
    std::string_view method{};  // "GET", …; others count as "OTHER"
    int status = 0;             // 0: no answer came
    Nanoseconds took{};
    Nanoseconds waited{};  // for its place in our own window
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;
    int retries = 0;
};

struct Options {
    std::string version{};
    std::string commit{};
    std::string controller{"scanjob"};
    std::string api_host{};  // host:port of the API server
};

// All methods on any thread.
class Metrics {
public:
    explicit Metrics(const Options& options);
    ~Metrics();

    // ---- the controller: one worker ----
    void reconciled(Reconciled result, Nanoseconds took);
    void set_working(bool working);
    void queue_added();
    void queue_retried();
    // A key was taken from the queue after `queued`, or its work was done after `worked`.
    void queue_taken(Nanoseconds queued);
    void queue_done(Nanoseconds worked);
    void set_queue_depth(std::uint64_t keys);
    void set_unfinished_work(Nanoseconds of_the_worker);

    // ---- the API server ----
    void called(const RestCall& call);
    void set_leading(bool leading);

    // ---- jobs ----
    // All states with how many jobs are in each; empty exports none: a standby replica knows
    // nothing.
    void set_jobs(const std::vector<std::pair<std::string, std::uint64_t>>& by_state);
    void job_finished(scan::Outcome outcome, std::chrono::milliseconds took);
    void chunk_finished(ChunkResult result);
    void attempt_ran(std::chrono::milliseconds took);     // first start to end
    void attempt_queued(std::chrono::milliseconds took);  // created to running
    void found(scan::Severity severity, std::uint64_t count);
    void spans_exported(std::uint64_t count);
    void span_exports_failed(std::uint64_t count);

    // The text exposition format (version 0.0.4), all at this moment.
    std::string text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace metrics
