// Names, labels and values as a scraper reads them.
#include "operator/metrics/metrics.h"

#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <sstream>
#include <string>

namespace metrics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

Metrics make() {
    return Metrics({.version = "1.2.3", .commit = "abc", .api_host = "10.96.0.1:443"});
}

// Everything but HELP and TYPE.
std::vector<std::string> samples(const Metrics& of) {
    std::vector<std::string> lines;
    std::istringstream text(of.text());
    for (std::string line; std::getline(text, line);)
        if (!line.starts_with('#')) lines.push_back(line);
    return lines;
}

bool has(const Metrics& of, const std::string& sample) {
    const auto lines = samples(of);
    return std::ranges::find(lines, sample) != lines.end();
}

TEST(Metrics, HaveTheNamesOfControllerRuntime) {
    auto all = make();
    all.called({.method = "GET", .status = 200, .took = 3ms, .retries = 1});
    const auto text = all.text();
    for (const auto* name : {"controller_runtime_reconcile_total counter",
                             "controller_runtime_reconcile_errors_total counter",
                             "controller_runtime_terminal_reconcile_errors_total counter",
                             "controller_runtime_reconcile_panics_total counter",
                             "controller_runtime_reconcile_timeouts_total counter",
                             "controller_runtime_reconcile_time_seconds histogram",
                             "controller_runtime_max_concurrent_reconciles gauge",
                             "controller_runtime_active_workers gauge",
                             "workqueue_depth gauge",
                             "workqueue_adds_total counter",
                             "workqueue_retries_total counter",
                             "workqueue_queue_duration_seconds histogram",
                             "workqueue_work_duration_seconds histogram",
                             "workqueue_unfinished_work_seconds gauge",
                             "workqueue_longest_running_processor_seconds gauge",
                             "rest_client_requests_total counter",
                             "rest_client_request_duration_seconds histogram",
                             "rest_client_request_size_bytes histogram",
                             "rest_client_response_size_bytes histogram",
                             "rest_client_rate_limiter_duration_seconds histogram",
                             "rest_client_request_retries_total counter",
                             "leader_election_master_status gauge",
                             "scanfleet_chunks_total counter",
                             "scanfleet_findings_total counter",
                             "scanfleet_chunk_duration_seconds histogram",
                             "scanfleet_chunk_queue_wait_seconds histogram",
                             "scanfleet_otlp_export_spans_total counter",
                             "scanfleet_otlp_export_failures_total counter",
                             "scanfleet_build_info gauge",
                             "process_cpu_seconds_total counter",
                             "process_resident_memory_bytes gauge"}) {
        EXPECT_THAT(text, HasSubstr(std::string("# TYPE ") + name + "\n"));
    }
}

TEST(Metrics, HaveHelpForEachName) {
    auto all = make();
    all.called({.method = "GET", .status = 200});
    all.set_jobs({{"Running", 1}});
    all.job_finished(scan::Outcome::Succeeded, 1s);
    std::set<std::string> helped;
    std::istringstream text(all.text());
    for (std::string line; std::getline(text, line);) {
        const auto words = base::split(line, ' ');
        if (line.starts_with("# HELP ")) {
            EXPECT_GT(words.size(), 3u) << line;
            helped.insert(std::string(words[2]));
        }
        if (line.starts_with("# TYPE ")) {
            EXPECT_TRUE(helped.contains(std::string(words[2]))) << line;
        }
    }
    EXPECT_GT(helped.size(), 30u);
}

TEST(Metrics, CountReconciliationsByResult) {
    auto all = make();
    all.reconciled(Reconciled::Success, 3ms);
    all.reconciled(Reconciled::Error, 300ms);
    all.reconciled(Reconciled::Error, 300ms);
    EXPECT_THAT(
        samples(all),
        IsSupersetOf(
            {R"(controller_runtime_reconcile_total{controller="scanjob",result="success"} 1)",
             R"(controller_runtime_reconcile_total{controller="scanjob",result="error"} 2)",
             R"(controller_runtime_reconcile_total{controller="scanjob",result="requeue_after"} 0)",
             R"(controller_runtime_reconcile_errors_total{controller="scanjob"} 2)",
             R"(controller_runtime_reconcile_time_seconds_bucket{controller="scanjob",le="0.005"} 1)",
             R"(controller_runtime_reconcile_time_seconds_count{controller="scanjob"} 3)",
             R"(controller_runtime_max_concurrent_reconciles{controller="scanjob"} 1)"}));
}

TEST(Metrics, HaveTheBucketsOfControllerRuntime) {
    const auto all = make();
    int reconcile = 0;
    int queue = 0;
    for (const auto& line : samples(all)) {
        if (line.starts_with("controller_runtime_reconcile_time_seconds_bucket")) ++reconcile;
        if (line.starts_with("workqueue_queue_duration_seconds_bucket")) ++queue;
    }
    EXPECT_EQ(reconcile, 41);  // and +Inf
    EXPECT_EQ(queue, 13);
}

