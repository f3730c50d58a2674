#include "operator/reports/report_source.h"

#include "base/redact.h"
#include "operator/observe/observe.h"
#include "operator/results/merge_run.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace reports {

namespace report = scan::report;
using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

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
    spec.cancel = spec.cancel || run.cancelled;
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
    header.run_id = run.state.summary.run.run_id;
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

Result<report::Source> report_source(const StoredRun& run, const base::os::Path& merged) {
    if (!run.status.outcome) {
        return fail(ErrorKind::NotFound, "the run has not finished: there is a report once it has");
    }
    report::Source source = empty_source();
    // Without a plan there was nothing to merge: the header says why.
    if (run.state.plan && run.state.summary.merged) {
        source = TRY(results::open_merged(merged));
        const auto totals = TRY(results::merged_totals(merged));
        source.header.sequential_estimate = totals.sequential_estimate;
        source.header.requests = totals.requests;
    }
    fill_header(source.header, run);
    TRY(add_truth(source));
    return source;
}

// Streamed: a report of a million findings must not lie in memory.
Result<> write_report(report::Format format, const report::Source& source,
                      const base::os::Path& file) {
    base::os::Path draft = file;
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
        TRY(report::write(format, source, sink));
        TRY(out.append(buffer));
        TRY(out.sync());
    }
    std::filesystem::rename(draft, file, error);
    if (error) return fail(ErrorKind::Forbidden, error.message());
    return {};
}

}  // namespace reports
