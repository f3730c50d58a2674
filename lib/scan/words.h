// The closed lists of words that several modules share. Each has to_string (the word of the CRD) and
// stream_word (the same with a small first letter, as the result stream writes it).
#pragma once

#include <optional>
#include <string_view>

namespace scan {

enum class ScannerType { Api, Synthetic };
enum class Authorization { Passive, Active, Intrusive };
enum class Severity { Critical, High, Medium, Low, Info };  // most severe first: smaller is worse
enum class Confidence { High, Medium, Low };
enum class Category { Security, Privacy, Quality, Operational, Market };
enum class UnitStatus { Ok, Failed, Skipped, Forbidden, TimedOut };
enum class StreamStatus { Complete, Partial, Failed };
enum class FindingState { New, Unchanged, Fixed };
enum class Outcome { Succeeded, PartiallySucceeded, Failed, TimedOut, Cancelled };

// How an attempt ended: the closed list of the API.
enum class AttemptEnd {
    Committed, NoResult, DigestMismatch, ExitCode, OOMKilled, RunTimeout, StartTimeout, ImagePullFailed,
    ConfigError, Unschedulable, Evicted, Preempted, NodeLost, Deleted, Disrupted, Cancelled, TargetUnavailable,
};

// Reasons of conditions: the closed, documented list of the API.
enum class Reason {
    Queued, Discovering, PodsPending, Running, Aggregating, QuotaExceeded, Unschedulable, ImagePullFailed,
    StoreUnavailable, Completed, PartiallyCompleted, ChunksFailed, DiscoveryFailed, NoUnits, DeadlineExceeded,
    FindingsThresholdExceeded, InvalidSpec, TargetForbidden, PlanLost, PlanTooLarge, ApiRefused, Cancelled,
    Suspended, PlanTooHeavy, SpecChanged, ResultsStored, ResultsLost, ResultsExpired, BaselineMissing,
    ResultsTruncated,
};

std::string_view to_string(ScannerType);
std::string_view to_string(Authorization);
std::string_view to_string(Severity);
std::string_view to_string(Confidence);
std::string_view to_string(Category);
std::string_view to_string(UnitStatus);
std::string_view to_string(StreamStatus);
std::string_view to_string(FindingState);
std::string_view to_string(Outcome);
std::string_view to_string(AttemptEnd);
std::string_view to_string(Reason);

std::string_view stream_word(Severity);
std::string_view stream_word(Confidence);
std::string_view stream_word(Category);
std::string_view stream_word(UnitStatus);
std::string_view stream_word(StreamStatus);
std::string_view stream_word(FindingState);

std::optional<ScannerType> scanner_type_from(std::string_view word);
std::optional<Authorization> authorization_from(std::string_view word);
std::optional<Outcome> outcome_from(std::string_view word);
std::optional<AttemptEnd> attempt_end_from(std::string_view word);
std::optional<Reason> reason_from(std::string_view word);
// From the stream's spelling.
std::optional<Severity> severity_from(std::string_view word);
std::optional<Confidence> confidence_from(std::string_view word);
std::optional<Category> category_from(std::string_view word);
std::optional<UnitStatus> unit_status_from(std::string_view word);
std::optional<StreamStatus> stream_status_from(std::string_view word);

// What a runner says about itself when it ends (api contract §5).
enum class ExitCode {
    Ok = 0, Config = 64, TargetUnavailable = 69, Internal = 70, Temporary = 75, CredentialsRefused = 77,
    Deadline = 124, Terminated = 143,
};

}  // namespace scan
