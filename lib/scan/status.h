// The status of a ScanJob as it stands in the cluster: what people, kubectl and GitOps tools read.
// Nothing of ours depends on a counter in it. Field names and bounds: docs/reference/scanjob.md,
// made from the same description as the resource's schema (scan/status_schema.cc).
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "scan/outcome.h"
#include "scan/words.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scan {

using base::Instant;

// The plan document that was accepted.
struct StatusPlan {
    std::string sha256{};
    std::uint64_t chunks = 0;
    std::uint64_t units = 0;
    bool operator==(const StatusPlan&) const = default;
};

struct UnitTotals {
    std::uint64_t total = 0, succeeded = 0, failed = 0, skipped = 0, forbidden = 0, timed_out = 0;
    bool operator==(const UnitTotals&) const = default;
};

struct AttemptTotals {
    std::uint64_t created = 0, succeeded = 0, failed = 0, timed_out = 0, lost = 0, disrupted = 0,
                  cancelled = 0;
    bool operator==(const AttemptTotals&) const = default;
};

struct FindingTotals {
    std::uint64_t total = 0, critical = 0, high = 0, medium = 0, low = 0, info = 0, fresh = 0,
                  fixed = 0, suppressed = 0;
    bool operator==(const FindingTotals&) const = default;
};

struct StatusFailedChunk {
    std::uint64_t index = 0;
    std::string reason{};
    std::string message{};
    std::uint64_t attempts = 0;
    std::string node{};  // of the last attempt
    bool operator==(const StatusFailedChunk&) const = default;
};

struct TopFinding {
    std::string fingerprint{};
    std::string rule_id{};
    Severity severity = Severity::Info;
    std::string title{};
    std::string location{};
    bool operator==(const TopFinding&) const = default;
};

// Why the job waits, and since when.
struct StatusQueue {
    std::string reason{};
    Instant since{};
    bool operator==(const StatusQueue&) const = default;
};

struct StatusTimings {
    std::uint64_t sequential_estimate_seconds = 0;
    std::uint64_t wall_seconds = 0;
    std::uint64_t speedup_percent = 0;
    bool operator==(const StatusTimings&) const = default;
};

struct StatusResults {
    std::string url{};
    std::string sha256{};
    std::uint64_t bytes = 0;
    bool available = false;
    bool operator==(const StatusResults&) const = default;
};

struct StatusTrace {
    std::string trace_id{};
    std::string traceparent{};
    bool operator==(const StatusTrace&) const = default;
};

// A run that has ended, before this one.
struct StatusRun {
    std::string run_id{};
    Outcome outcome = Outcome::Failed;
    std::optional<Instant> completion_time{};
    std::uint64_t findings = 0;
    int coverage_percent = 0;
    bool operator==(const StatusRun&) const = default;
};

enum class ConditionTruth { True, False, Unknown };
struct StatusCondition {
    std::string type{};
    ConditionTruth status = ConditionTruth::Unknown;
    std::int64_t observed_generation = 0;
    Instant last_transition_time{};
    std::string reason{};
    std::string message{};
    bool operator==(const StatusCondition&) const = default;
};

struct JobStatus {
    std::int64_t observed_generation = -1;  // -1: nobody has looked at the job yet
    std::string run_id{};
    std::string rerun{};
    std::optional<Instant> start_time{};
    std::optional<Instant> deadline_time{};
    std::optional<Instant> completion_time{};
    std::optional<Outcome> outcome{};
    std::optional<StatusPlan> plan{};
    std::string progress{};  // "17/20"
    std::optional<int> coverage_percent{};
    std::optional<UnitTotals> units{};
    std::optional<ChunkCounts> chunks{};
    std::optional<AttemptTotals> attempts{};
    std::string succeeded_chunks{};
    bool succeeded_chunks_truncated = false;
    std::vector<StatusFailedChunk> failed_chunks{};
    bool failed_chunks_truncated = false;
    std::optional<FindingTotals> findings{};
    std::vector<TopFinding> top_findings{};
    bool top_findings_truncated = false;
    std::optional<std::uint64_t> records{};
    std::optional<StatusQueue> queue{};
    std::optional<StatusTimings> timings{};
    std::optional<StatusResults> results{};
    std::optional<StatusTrace> trace{};
    std::vector<StatusRun> history{};
    std::vector<StatusCondition> conditions{};
    bool operator==(const JobStatus&) const = default;
};

// How long lists and texts may be: the API server refuses a status beyond them, so that whoever
// writes one cuts first. Texts are counted in characters there; bytes are on the safe side.
namespace status_bounds {
inline constexpr std::size_t kFailedChunks = 20;
inline constexpr std::size_t kTopFindings = 50;
inline constexpr std::size_t kHistory = 3;
inline constexpr std::size_t kConditions = 16;
inline constexpr std::size_t kIntervals = 16u << 10;
inline constexpr std::size_t kChunkMessage = 1024;
inline constexpr std::size_t kConditionMessage = 32'768;
inline constexpr std::size_t kTitle = 200;
inline constexpr std::size_t kLocation = 2048;
inline constexpr std::size_t kUrl = 2048;
}  // namespace status_bounds

// Unset members and empty texts are left out, times have whole seconds.
std::string job_status_to_json(const JobStatus& status);
// What a JSON merge patch (RFC 7396) must say to turn one status into the other: {"status": …},
// with null for what is gone. Empty: they are equal.
std::string job_status_patch(const JobStatus& from, const JobStatus& to);
// Of `status` as the API server gives it; members that are missing keep the model's defaults, those
// of a later version are ignored. Invalid: no object, or a member that the description refuses,
// named with its path.
base::Result<JobStatus> parse_job_status(std::string_view json);

}  // namespace scan
