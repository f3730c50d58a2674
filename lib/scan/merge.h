// Merging what chunks and attempts found. Pure; commutative, associative, idempotent by construction: each line counts
// once, by chunk, attempt and line number.
#pragma once

#include "scan/finding.h"
#include "scan/stream.h"

#include <cstdint>
#include <string>
#include <vector>

namespace scan {

struct MergedFinding {
    Finding finding;
    FindingState state = FindingState::New;
    std::uint64_t occurrences = 1;          // distinct locations
    std::vector<Location> locations{};      // ≤ 1 000, sorted; the finding's own included
    std::vector<std::uint32_t> chunks{};    // sorted
    bool operator==(const MergedFinding&) const = default;
};

// One occurrence in, the union out: max severity and confidence, union of cwe, owasp, references, evidence sorted
// and cut to 5, suppressed only if all are. `into` and `other` have the same finding.id.
void fold(MergedFinding& into, MergedFinding&& other);
MergedFinding first_of(Finding finding, std::uint32_t chunk);

std::string merged_to_json(const MergedFinding& merged);
base::Result<MergedFinding> parse_merged(std::string_view json);

// Records with the same kind and key: objects are joined member by member; equal values stay, lists are united and
// sorted, numbers take the larger, otherwise the value of the record with the smaller unit id stays.
void fold(Record& into, Record&& other);

// Of two terminal lines of one unit the better: ok > forbidden > skipped > timedOut > failed; requests and ms summed.
void fold(UnitLine& into, UnitLine&& other);

// Findings that need facts of more than one unit. Runs once, over all merged records of a job.
std::vector<Finding> derive(ScannerType scanner, const std::vector<Record>& records);

}  // namespace scan
