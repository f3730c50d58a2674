#include "cli/local/run_report.h"

#include "base/redact.h"
#include "operator/observe/observe.h"
#include "operator/observe/status_json.h"
#include "operator/results/merge_run.h"
#include "operator/results/sqlite.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cli {

namespace report = scan::report;
using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kJobBytesMax = 8u << 20;
constexpr std::size_t kBufferBytes = 256u << 10;  // few system calls, little memory
constexpr std::size_t kMissedMax = 100;           // names listed of what the truth metric missed

base::Duration wall_of(const std::vector<results::StoredAttempt>& attempts, std::int64_t chunk) {
    base::Duration sum{0};
    for (const auto& attempt : attempts) {
        if (attempt.chunk == chunk && attempt.end)
            sum += std::max(attempt.end->at - attempt.created_at, base::Duration{0});
    }
    return sum;
}

// From the job's start to the chunk's first attempt.
base::Duration started_after(const StoredRun& run, std::int64_t chunk) {
    const base::Instant start = run.status.start_time.value_or(run.state.summary.created_at);
    std::optional<base::Duration> first;
    for (const auto& attempt : run.state.attempts) {
        if (attempt.chunk != chunk) continue;
        const base::Duration after = std::max(attempt.created_at - start, base::Duration{0});
        first = std::min(first.value_or(after), after);
    }
    return first.value_or(base::Duration{0});
}

std::vector<report::ChunkRow> chunk_rows(const StoredRun& run) {
    core::Observed seen = observe::from_store(run.state, run.job.spec);
    seen.finished.reset();
    scan::JobSpec spec = run.job.spec;
    std::error_code error;
    spec.cancel = spec.cancel || std::filesystem::exists(run.folder.cancel(), error);
    const base::Instant end = run.status.completion_time.value_or(run.state.summary.created_at);
    std::vector<report::ChunkRow> rows;
    for (const core::ChunkVerdict& verdict : core::judge_chunks(spec, seen, end)) {
        report::ChunkRow row;
        row.index = verdict.index;
        row.status = verdict.stage;
        row.reason = verdict.reason;
        row.message = verdict.message;
        row.attempts = verdict.attempts;
        row.units = seen.chunks[verdict.index].units;
        row.wall = wall_of(run.state.attempts, verdict.index);
        row.started_after = started_after(run, verdict.index);
        rows.push_back(std::move(row));
    }
    return rows;
}

// Operations that ever answered 2xx: what "scan completed" does not say.
Result<> add_truth(report::Source& source) {
    report::Header& header = source.header;
    if (header.scanner != scan::ScannerType::Api || header.units_planned == 0) return {};
    header.truth_name = "operations that answered 2xx";
    header.truth_total = header.units_planned;
    return source.each_unit([&](const scan::UnitLine& unit) -> Result<> {
        const auto reached =
            std::find_if(unit.truth.begin(), unit.truth.end(),
                         [](const auto& fact) { return fact.first == "reached2xx"; });
        if (reached == unit.truth.end()) return {};
        if (reached->second > 0) {
            ++header.truth_reached;
        } else if (header.truth_missed.size() < kMissedMax) {
            header.truth_missed.push_back(unit.id);
        }
        return {};
    });
}

// The last status may be a second older than the store: of a run that nobody drives, count what is
// there.
core::Status interrupted_status(const StoredRun& run) {
    const core::Observed seen = observe::from_store(run.state, run.job.spec);
    const base::Instant at = run.status.start_time.value_or(run.state.summary.created_at);
    core::Status status = core::make_plan(run.job.spec, seen, at).status;
    status.findings = run.status.findings;
    status.records = run.status.records;
    return status;
}

report::Source empty_source() {
    report::Source source;
    source.each_finding = [](const auto&) { return Result<>{}; };
    source.each_unit = [](const auto&) { return Result<>{}; };
    source.each_record = [](const auto&) { return Result<>{}; };
    return source;
}

void fill_header(report::Header& header, const StoredRun& run) {
    const core::Status& status = run.status;
    header.job = run.job.name;
    header.namespace_ = run.job.namespace_;
    header.run_id = run.folder.run_id();
    header.scanner = run.job.spec.scanner_type();
    header.scanner_version = SF_VERSION;
    if (run.state.plan) header.rules_version = run.state.plan->rules_version;
    if (run.state.plan) header.notices = run.state.plan->notices;
    header.target = target_of(run.job.spec);
    header.level = run.job.spec.authorization;
    header.baseline = run.job.spec.baseline_job_name;
    header.start_time = status.start_time.value_or(run.state.summary.created_at);
    header.completion_time = status.completion_time.value_or(header.start_time);
    header.outcome = status.outcome;
    if (!status.conditions.empty()) {
        header.reason = status.conditions.front().reason;
        header.message = status.conditions.front().message;
    }
    header.coverage_percent = status.coverage_percent;
    header.units_planned = status.units_planned;
    header.units = status.units;
    header.chunks = status.chunks;
    header.findings = status.findings;
    header.records = status.records;
    header.attempts = status.attempts.created;
    header.chunk_rows = chunk_rows(run);
    header.fail_on = run.job.spec.fail_on;
    header.gate_hit = status.gate_hit;
    for (const core::Condition& condition : status.conditions) {
        if (condition.reason == scan::Reason::ResultsTruncated) header.truncated = true;
        if (condition.reason == scan::Reason::BaselineMissing) header.baseline.clear();
    }
}

}  // namespace

