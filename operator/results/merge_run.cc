#include "operator/results/merge_run.h"

#include "operator/results/line_file.h"
#include "operator/results/line_scan.h"
#include "operator/results/merge_findings.h"
#include "operator/results/merge_units.h"
#include "operator/results/merged_folder.h"
#include "operator/results/rules.h"

#include <fmt/format.h>

#include <string>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

Result<> add_planned_units(ResultStore& store, const RunKey& run, const RunState& state,
                           UnitMerge& units) {
    LineScan scanner;
    for (const auto& chunk : state.chunks) {
        const auto line = TRY(store.blob(run, BlobKind::Chunk, std::to_string(chunk.index)));
        TRY(scanner.each_unit_id(
            line, [&](std::string_view id) { return units.add_planned(chunk.index, id); }));
    }
    return {};
}

// All stored lines go where they are sorted. The store gives each once, by chunk, attempt and
// number.
struct Intake {
    UnitMerge units;
    RecordMerge records;
    FindingMerge findings;

    explicit Intake(const base::os::Path& folder)
        : units(folder), records(folder), findings(folder) {}

    Result<> take(std::uint32_t chunk, const ScannedLine& line) {
        switch (line.kind) {
        case LineKind::Unit: return units.add_line(chunk, line.id, line.raw);
        case LineKind::Record: return records.add_line(line.record_kind, line.record_key, line.raw);
        case LineKind::Finding: return findings.add_line(chunk, line.id, line.raw);
        case LineKind::Other: return {};
        }
        return {};
    }
};

Result<> take_segments(ResultStore& store, const RunKey& run, Intake& intake) {
    LineScan scanner;
    return store.each_segment(
        run, [&](const ResultStore::SegmentRef& ref, std::string_view bytes) -> Result<> {
            const auto chunk = static_cast<std::uint32_t>(ref.chunk);
            return base::with_context(
                scanner.each(bytes,
                             [&](const ScannedLine& line) { return intake.take(chunk, line); }),
                fmt::format("chunk {}, attempt {}, segment {}", ref.chunk, ref.attempt,
                            ref.number));
        });
}

Result<LineWriter> create(const base::os::Path& folder, std::string_view name) {
    return LineWriter::create(folder / name);
}

Result<> write_units(Intake& intake, const MergeOptions& options, TotalsFile& file) {
    auto out = TRY(create(options.folder, kUnitsFile));
    TRY(intake.units.finish(options.missing, out, file.totals));
    file.files.units_bytes = out.bytes();
    return out.finish();
}

Result<> write_records(Intake& intake, const MergeOptions& options, scan::ScannerType scanner,
                       TotalsFile& file) {
    auto out = TRY(create(options.folder, kRecordsFile));
    const auto records = TRY(intake.records.finish(out));
    file.totals.records = records.size();
    file.files.records_bytes = out.bytes();
    for (const auto& finding : scan::derive(scanner, records))
        TRY(intake.findings.add_derived(finding));
    return out.finish();
}

Result<> write_findings(Intake& intake, const MergeOptions& options, TotalsFile& file) {
    auto out = TRY(create(options.folder, kFindingsFile));
    auto offsets = TRY(create(options.folder, kOffsetsFile));
    file.totals.findings =
        TRY(intake.findings.finish(options.baseline, {.findings = out, .offsets = offsets}));
    if (file.totals.units.ok != file.totals.units_planned) file.totals.findings.fixed = 0;
    file.files.findings_bytes = out.bytes();
    TRY(offsets.finish());
    return out.finish();
}

// From here on what may lie there from an earlier merge counts for nothing.
Result<> clear(const base::os::Path& folder) {
    TRY(base::os::make_folders(folder, base::os::Mode::Private));
    std::error_code error;
    std::filesystem::remove(folder / kTotalsFile, error);
    if (error)
        return fail(ErrorKind::Forbidden, fmt::format("{}: {}", folder.string(), error.message()));
    return {};
}

}  // namespace

Result<MergeTotals> merge_run(ResultStore& store, const RunKey& run, const MergeOptions& options) {
    const auto state = TRY(store.load(run));
    if (!state.summary.closed) {
        return fail(ErrorKind::Conflict,
                    fmt::format("{} is not closed yet: it cannot be merged", describe(run)));
    }
    TRY(clear(options.folder));
    Intake intake(options.folder);
    TRY(add_planned_units(store, run, state, intake.units));
    TRY(take_segments(store, run, intake));
    TotalsFile file;
    TRY(write_units(intake, options, file));
    TRY(write_records(intake, options,
                      state.plan ? state.plan->scanner : scan::ScannerType::Synthetic, file));
    TRY(write_findings(intake, options, file));
    TRY(base::os::write_file(options.folder / kTotalsFile, totals_to_json(file),
                             base::os::Mode::Private));
    TRY(write_now(store, MarkMerged{.run = run}));
    return file.totals;
}

}  // namespace results