TEST(Metrics, TellTheQueue) {
    auto all = make();
    all.queue_added();
    all.queue_added();
    all.queue_retried();
    all.queue_taken(1us);
    all.queue_done(2ms);
    all.set_queue_depth(7);
    all.set_unfinished_work(1500ms);
    all.set_working(true);
    EXPECT_THAT(
        samples(all),
        IsSupersetOf(
            {R"(workqueue_adds_total{controller="scanjob",name="scanjob"} 2)",
             R"(workqueue_retries_total{controller="scanjob",name="scanjob"} 1)",
             R"(workqueue_depth{controller="scanjob",name="scanjob",priority=""} 7)",
             R"(workqueue_unfinished_work_seconds{controller="scanjob",name="scanjob"} 1.5)",
             R"(workqueue_work_duration_seconds_count{controller="scanjob",name="scanjob"} 1)",
             R"(controller_runtime_active_workers{controller="scanjob"} 1)"}));
}

TEST(Metrics, CountCallsByCodeAndMethod) {
    auto all = make();
    all.called({.method = "POST", .status = 201, .took = 3ms, .request_bytes = 2'000});
    all.called({.method = "POST", .status = 429, .took = 3ms, .retries = 2});
    all.called({.method = "GET", .status = 0, .took = 3ms});
    EXPECT_THAT(
        samples(all),
        IsSupersetOf(
            {R"(rest_client_requests_total{host="10.96.0.1:443",code="201",method="POST"} 1)",
             R"(rest_client_requests_total{host="10.96.0.1:443",code="<error>",method="GET"} 1)",
             R"(rest_client_request_retries_total{host="10.96.0.1:443",code="429",verb="POST"} 2)",
             R"(rest_client_request_size_bytes_sum{host="10.96.0.1:443",verb="POST"} 2000)"}));
}

TEST(Metrics, HaveNoSeriesThatASenderCanMakeUp) {
    auto all = make();
    const auto call = [&](std::string method, int status) {
        all.called({.method = method, .status = status});
    };
    call("GET", 200);
    const auto before = samples(all).size();
    for (int i = 0; i < 500; ++i) call("GET", 1'000 + i);
    call("GET", -5);
    const auto with_error = samples(all).size();
    EXPECT_EQ(with_error, before + 1);
    for (int i = 0; i < 500; ++i) call("VERB" + std::to_string(i), 200);
    const auto with_other = samples(all).size();
    call("VERB", 200);
    EXPECT_EQ(samples(all).size(), with_other);
}

TEST(Metrics, TellJobsWhileThisReplicaKnowsThem) {
    auto all = make();
    EXPECT_THAT(all.text(), Not(HasSubstr("scanfleet_jobs")));
    all.set_jobs({{"Running", 2}, {"Pending", 1}});
    EXPECT_TRUE(has(all, R"(scanfleet_jobs{state="Running"} 2)"));
    all.set_jobs({{"Running", 1}});
    EXPECT_TRUE(has(all, R"(scanfleet_jobs{state="Running"} 1)"));
    EXPECT_THAT(all.text(), Not(HasSubstr("Pending")));
    all.set_jobs({});
    EXPECT_THAT(all.text(), Not(HasSubstr("scanfleet_jobs")));
}

TEST(Metrics, CountWhatJobsDid) {
    auto all = make();
    all.job_finished(scan::Outcome::PartiallySucceeded, 90s);
    all.chunk_finished(ChunkResult::TimedOut);
    all.found(scan::Severity::High, 3);
    all.attempt_ran(8min);
    all.attempt_queued(1s);
    all.spans_exported(5);
    all.span_exports_failed(1);
    all.set_leading(true);
    EXPECT_THAT(
        samples(all),
        IsSupersetOf({R"(scanfleet_job_duration_seconds_sum{outcome="PartiallySucceeded"} 90)",
                      R"(scanfleet_chunks_total{result="timedOut"} 1)",
                      R"(scanfleet_chunks_total{result="succeeded"} 0)",
                      R"(scanfleet_chunk_duration_seconds_bucket{le="480"} 1)",
                      R"(scanfleet_chunk_queue_wait_seconds_sum 1)",
                      R"(scanfleet_otlp_export_spans_total 5)",
                      R"(scanfleet_otlp_export_failures_total 1)",
                      R"(leader_election_master_status{name="scanfleet-operator"} 1)",
                      R"(scanfleet_build_info{commit="abc",version="1.2.3"} 1)"}));
    EXPECT_THAT(all.text(),
                HasSubstr("scanfleet_findings_total{severity=\"" +
                          std::string(scan::to_string(scan::Severity::High)) + "\"} 3"));
}

TEST(Metrics, SayWhatTheProcessUses) {
    const auto all = make();
    double resident = 0;
    double descriptors = 0;
    double start = 0;
    for (const auto& line : samples(all)) {
        const auto words = base::split(line, ' ');
        if (words[0] == "process_resident_memory_bytes")
            resident = std::stod(std::string(words[1]));
        if (words[0] == "process_open_fds") descriptors = std::stod(std::string(words[1]));
        if (words[0] == "process_start_time_seconds") start = std::stod(std::string(words[1]));
    }
    EXPECT_GT(resident, 1e6);
    EXPECT_GE(descriptors, 3);
    EXPECT_GT(start, 1.6e9);
}

}  // namespace
}  // namespace metrics
