// What all formats say about a job, worded once.
#pragma once

#include "scan/report/report.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scan::report {

inline constexpr std::array kSeverities = {Severity::Critical, Severity::High, Severity::Medium,
                                           Severity::Low, Severity::Info};
inline constexpr std::array kUnitStatuses = {UnitStatus::Ok, UnitStatus::Failed,
                                             UnitStatus::TimedOut, UnitStatus::Forbidden,
                                             UnitStatus::Skipped};

// How many units that are not ok a report names (formats: "≤ 1 000, then counts").
inline constexpr std::size_t kBadUnitsMax = 1000;

std::uint64_t count_of(const FindingCounts& counts, Severity severity);
std::uint64_t count_of(const UnitCounts& counts, UnitStatus status);

std::string counted(std::uint64_t n, std::string_view noun);  // "1 unit", "3 units"
std::string scanner_title(const Header& header);              // "Scanfleet Api"
std::string outcome_word(const Header& header);       // "Succeeded", "Running" before the end
std::string_view words_of(UnitStatus status);         // "timed out"
std::string findings_sentence(const Header& header);  // "12 findings: 1 critical, 3 high, 8 low"
// "41 of 48 operations that answered 2xx"; empty if the scanner reports none.
std::string truth_sentence(const Header& header);
std::string gate_sentence(const Header& header);  // empty without a gate
// "PartiallySucceeded: 85 % scanned (41 of 48 units); 12 findings: …"
std::string verdict_sentence(const Header& header);
// "Not everything was scanned: 41 of 48 units (85 %). 3 failed, 4 timed out." Empty at full
// coverage.
std::string coverage_warning(const Header& header);
// Wall time against the work in it: "12s for 45s of work (3.8 times faster)".
std::string time_sentence(const Header& header);
base::Duration wall_time(const Header& header);
// Work ÷ wall time in percent; 0 if unknown.
std::int64_t speedup_percent(const Header& header);

// Units that did not end ok, by id.
struct BadUnits {
    std::vector<UnitLine> shown{};
    std::uint64_t total = 0;
};
base::Result<BadUnits> bad_units(const Source& source, std::size_t shown_max);

// The first `max` findings. True if there were more.
base::Result<bool> first_findings(const Source& source, std::size_t max,
                                  const std::function<base::Result<>(const MergedFinding&)>& take);

// The worst severity's word with a capital letter.
std::string_view title_of(Severity severity);

}  // namespace scan::report
