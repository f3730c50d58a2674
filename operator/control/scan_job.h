// A ScanJob as the controller reads it. Pure.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/resource.h"
#include "operator/core/model.h"
#include "scan/job.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace control {

inline constexpr kube::Resource kScanJobs{
    .group = "scanfleet.dev", .version = "v1alpha1", .plural = "scanjobs", .kind = "ScanJob"};

// What the status says, written by us or by a predecessor.
struct JobStatus {
    std::int64_t observed_generation = -1;
    std::string run_id{};  // empty: never seen by an operator
    std::string rerun{};
    std::string plan_sha256{};
    std::string trace_id{};
    core::Status facts{};
    // Condition type → its status and since when it has it.
    struct Since {
        std::string status{};
        base::Instant at{};
    };
    std::map<std::string, Since> since{};
    std::string json = "{}";  // the whole status
};

struct ScanJob {
    kube::ObjectKey key{};
    std::string uid{};
    std::string resource_version{};
    std::int64_t generation = 0;
    bool deleting = false;
    base::Instant created_at{};
    base::Result<scan::Job> job{};  // Invalid: what the schema let pass and the model does not
    JobStatus status{};
};

// Invalid: no ScanJob at all (kind, name, uid or namespace are missing, not JSON).
base::Result<ScanJob> parse_scan_job(std::string_view object_json);

}  // namespace control
