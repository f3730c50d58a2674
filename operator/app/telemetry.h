// What the operator does, as metrics: told by the loop and by the API thread.
#pragma once

#include "kube/call_stats.h"
#include "operator/control/controller.h"
#include "operator/metrics/metrics.h"

#include <atomic>

namespace app {

class Telemetry {
public:
    explicit Telemetry(std::string api_host);  // host:port of the API server

    // Around each step of the controller, on its thread.
    void step_starts();
    void step_ended(const control::Effects& effects);
    // Once a second. A standby tells nothing of jobs.
    void look(const control::ControllerCounts& counts, bool leads);

    // Any thread.
    void called(const kube::CallKey& key, const kube::CallSample& sample);
    std::string text();

private:
    void turned(const control::Turn& turn, metrics::Nanoseconds took);

    metrics::Metrics metrics_;
    // Nanoseconds of the steady clock; 0: the controller rests.
    std::atomic<std::int64_t> step_since_ = 0;
    std::uint64_t queued_ = 0;
};

}  // namespace app
