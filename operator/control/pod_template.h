// What the operator creates in the cluster, as JSON: Pods, the job's ConfigMap, the runners'
// ServiceAccount. Pure; golden-tested.
#pragma once

#include "operator/control/runner_choice.h"
#include "operator/core/model.h"
#include "operator/results/store.h"
#include "scan/job.h"

#include <cstdint>
#include <string>

namespace control {

// What the operator's flags say about all Pods.
struct PodSettings {
    std::string runner_image{};
    std::string image_pull_policy = "IfNotPresent";
    std::string ingest_url{};  // https://host:port
    std::string ingest_ca{};   // PEM; empty: ingest speaks plain HTTP (tests)
    std::string token_audience = "scanfleet-ingest";
    std::int64_t token_seconds = 3'600;  // the kubelet renews it at 80 %
    RunnerLimits limits{};
};

struct JobOwner {
    std::string name{};
    std::string uid{};
};

std::string pod_json(const PodSettings& settings, const JobOwner& owner, const scan::Job& job,
                     const results::RunKey& run, const core::StartAttempt& start);
// Immutable: job.json (the frozen job) and ca.crt.
std::string input_json(const PodSettings& settings, const JobOwner& owner, const scan::Job& job,
                       const results::RunKey& run);
// Without rights and without a mounted token; not owned by any job.
std::string runner_account_json(std::string_view namespace_);

}  // namespace control
