#include "operator/results/merged_folder.h"

#include "base/json.h"
#include "operator/results/line_file.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <utility>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kTotalsBytesMax = 1u << 20;  // it has some 1 KiB

constexpr std::string_view kStateKey = R"({"state":")";
constexpr std::string_view kChunkKey = R"(","chunk":)";
constexpr std::string_view kLineKey = R"(,"line":)";
constexpr std::string_view kSingleRowTail = "}";
constexpr std::string_view kMergedKey = R"({"merged":)";

std::unexpected<base::Error> damaged() {
    return fail(ErrorKind::Invalid, "the merged results are damaged: merge the run again");
}

std::optional<scan::FindingState> state_from(std::string_view word) {
    using enum scan::FindingState;
    for (const auto state : {New, Unchanged, Fixed}) {
        if (scan::stream_word(state) == word) return state;
    }
    return std::nullopt;
}

Result<SingleRow> split_row(std::string_view row) {
    SingleRow single;
    row.remove_prefix(kStateKey.size());
    const auto chunk_at = row.find(kChunkKey);
    if (chunk_at == std::string_view::npos || !row.ends_with(kSingleRowTail)) return damaged();
    const auto state = state_from(row.substr(0, chunk_at));
    if (!state) return damaged();
    single.state = *state;
    row.remove_prefix(chunk_at + kChunkKey.size());
    const auto number = std::from_chars(row.data(), row.data() + row.size(), single.chunk);
    if (number.ec != std::errc()) return damaged();
    row.remove_prefix(static_cast<std::size_t>(number.ptr - row.data()));
    if (!row.starts_with(kLineKey)) return damaged();
    row.remove_prefix(kLineKey.size());
    row.remove_suffix(kSingleRowTail.size());
    single.line = row;
    return single;
}

Result<scan::MergedFinding> from_single(scan::LineParser& parser, const SingleRow& row) {
    auto line = TRY(parser.parse(row.line));
    auto* finding = std::get_if<scan::Finding>(&line);
    if (finding == nullptr) return damaged();
    auto merged = scan::first_of(std::move(*finding), static_cast<std::uint32_t>(row.chunk));
    if (row.chunk < 0) merged.chunks.clear();
    merged.state = row.state;
    return merged;
}

Json to_json(const std::array<std::uint64_t, 5>& counts) { return Json(counts); }

std::array<std::uint64_t, 5> counts_from(const Json& object, std::string_view key) {
    std::array<std::uint64_t, 5> counts{};
    const auto* list = base::find(object, key);
    if (list == nullptr || !list->is_array()) return counts;
    for (std::size_t i = 0; i < counts.size() && i < list->size(); ++i) {
        if ((*list)[i].is_number_unsigned()) counts[i] = (*list)[i].get<std::uint64_t>();
    }
    return counts;
}

std::uint64_t count_of(const Json& object, std::string_view key) {
    return static_cast<std::uint64_t>(base::get_int(object, key));
}

Json to_json(const scan::UnitCounts& units) {
    return {{"ok", units.ok},
            {"failed", units.failed},
            {"skipped", units.skipped},
            {"forbidden", units.forbidden},
            {"timedOut", units.timed_out}};
}

Json to_json(const scan::FindingCounts& f) {
    return {{"total", f.total},
            {"critical", f.critical},
            {"high", f.high},
            {"medium", f.medium},
            {"low", f.low},
            {"info", f.info},
            {"new", f.fresh},
            {"fixed", f.fixed},
            {"suppressed", f.suppressed},
            {"gated", to_json(f.gated)},
            {"gatedNew", to_json(f.gated_new)}};
}

scan::FindingCounts finding_counts_from(const Json& json) {
    return {.total = count_of(json, "total"),
            .critical = count_of(json, "critical"),
            .high = count_of(json, "high"),
            .medium = count_of(json, "medium"),
            .low = count_of(json, "low"),
            .info = count_of(json, "info"),
            .fresh = count_of(json, "new"),
            .fixed = count_of(json, "fixed"),
            .suppressed = count_of(json, "suppressed"),
            .gated = counts_from(json, "gated"),
            .gated_new = counts_from(json, "gatedNew")};
}

Result<TotalsFile> read_totals(const base::os::Path& folder) {
    const auto text = base::os::read_file(folder / kTotalsFile, kTotalsBytesMax);
    if (!text && text.error().kind() == ErrorKind::NotFound) {
        return fail(ErrorKind::NotFound, fmt::format("{}: no merged results", folder.string()));
    }
    if (!text) return std::unexpected(text.error());
    return parse_totals(*text);
}

Result<> check_size(const base::os::Path& file, std::uint64_t bytes) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error || size != bytes) return damaged();
    return {};
}

Result<> each_row(const base::os::Path& file,
                  const std::function<Result<>(std::string_view)>& take) {
    auto reader = TRY(LineReader::open(file));
    for (;;) {
        const auto row = TRY(reader.next());
        if (!row) return {};
        TRY(take(*row));
    }
}

template <typename T>
Result<> each_line_of(const base::os::Path& file, const std::function<Result<>(const T&)>& take) {
    scan::LineParser parser;
    return each_row(file, [&](std::string_view row) -> Result<> {
        const auto line = TRY(parser.parse(row));
        const auto* value = std::get_if<T>(&line);
        if (value == nullptr) return damaged();
        return take(*value);
    });
}

