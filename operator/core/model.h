// What the planner sees and what it decides: plain values. See make_plan.h.
#pragma once

#include "base/time.h"
#include "scan/job.h"
#include "scan/outcome.h"
#include "scan/plan_document.h"
#include "scan/words.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace core {

using base::Duration;
using base::Instant;

// Which chunk an attempt works on; discovery is an attempt like any other.
inline constexpr std::int64_t kDiscovery = -1;
struct AttemptId {
    std::int64_t chunk = kDiscovery;
    int attempt = 1;
    auto operator<=>(const AttemptId&) const = default;
};
std::string to_string(const AttemptId& id);  // "d-a1", "c7-a2"

// An end as seen or decided. Table and meaning: docs/design/attempt-ends.md.
struct EndFact {
    scan::AttemptEnd end = scan::AttemptEnd::NoResult;
    int exit_code = 0;
    // From the commit record, for discovery: TargetForbidden, PlanTooLarge, InvalidSpec …
    std::optional<scan::Reason> reason{};
    std::string message{};
    Instant at{};
    bool operator==(const EndFact&) const = default;
};

enum class Phase { Creating, Pending, Running, Stopping, Ended };

// Why an attempt that should run does not run yet. Only Pods know more than None.
enum class Hold {
    None,
    Unschedulable,  // no node takes it: the same Pod waits, cluster autoscalers need it to
    ImagePull,      // back-off of the image pull
    ImageName,      // the name can never be pulled
    MissingConfig,  // a Secret or ConfigMap is not there
};

// One attempt as it is now.
struct Attempt {
    AttemptId id;
    Phase phase = Phase::Creating;
    Instant created_at{};
    std::optional<Instant> started_at{};  // first seen running
    Duration limit{};                     // of this attempt
    int memory_percent = 100;             // 150 after an OOM kill
    Hold hold = Hold::None;
    std::string hold_message{};  // what the cluster says about it
    // When its `complete` commit (discovery: its plan document) was first seen in the store.
    std::optional<Instant> committed_at{};
    // Phase Ended: as observed, or as the store remembers it; missing = gone before an end was
    // seen. Other phases: the end that we gave it and recorded before stopping it.
    std::optional<EndFact> end{};
    bool end_recorded = false;  // the store has the end
    bool operator==(const Attempt&) const = default;
};

// One chunk as it is now.
struct ChunkState {
    std::uint32_t index = 0;
    std::string concurrency_key{};
    std::int64_t weight_millis = 0;
    std::uint64_t units = 0;
    scan::UnitCounts done{};          // units with a terminal line in the store
    bool committed = false;           // a complete commit lies in the store
    std::vector<Attempt> attempts{};  // by number
    bool operator==(const ChunkState&) const = default;
};

struct PlanFacts {
    std::string sha256{};
    std::uint64_t units = 0;
    std::vector<scan::KeyLimit> limits{};
    bool empty_is_fine = false;
    bool too_heavy = false;  // condition PlanExceedsDeadline
    bool operator==(const PlanFacts&) const = default;
};

// ---- status ----

struct FailedChunk {
    std::uint32_t index = 0;
    std::string reason{};
    std::string message{};
    int attempts = 0;
    bool operator==(const FailedChunk&) const = default;
};

struct AttemptCounts {
    std::uint64_t created = 0, succeeded = 0, failed = 0, timed_out = 0, lost = 0, disrupted = 0,
                  cancelled = 0;
    bool operator==(const AttemptCounts&) const = default;
};

enum class Truth { True, False, Unknown };
struct Condition {
    std::string type{};
    Truth status = Truth::Unknown;
    scan::Reason reason = scan::Reason::Queued;
    std::string message{};
    bool operator==(const Condition&) const = default;
};

// The status the job should have now. Edges add what only they know (URLs, trace ids, times of
// transition).
struct Status {
    std::optional<Instant> start_time{};
    std::optional<Instant> deadline_time{};
    std::optional<Instant> completion_time{};
    std::optional<Instant> suspended_since{};
    std::optional<scan::Outcome> outcome{};
    bool gate_hit = false;
    int coverage_percent = 0;
    std::uint64_t units_planned = 0;
    scan::UnitCounts units{};
    scan::ChunkCounts chunks{};
    AttemptCounts attempts{};
    std::vector<std::uint32_t> succeeded_chunks{};
    std::vector<FailedChunk> failed_chunks{};  // ≤ 20
    bool failed_chunks_truncated = false;
    scan::FindingCounts findings{};
    std::uint64_t records = 0;
    std::vector<Condition> conditions{};  // fixed order, by type
    bool operator==(const Status&) const = default;
};

