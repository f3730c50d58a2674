// Merging what chunks and attempts found. Pure; commutative, associative, idempotent by construction: each line counts
// once, by chunk, attempt and line number.
#pragma once

#include "scan/finding.h"
#include "scan/stream.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scan {

// What code-scanning services keep of a result's locations.
inline constexpr std::size_t kLocationsMax = 1000;

struct MergedFinding {
    Finding finding;
    FindingState state = FindingState::New;
    std::uint64_t occurrences = 1;          // distinct locations; 1 000 means "1 000 or more"
    std::vector<Location> locations{};      // ≤ 1 000, sorted; the finding's own included
    std::vector<std::uint32_t> chunks{};    // sorted
    bool operator==(const MergedFinding&) const = default;
};

// One occurrence in, the union out: max severity and confidence, union of cwe, owasp, references, evidence sorted
// and cut to 5, suppressed only if all are. `into` and `other` have the same finding.id.
void fold(MergedFinding& into, MergedFinding&& other);
MergedFinding first_of(Finding finding, std::uint32_t chunk);

// One JSON object (no newline): the members of the finding, then state, occurrences, locations (left out when the
// finding's own is the only one) and seenInChunks ("0-4,7"). parse_merged is strict; Invalid names the field.
std::string merged_to_json(const MergedFinding& merged);
base::Result<MergedFinding> parse_merged(std::string_view json);

// Records with the same kind and key: objects are joined member by member; lists are united and sorted, numbers take
// the larger, texts the smaller, true wins; of two types the later of null, boolean, number, text, list, object.
// The unit is the smaller one.
void fold(Record& into, Record&& other);

// Of two terminal lines of one unit the better: ok > forbidden > skipped > timedOut > failed; requests and ms summed.
void fold(UnitLine& into, UnitLine&& other);

// Findings that need facts of more than one unit. Runs once, over all merged records of a job.
std::vector<Finding> derive(ScannerType scanner, const std::vector<Record>& records);

}  // namespace scan