Result<std::uint64_t> offset_of(const base::os::Path& folder, std::uint64_t number) {
    auto reader = TRY(LineReader::open(folder / kOffsetsFile, number * kOffsetWidth));
    const auto line = TRY(reader.next());
    std::uint64_t offset = 0;
    if (!line ||
        std::from_chars(line->data(), line->data() + line->size(), offset, 16).ec != std::errc()) {
        return damaged();
    }
    return offset;
}

}  // namespace

void append_single_row(std::string& out, const SingleRow& row) {
    out.append(kStateKey).append(scan::stream_word(row.state));
    out.append(kChunkKey).append(std::to_string(row.chunk));
    out.append(kLineKey).append(row.line).append(kSingleRowTail);
}

std::string folded_row(const scan::MergedFinding& merged) {
    return fmt::format("{}{}}}", kMergedKey, scan::merged_to_json(merged));
}

Result<scan::MergedFinding> parse_row(scan::LineParser& parser, std::string_view row) {
    if (row.starts_with(kStateKey)) {
        const auto single = TRY(split_row(row));
        return from_single(parser, single);
    }
    if (!row.starts_with(kMergedKey) || !row.ends_with('}')) return damaged();
    row.remove_prefix(kMergedKey.size());
    row.remove_suffix(1);
    return scan::parse_merged(row);
}

std::string totals_to_json(const TotalsFile& file) {
    const auto& totals = file.totals;
    const Json json = {{"v", 1},
                       {"units", to_json(totals.units)},
                       {"findings", to_json(totals.findings)},
                       {"records", totals.records},
                       {"unitsPlanned", totals.units_planned},
                       {"unknownUnits", totals.unknown_units},
                       {"sequentialEstimateMillis", totals.sequential_estimate.count()},
                       {"requests", totals.requests},
                       {"findingsBytes", file.files.findings_bytes},
                       {"unitsBytes", file.files.units_bytes},
                       {"recordsBytes", file.files.records_bytes}};
    return base::dump_json_pretty(json) + "\n";
}

Result<TotalsFile> parse_totals(std::string_view text) {
    const auto json = base::parse_json(text);
    if (!json || base::get_int(*json, "v") != 1) return damaged();
    const auto* units = base::find(*json, "units");
    const auto* findings = base::find(*json, "findings");
    if (units == nullptr || findings == nullptr) return damaged();
    TotalsFile file;
    file.totals = {.units = {.ok = count_of(*units, "ok"),
                             .failed = count_of(*units, "failed"),
                             .skipped = count_of(*units, "skipped"),
                             .forbidden = count_of(*units, "forbidden"),
                             .timed_out = count_of(*units, "timedOut")},
                   .findings = finding_counts_from(*findings),
                   .records = count_of(*json, "records"),
                   .units_planned = count_of(*json, "unitsPlanned"),
                   .sequential_estimate =
                       base::Duration(base::get_int(*json, "sequentialEstimateMillis")),
                   .requests = count_of(*json, "requests"),
                   .unknown_units = count_of(*json, "unknownUnits")};
    file.files = {.findings_bytes = count_of(*json, "findingsBytes"),
                  .units_bytes = count_of(*json, "unitsBytes"),
                  .records_bytes = count_of(*json, "recordsBytes")};
    return file;
}

Result<MergeTotals> merged_totals(const base::os::Path& folder) {
    const auto file = TRY(read_totals(folder));
    return file.totals;
}

Result<scan::report::Source> open_merged(const base::os::Path& folder) {
    const auto file = TRY(read_totals(folder));
    TRY(check_size(folder / kFindingsFile, file.files.findings_bytes));
    TRY(check_size(folder / kUnitsFile, file.files.units_bytes));
    TRY(check_size(folder / kRecordsFile, file.files.records_bytes));
    scan::report::Source source;
    source.header.units = file.totals.units;
    source.header.units_planned = file.totals.units_planned;
    source.header.coverage_percent =
        scan::coverage_percent(file.totals.units.ok, file.totals.units_planned);
    source.header.findings = file.totals.findings;
    source.header.records = file.totals.records;
    source.header.sequential_estimate = file.totals.sequential_estimate;
    source.each_finding =
        [folder](const std::function<Result<>(const scan::MergedFinding&)>& take) {
            scan::LineParser parser;
            return each_row(folder / kFindingsFile, [&](std::string_view row) -> Result<> {
                const auto merged = TRY(parse_row(parser, row));
                return take(merged);
            });
        };
    source.each_unit = [folder](const std::function<Result<>(const scan::UnitLine&)>& take) {
        return each_line_of<scan::UnitLine>(folder / kUnitsFile, take);
    };
    source.each_record = [folder](const std::function<Result<>(const scan::Record&)>& take) {
        return each_line_of<scan::Record>(folder / kRecordsFile, take);
    };
    return source;
}

Result<std::vector<scan::MergedFinding>> findings_page(const base::os::Path& folder,
                                                       std::uint64_t first, std::size_t count) {
    const auto file = TRY(read_totals(folder));
    std::vector<scan::MergedFinding> page;
    if (first >= file.totals.findings.total || count == 0) return page;
    const auto offset = TRY(offset_of(folder, first / kFindingsPerOffset));
    auto reader = TRY(LineReader::open(folder / kFindingsFile, offset));
    scan::LineParser parser;
    for (auto number = first - first % kFindingsPerOffset; page.size() < count; ++number) {
        const auto row = TRY(reader.next());
        if (!row) return page;
        if (number < first) continue;
        auto merged = TRY(parse_row(parser, *row));
        page.push_back(std::move(merged));
    }
    return page;
}

}  // namespace results