// ---- observations ----

// What whoever runs the planner has fixed for all jobs.
struct Flags {
    Duration retry_base{
        5'000};  // first back-off: long enough for a target or node to recover from a hiccup
    int memory_percent_max = 150;  // cap of what an OOM kill may raise memory to
    // Attempts this job may have at once beside its own parallelism: what namespace and cluster
    // limits leave it.
    int slots_max = 1'000'000;
    bool operator==(const Flags&) const = default;
};

// Everything observed about one run.
struct Observed {
    std::optional<Instant> start_time{};  // from status: when the clock began
    std::optional<Instant> deadline_time{};
    std::optional<Instant> suspended_since{};
    std::optional<PlanFacts> plan{};  // accepted plan document
    // Status or a Pod says that a plan was accepted once. With a store that has none: PlanLost.
    bool plan_promised = false;
    std::vector<Attempt> discovery{};
    // Index order; empty before the plan. Without a plan: those whose attempts are still known,
    // which also means PlanLost.
    std::vector<ChunkState> chunks{};
    // Live attempts of other jobs by concurrency key.
    std::map<std::string, int> foreign_in_flight{};
    // Keys that asked for a pause, and until when.
    std::map<std::string, Instant> paused_until{};
    // The API refused to create: nothing is started before `retry_at`.
    struct Refusal {
        scan::Reason reason = scan::Reason::QuotaExceeded;  // or ApiRefused
        std::string message{};
        Instant retry_at{};
        bool operator==(const Refusal&) const = default;
    };
    std::optional<Refusal> refusal{};
    Duration start_median{};  // creation to running, of this run so far
    // While the store is away the facts above are the last known ones, and nothing is done.
    bool store_available = true;
    // What goes on but deserves condition Degraded: BaselineMissing, ResultsTruncated.
    std::vector<scan::Reason> degraded{};
    scan::FindingCounts findings_so_far{};
    std::uint64_t records_so_far = 0;
    bool run_closed = false;  // the store takes nothing more
    // Present once the merge of the closed run lies in the store.
    struct Merged {
        scan::UnitCounts units;
        scan::FindingCounts findings;
        std::uint64_t records = 0;
        bool operator==(const Merged&) const = default;
    };
    std::optional<Merged> merged{};
    bool merge_running = false;
    std::optional<Status> finished{};  // the final status as it was written: it never changes again
    bool objects_left = true;          // Pods, work folders that cleanup would remove
    Flags flags{};
    bool operator==(const Observed&) const = default;
};

// ---- decisions ----

enum class StopCause {
    Cancelled,
    Suspended,
    RunTimeout,
    StartTimeout,
    Deadline,
    ChunkCommitted,  // by another attempt
    Lingering,       // its own work is committed, and it does not go
    Unschedulable,
    ImagePullFailed,
    ConfigError,
    JobEnded,
};
std::string_view to_string(StopCause cause);

struct StartAttempt {
    AttemptId id;
    Duration limit{};
    int memory_percent = 100;
    bool operator==(const StartAttempt&) const = default;
};
struct StopAttempt {
    AttemptId id;
    StopCause cause = StopCause::Cancelled;
    bool operator==(const StopAttempt&) const = default;
};
// Remember an end durably. Always before the attempt's process or Pod is deleted.
struct RecordEnd {
    AttemptId id;
    EndFact fact;
    bool charged = true;
    bool operator==(const RecordEnd&) const = default;
};
struct CloseRun {
    bool operator==(const CloseRun&) const = default;
};
struct MergeResults {
    // For units without a terminal line, by chunk: what they count as, and why.
    struct Missing {
        std::uint32_t chunk = 0;
        scan::UnitStatus status = scan::UnitStatus::Failed;
        std::string reason{};
        bool operator==(const Missing&) const = default;
    };
    std::vector<Missing> missing{};
    bool operator==(const MergeResults&) const = default;
};
struct CleanUp {
    bool operator==(const CleanUp&) const = default;
};
using Action = std::variant<StartAttempt, StopAttempt, RecordEnd, CloseRun, MergeResults, CleanUp>;
std::string
describe(const Action& action);  // "start c7-a2 (limit 480 s)": one line for logs and --explain

// Why something was decided: feeds log lines, Events and `--explain`.
struct Why {
    std::string subject{};  // "c7-a2", "job"
    std::string sentence{};
    bool operator==(const Why&) const = default;
};

struct Plan {
    std::vector<Action> actions{};
    Status status{};
    std::optional<Instant> wake_at{};  // plan again then, even if nothing happens
    std::vector<Why> reasons{};
    bool operator==(const Plan&) const = default;
};

}  // namespace core
