// All families of metrics, registered once. Private to operator/metrics.
#pragma once

#include "operator/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <string>
#include <vector>

namespace metrics {

// Labels that never change on their family are constant labels of it.
struct Families {
    explicit Families(const Options& options);

    using Counters = prometheus::Family<prometheus::Counter>;
    using Gauges = prometheus::Family<prometheus::Gauge>;
    using Histograms = prometheus::Family<prometheus::Histogram>;
    Counters& counters(const char* name, const char* help, const prometheus::Labels& labels = {});
    Gauges& gauges(const char* name, const char* help, const prometheus::Labels& labels = {});
    Histograms& histograms(const char* name, const char* help,
                           const prometheus::Labels& labels = {});

    prometheus::Registry registry;
    const prometheus::Labels of_controller;  // controller
    const prometheus::Labels of_queue;       // name, controller
    const prometheus::Labels of_host;        // host

    std::array<prometheus::Counter*, 4> reconciled{};  // by Reconciled
    prometheus::Counter& reconcile_errors;
    prometheus::Histogram& reconcile_time;
    prometheus::Gauge& active_workers;

    prometheus::Gauge& queue_depth;
    prometheus::Counter& queue_adds;
    prometheus::Counter& queue_retries;
    prometheus::Histogram& queue_time;
    prometheus::Histogram& work_time;
    prometheus::Gauge& unfinished_work;
    prometheus::Gauge& longest_work;

    Counters& rest_requests;    // code, method
    Histograms& rest_time;      // verb
    Histograms& rest_sent;      // verb
    Histograms& rest_received;  // verb
    Histograms& rest_waited;    // verb
    Counters& rest_retries;     // code, verb
    prometheus::Gauge& leading;

    Gauges& jobs;          // state
    Histograms& job_time;  // outcome
    Counters& chunks;      // result
    prometheus::Histogram& attempt_time;
    prometheus::Histogram& attempt_wait;
    Counters& findings;  // severity
    prometheus::Counter& spans;
    prometheus::Counter& span_failures;
};

}  // namespace metrics
