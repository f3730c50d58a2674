// What a job chose of its runner Pods (spec.runner), within what the operator allows. Pure.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"
#include "scan/job.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace control {

struct RunnerLimits {
    // Images that jobs may name beside ours; "registry/team/*" allows all that begin so.
    std::vector<std::string> images{};
    std::vector<std::string> service_accounts{};  // "namespace/name"
    std::string cpu_request = "100m";
    std::string memory_request = "128Mi";
    std::string memory_limit = "512Mi";
};

// Forbidden: an image or a ServiceAccount that is not on the list; the message names the flag that
// would put it there.
base::Result<> check_runner(const RunnerLimits& limits, const scan::Job& job);

// requests and limits of the runner's container; `memory_percent`: 150 after an OOM kill.
base::Json resources_of(const RunnerLimits& limits, const scan::RunnerSettings& runner,
                        int memory_percent);
// 30 s for nodes that went away instead of the usual 300 s, then the job's own.
base::Json tolerations_of(const scan::RunnerSettings& runner);

// "512Mi" scaled, in bytes; the text itself for 100 % or where it cannot be read.
std::string scaled_quantity(std::string_view quantity, int percent);

}  // namespace control
