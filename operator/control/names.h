// Names and labels of what a run owns in the cluster: deterministic, so that creating twice is
// harmless. Pure.
#pragma once

#include "operator/core/model.h"
#include "operator/results/store.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace control {

inline constexpr std::string_view kGroupVersion = "scanfleet.dev/v1alpha1";
inline constexpr std::string_view kJobLabel = "scanfleet.dev/job";
inline constexpr std::string_view kRunLabel = "scanfleet.dev/run";
inline constexpr std::string_view kChunkLabel = "scanfleet.dev/chunk";
inline constexpr std::string_view kAttemptLabel = "scanfleet.dev/attempt";
// In the order in which Pod facts carry their values.
inline constexpr std::array<std::string_view, 4> kPodLabels = {kJobLabel, kRunLabel, kChunkLabel,
                                                               kAttemptLabel};
inline constexpr std::string_view kManagedBy = "scanfleet";
inline constexpr std::string_view kPodSelector = "app.kubernetes.io/managed-by=scanfleet";
inline constexpr std::string_view kRunnerAccount = "scanfleet-runner";

// `<job>-<run5>-d-a1`, `<job>-<run5>-c7-a2`; run5: so that a re-run never meets the Pods of the run
// before it.
std::string pod_name(const results::RunKey& run, const core::AttemptId& id);
// The ConfigMap with the frozen job: `<job>-<run5>-in`.
std::string input_name(const results::RunKey& run);
std::string chunk_label(const core::AttemptId& id);  // "7", or "discovery"
// From the two labels; nullopt: not written by us.
std::optional<core::AttemptId> attempt_from_labels(std::string_view chunk,
                                                   std::string_view attempt);

// The uid for the first run, "<uid>-2" … for those after it.
std::string run_id(std::string_view job_uid, std::int64_t number);
// 1 for the uid itself; 0: not a run of this job.
std::int64_t run_number(std::string_view job_uid, std::string_view run_id);

// W3C trace id: the uid without dashes for the first run, else 16 bytes of sha256(runID).
std::string trace_id(std::string_view run_id);

}  // namespace control
