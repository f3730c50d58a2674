// What lies in the folder of a merged run: findings, units and records as JSON Lines in report
// order, offsets of every so many findings, and totals.json, which is written last and without
// which the rest counts for nothing.
#pragma once

#include "operator/results/merge_run.h"
#include "scan/stream.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace results {

inline constexpr std::string_view kFindingsFile = "findings.jsonl";
inline constexpr std::string_view kOffsetsFile = "findings.offsets";
inline constexpr std::string_view kUnitsFile = "units.jsonl";
inline constexpr std::string_view kRecordsFile = "records.jsonl";
inline constexpr std::string_view kTotalsFile = "totals.json";
// A page of 50 then reads at most 256 lines it does not need; one million findings have 4 000
// offsets.
inline constexpr std::uint64_t kFindingsPerOffset = 256;
// Each offset is a line of 16 hex digits, so that the n-th is found by counting.
inline constexpr std::uint64_t kOffsetWidth = 17;

// A finding that occurred once keeps its line as it came: folding, which is most of the work, is
// not needed for it.
struct SingleRow {
    scan::FindingState state = scan::FindingState::New;
    std::int64_t chunk = -1;  // −1: derived
    std::string_view line;    // as in the result stream
};
void append_single_row(std::string& out, const SingleRow& row);
std::string folded_row(const scan::MergedFinding& merged);
// Either kind of row. Invalid: damaged.
base::Result<scan::MergedFinding> parse_row(scan::LineParser& parser, std::string_view row);

struct FileFacts {
    std::uint64_t findings_bytes = 0;
    std::uint64_t units_bytes = 0;
    std::uint64_t records_bytes = 0;
};
struct TotalsFile {
    MergeTotals totals;
    FileFacts files;
};
std::string totals_to_json(const TotalsFile& file);
base::Result<TotalsFile> parse_totals(std::string_view json);

}  // namespace results
