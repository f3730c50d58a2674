#include "operator/metrics/families.h"

#include "operator/metrics/buckets.h"

namespace metrics {

namespace {

constexpr const char* kLease = "scanfleet-operator";

}  // namespace

Families::Counters& Families::counters(const char* name, const char* help,
                                       const prometheus::Labels& labels) {
    return prometheus::BuildCounter().Name(name).Help(help).Labels(labels).Register(registry);
}

Families::Gauges& Families::gauges(const char* name, const char* help,
                                   const prometheus::Labels& labels) {
    return prometheus::BuildGauge().Name(name).Help(help).Labels(labels).Register(registry);
}

Families::Histograms& Families::histograms(const char* name, const char* help,
                                           const prometheus::Labels& labels) {
    return prometheus::BuildHistogram().Name(name).Help(help).Labels(labels).Register(registry);
}

// Members are made in the order of their declaration: each uses the registry and labels before it.
Families::Families(const Options& options)
    : of_controller{{"controller", options.controller}},
      of_queue{{"controller", options.controller}, {"name", options.controller}},
      of_host{{"host", options.api_host}},
      reconcile_errors(counters("controller_runtime_reconcile_errors_total",
                                "Reconciliations that failed", of_controller)
                           .Add({})),
      reconcile_time(histograms("controller_runtime_reconcile_time_seconds",
                                "Time of one reconciliation", of_controller)
                         .Add({}, buckets::kReconcile)),
      active_workers(gauges("controller_runtime_active_workers",
                            "Workers that reconcile at this moment", of_controller)
                         .Add({})),
      queue_depth(gauges("workqueue_depth", "Keys that wait to be reconciled", of_queue)
                      .Add({{"priority", ""}})),
      queue_adds(counters("workqueue_adds_total", "Keys put into the queue", of_queue).Add({})),
      queue_retries(
          counters("workqueue_retries_total", "Keys put back after a failure", of_queue).Add({})),
      queue_time(histograms("workqueue_queue_duration_seconds",
                            "Time a key waits before it is taken", of_queue)
                     .Add({}, buckets::kQueue)),
      work_time(
          histograms("workqueue_work_duration_seconds", "Time the work on a key takes", of_queue)
              .Add({}, buckets::kQueue)),
      unfinished_work(gauges("workqueue_unfinished_work_seconds",
                             "Time of work that is under way and not yet in work_duration",
                             of_queue)
                          .Add({})),
      longest_work(gauges("workqueue_longest_running_processor_seconds",
                          "Time of the longest work that is under way", of_queue)
                       .Add({})),
      rest_requests(counters("rest_client_requests_total",
                             "Requests to the API server by code and method", of_host)),
      rest_time(histograms("rest_client_request_duration_seconds",
                           "Time from request to answer by verb", of_host)),
      rest_sent(
          histograms("rest_client_request_size_bytes", "Size of request bodies by verb", of_host)),
      rest_received(
          histograms("rest_client_response_size_bytes", "Size of answers by verb", of_host)),
      rest_waited(histograms("rest_client_rate_limiter_duration_seconds",
                             "Time a request waits for its place in the window by verb", of_host)),
      rest_retries(counters("rest_client_request_retries_total",
                            "Requests that were sent again by code and verb", of_host)),
      leading(gauges("leader_election_master_status", "1 while this replica leads, else 0")
                  .Add({{"name", kLease}})),
      jobs(gauges("scanfleet_jobs", "ScanJobs by state")),
      job_time(histograms("scanfleet_job_duration_seconds",
                          "Time from start to end of a job by outcome")),
      chunks(counters("scanfleet_chunks_total", "Chunks that ended by result")),
      attempt_time(histograms("scanfleet_chunk_duration_seconds",
                              "Time from start to end of an attempt of a chunk")
                       .Add({}, buckets::kAttempt)),
      attempt_wait(histograms("scanfleet_chunk_queue_wait_seconds",
                              "Time from the creation of an attempt's Pod to its start")
                       .Add({}, buckets::kWait)),
      findings(counters("scanfleet_findings_total", "Findings of finished jobs by severity")),
      spans(counters("scanfleet_otlp_export_spans_total", "Spans that were exported").Add({})),
      span_failures(
          counters("scanfleet_otlp_export_failures_total", "Spans whose export failed").Add({})) {
    auto& by_result =
        counters("controller_runtime_reconcile_total", "Reconciliations by result", of_controller);
    const std::array words{"success", "error", "requeue", "requeue_after"};
    for (std::size_t i = 0; i < words.size(); ++i)
        reconciled[i] = &by_result.Add({{"result", words[i]}});
    // Steps of a pure function that ends: there is nothing that could raise these, and dashboards
    // ask for them.
    counters("controller_runtime_terminal_reconcile_errors_total",
             "Reconciliations that failed and are not tried again", of_controller)
        .Add({});
    counters("controller_runtime_reconcile_panics_total", "Reconciliations that panicked",
             of_controller)
        .Add({});
    counters("controller_runtime_reconcile_timeouts_total", "Reconciliations that timed out",
             of_controller)
        .Add({});
    gauges("controller_runtime_max_concurrent_reconciles", "Workers of the controller",
           of_controller)
        .Add({})
        .Set(1);
    gauges("scanfleet_build_info", "1, with the version in its labels")
        .Add({{"version", options.version}, {"commit", options.commit}})
        .Set(1);
}

}  // namespace metrics
