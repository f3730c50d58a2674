#include "scan/words.h"

#include <array>
#include <cstddef>
#include <utility>

namespace scan {
namespace {

using std::string_view;

// One table per list, in the order of the enumerators; `last` proves that none was forgotten.
template <auto last, typename... Words>
constexpr auto table(Words... words) {
    static_assert(sizeof...(words) == static_cast<std::size_t>(std::to_underlying(last)) + 1);
    return std::array<string_view, sizeof...(words)>{words...};
}

constexpr auto kScannerTypes = table<ScannerType::Synthetic>("Api", "Synthetic");
constexpr auto kAuthorizations = table<Authorization::Intrusive>("Passive", "Active", "Intrusive");
constexpr auto kSeverities = table<Severity::Info>("Critical", "High", "Medium", "Low", "Info");
constexpr auto kConfidences = table<Confidence::Low>("High", "Medium", "Low");
constexpr auto kCategories =
    table<Category::Market>("Security", "Privacy", "Quality", "Operational", "Market");
constexpr auto kUnitStatuses =
    table<UnitStatus::TimedOut>("Ok", "Failed", "Skipped", "Forbidden", "TimedOut");
constexpr auto kStreamStatuses = table<StreamStatus::Failed>("Complete", "Partial", "Failed");
constexpr auto kFindingStates = table<FindingState::Fixed>("New", "Unchanged", "Fixed");
constexpr auto kOutcomes =
    table<Outcome::Cancelled>("Succeeded", "PartiallySucceeded", "Failed", "TimedOut", "Cancelled");
constexpr auto kAttemptEnds = table<AttemptEnd::TargetUnavailable>(
    "Committed", "NoResult", "DigestMismatch", "ExitCode", "OOMKilled", "RunTimeout",
    "StartTimeout", "ImagePullFailed", "ConfigError", "Unschedulable", "Evicted", "Preempted",
    "NodeLost", "Deleted", "Disrupted", "Cancelled", "TargetUnavailable");
constexpr auto kReasons = table<Reason::ResultsTruncated>(
    "Queued", "Discovering", "PodsPending", "Running", "Aggregating", "QuotaExceeded",
    "Unschedulable", "ImagePullFailed", "StoreUnavailable", "Completed", "PartiallyCompleted",
    "ChunksFailed", "DiscoveryFailed", "NoUnits", "DeadlineExceeded", "FindingsThresholdExceeded",
    "InvalidSpec", "TargetForbidden", "PlanLost", "PlanTooLarge", "ApiRefused", "Cancelled",
    "Suspended", "PlanTooHeavy", "SpecChanged", "ResultsStored", "ResultsLost", "ResultsExpired",
    "BaselineMissing", "ResultsTruncated");

constexpr auto kSeverityStream = table<Severity::Info>("critical", "high", "medium", "low", "info");
constexpr auto kConfidenceStream = table<Confidence::Low>("high", "medium", "low");
constexpr auto kCategoryStream =
    table<Category::Market>("security", "privacy", "quality", "operational", "market");
constexpr auto kUnitStatusStream =
    table<UnitStatus::TimedOut>("ok", "failed", "skipped", "forbidden", "timedOut");
constexpr auto kStreamStatusStream = table<StreamStatus::Failed>("complete", "partial", "failed");
constexpr auto kFindingStateStream = table<FindingState::Fixed>("new", "unchanged", "fixed");

template <typename Enum, std::size_t n>
string_view word_of(const std::array<string_view, n>& words, Enum value) {
    return words.at(static_cast<std::size_t>(std::to_underlying(value)));
}

template <typename Enum, std::size_t n>
std::optional<Enum> value_of(const std::array<string_view, n>& words, string_view word) {
    for (std::size_t i = 0; i < n; ++i) {
        if (words[i] == word) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace

string_view to_string(ScannerType v) { return word_of(kScannerTypes, v); }
string_view to_string(Authorization v) { return word_of(kAuthorizations, v); }
string_view to_string(Severity v) { return word_of(kSeverities, v); }
string_view to_string(Confidence v) { return word_of(kConfidences, v); }
string_view to_string(Category v) { return word_of(kCategories, v); }
string_view to_string(UnitStatus v) { return word_of(kUnitStatuses, v); }
string_view to_string(StreamStatus v) { return word_of(kStreamStatuses, v); }
string_view to_string(FindingState v) { return word_of(kFindingStates, v); }
string_view to_string(Outcome v) { return word_of(kOutcomes, v); }
string_view to_string(AttemptEnd v) { return word_of(kAttemptEnds, v); }
string_view to_string(Reason v) { return word_of(kReasons, v); }

string_view stream_word(Severity v) { return word_of(kSeverityStream, v); }
string_view stream_word(Confidence v) { return word_of(kConfidenceStream, v); }
string_view stream_word(Category v) { return word_of(kCategoryStream, v); }
string_view stream_word(UnitStatus v) { return word_of(kUnitStatusStream, v); }
string_view stream_word(StreamStatus v) { return word_of(kStreamStatusStream, v); }
string_view stream_word(FindingState v) { return word_of(kFindingStateStream, v); }

std::optional<ScannerType> scanner_type_from(string_view word) {
    return value_of<ScannerType>(kScannerTypes, word);
}
std::optional<Authorization> authorization_from(string_view word) {
    return value_of<Authorization>(kAuthorizations, word);
}
std::optional<Outcome> outcome_from(string_view word) { return value_of<Outcome>(kOutcomes, word); }
std::optional<AttemptEnd> attempt_end_from(string_view word) {
    return value_of<AttemptEnd>(kAttemptEnds, word);
}
std::optional<Reason> reason_from(string_view word) { return value_of<Reason>(kReasons, word); }
std::optional<Severity> severity_from(string_view word) {
    return value_of<Severity>(kSeverityStream, word);
}
std::optional<Confidence> confidence_from(string_view word) {
    return value_of<Confidence>(kConfidenceStream, word);
}
std::optional<Category> category_from(string_view word) {
    return value_of<Category>(kCategoryStream, word);
}
std::optional<UnitStatus> unit_status_from(string_view word) {
    return value_of<UnitStatus>(kUnitStatusStream, word);
}
std::optional<StreamStatus> stream_status_from(string_view word) {
    return value_of<StreamStatus>(kStreamStatusStream, word);
}

}  // namespace scan