std::string target_of(const scan::JobSpec& spec) {
    if (const auto* api = std::get_if<scan::ApiOptions>(&spec.scanner)) {
        const std::string& url = api->server_url.empty() ? api->spec_url : api->server_url;
        return base::scrub(url.empty() ? "an inline OpenAPI document" : url);
    }
    return "synthetic";
}

Result<StoredRun> load_run(const RunFolder& folder) {
    StoredRun run;
    run.folder = folder;
    const std::string text = TRY(base::os::read_file(folder.job(), kJobBytesMax));
    run.job = TRY(scan::parse_job(text, folder.job().string()));
    run.driven = driving_pid(folder).has_value();
    auto store =
        TRY(base::with_context(results::open_sqlite({.file = folder.store(), .read_only = true}),
                               "open " + folder.store().string()));
    auto state = store->load(
        {.namespace_ = run.job.namespace_, .job = run.job.name, .run_id = folder.run_id()});
    run.state = TRY(base::with_context(std::move(state), "read " + folder.store().string()));
    if (auto status = observe::parse_status(run.state.summary.status_json))
        run.status = std::move(*status);
    if (!run.driven && !run.status.outcome) run.status = interrupted_status(run);
    return run;
}

Result<report::Source> report_source(const StoredRun& run) {
    if (!run.status.outcome) {
        const std::string id = run.folder.run_id();
        return fail(
            ErrorKind::NotFound,
            run.driven
                ? fmt::format(
                      "run {} is still going on: wait for its end, or look with `scanfleet get {}`",
                      id, id)
                : fmt::format("run {} was interrupted: go on with `scanfleet run --resume {}`, or "
                              "end it with "
                              "`scanfleet cancel {}`; then there is a report",
                              id, id, id));
    }
    report::Source source = empty_source();
    // Without a plan there was nothing to merge: the header says why.
    if (run.state.plan && run.state.summary.merged) {
        source = TRY(results::open_merged(run.folder.merged()));
        const auto totals = TRY(results::merged_totals(run.folder.merged()));
        source.header.sequential_estimate = totals.sequential_estimate;
        source.header.requests = totals.requests;
    }
    fill_header(source.header, run);
    TRY(add_truth(source));
    return source;
}

Result<ReportFile> parse_report_flag(std::string_view flag, const base::os::Path& folder) {
    const std::size_t equals = flag.find('=');
    const std::string_view word = flag.substr(0, equals);
    const auto format = report::format_from(word);
    if (!format) {
        return fail(ErrorKind::Invalid, fmt::format("'{}' is no report format: json, jsonl, sarif, "
                                                    "html, md, junit or table, each also as "
                                                    "FORMAT=FILE",
                                                    word));
    }
    if (equals != std::string_view::npos && equals + 1 < flag.size()) {
        return ReportFile{*format, base::os::Path(flag.substr(equals + 1))};
    }
    std::string extension(report::file_extension(*format));
    if (extension.starts_with('.')) extension.erase(0, 1);
    return ReportFile{*format, folder / ("report." + extension)};
}

namespace {

// Streamed: a report of a million findings must not lie in memory.
Result<> write_report(const report::Source& source, const ReportFile& file) {
    base::os::Path draft = file.path;
    draft += ".part";
    std::error_code error;
    std::filesystem::remove(draft, error);
    {
        auto out = TRY(base::os::AppendFile::open(draft, base::os::Mode::Shared));
        std::string buffer;
        const auto sink = [&](std::string_view bytes) -> Result<> {
            buffer.append(bytes);
            if (buffer.size() < kBufferBytes) return {};
            return out.append(std::exchange(buffer, {}));
        };
        TRY(report::write(file.format, source, sink));
        TRY(out.append(buffer));
        TRY(out.sync());
    }
    std::filesystem::rename(draft, file.path, error);
    if (error) return fail(ErrorKind::Forbidden, error.message());
    return {};
}

}  // namespace

Result<> write_reports(const report::Source& source, const std::vector<ReportFile>& files) {
    Result<> first;
    for (const ReportFile& file : files) {
        Result<> written = write_report(source, file);
        if (!written && first)
            first = base::with_context(std::move(written), "write " + file.path.string());
    }
    return first;
}

}  // namespace cli
