// core::Status as ScanJob.status, and the smallest patch that gets there. Pure.
#pragma once

#include "operator/control/scan_job.h"

#include <optional>
#include <string>
#include <string_view>

namespace control {

// What status says beside the planner's facts.
struct StatusExtras {
    std::int64_t generation = 0;
    std::string run_id{};
    std::string rerun{};
    std::string plan_sha256{};  // empty: no plan yet
    std::string top_findings_json = "[]";
    bool top_findings_truncated = false;
    std::optional<base::Duration> sequential_estimate{};  // at the end
    std::string history_json = "[]";
};

// Below kStatusBytesMax whatever the job: shortens topFindings, then messages, then the interval
// string; numbers stay exact.
inline constexpr std::size_t kStatusBytesMax = 60u << 10;  // the contract says 64 KiB

// The whole status. A condition keeps its time while its status stays (`before`).
std::string status_json(const core::Status& status, const StatusExtras& extras,
                        const JobStatus& before, base::Instant now);

// The summaries of earlier runs, newest first, at most three; `after`: with the run that this
// status tells of.
std::string history_of(const JobStatus& status);
std::string history_after(const JobStatus& status);

// The status of a finished run whose spec was edited: the same, but for the generation that was
// seen and condition SpecDrift.
std::string status_after_edit(std::string_view status_json, std::int64_t generation,
                              base::Instant now);

// A merge patch from one status to the other that applies to `resource_version` only; nullopt: they
// are equal.
std::optional<std::string> status_patch(std::string_view from_json, std::string_view to_json,
                                        std::string_view resource_version);

}  // namespace control
