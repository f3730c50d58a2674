#include "scan/report/json_parts.h"

#include "scan/report/summary.h"

namespace scan::report {
namespace {

void count(JsonText& json, std::string_view name, std::uint64_t value) {
    json.key(name).number(value);
}

void write_job(JsonText& json, const Header& header) {
    json.key("job").open('{').member("name", header.job).member("namespace", header.namespace_);
    json.member("scanner", to_string(header.scanner)).member("target", header.target);
    if (header.level) json.member("level", to_string(*header.level));
    json.close('}');
    json.key("run").open('{').member("id", header.run_id);
    json.member("scannerVersion", header.scanner_version)
        .member("rulesVersion", header.rules_version);
    json.member("startTime", base::format_instant(header.start_time));
    json.member("completionTime", base::format_instant(header.completion_time)).close('}');
}

void write_outcome(JsonText& json, const Header& header) {
    json.member("outcome", outcome_word(header));
    if (header.reason) json.member("reason", to_string(*header.reason));
    json.optional_member("message", header.message);
    json.key("coverage").open('{').key("percent").number(std::int64_t{header.coverage_percent});
    count(json, "unitsPlanned", header.units_planned);
    json.optional_member("warning", coverage_warning(header)).close('}');
    if (header.truth_name.empty()) return;
    json.key("truth").open('{').member("name", header.truth_name);
    count(json, "reached", header.truth_reached);
    count(json, "total", header.truth_total);
    json.texts("missed", header.truth_missed).close('}');
}

void write_units(JsonText& json, const UnitCounts& units) {
    json.key("units").open('{');
    count(json, "total", units.total());
    for (const auto status : kUnitStatuses)
        count(json, stream_word(status), count_of(units, status));
    json.close('}');
}

void write_chunk(JsonText& json, const ChunkRow& row) {
    json.open('{').key("index").number(std::uint64_t{row.index}).member("status", row.status);
    json.optional_member("reason", row.reason).optional_member("message", row.message);
    json.key("attempts").number(std::int64_t{row.attempts});
    count(json, "units", row.units);
    json.key("startedAfterMillis").number(std::int64_t{row.started_after.count()});
    json.key("wallMillis").number(std::int64_t{row.wall.count()}).close('}');
}

void write_chunks(JsonText& json, const Header& header) {
    const auto& chunks = header.chunks;
    json.key("chunks").open('{');
    count(json, "total", chunks.total);
    count(json, "waiting", chunks.waiting);
    count(json, "starting", chunks.starting);
    count(json, "running", chunks.running);
    count(json, "succeeded", chunks.succeeded);
    count(json, "failed", chunks.failed);
    count(json, "timedOut", chunks.timed_out);
    count(json, "cancelled", chunks.cancelled);
    count(json, "skipped", chunks.skipped);
    if (!header.chunk_rows.empty()) {
        json.key("list").open('[');
        for (const auto& row : header.chunk_rows) write_chunk(json, row);
        json.close(']');
    }
    json.close('}');
    count(json, "attempts", header.attempts);
    count(json, "requests", header.requests);
}

void write_timings(JsonText& json, const Header& header) {
    json.key("timings").open('{');
    json.key("wallMillis").number(std::int64_t{wall_time(header).count()});
    json.key("sequentialEstimateMillis").number(std::int64_t{header.sequential_estimate.count()});
    json.key("speedupPercent").number(speedup_percent(header)).close('}');
}

void write_severities(JsonText& json, const Header& header) {
    json.key("severities").open('{');
    count(json, "total", header.findings.total);
    for (const auto s : kSeverities) count(json, stream_word(s), count_of(header.findings, s));
    count(json, "suppressed", header.findings.suppressed);
    if (!header.baseline.empty()) {
        count(json, "new", header.findings.fresh);
        count(json, "fixed", header.findings.fixed);
    }
    json.close('}');
    json.optional_member("baseline", header.baseline);
    if (!header.fail_on) return;
    json.key("gate").open('{').member("severity", stream_word(header.fail_on->severity));
    json.key("count").number(std::int64_t{header.fail_on->count});
    json.member("state", header.fail_on->state == GateState::New ? "new" : "all");
    json.key("hit").boolean(header.gate_hit).close('}');
}

}  // namespace

void write_header_members(JsonText& json, const Header& header) {
    json.member("schema", "scanfleet.dev/report/v1").member("summary", verdict_sentence(header));
    write_job(json, header);
    write_outcome(json, header);
    write_units(json, header.units);
    write_chunks(json, header);
    write_timings(json, header);
    write_severities(json, header);
    json.key("recordsTotal").number(header.records);
    json.texts("notices", header.notices);
    json.key("truncated").boolean(header.truncated);
}

void write_unit_members(JsonText& json, const UnitLine& unit) {
    json.member("id", unit.id).member("status", stream_word(unit.status));
    json.optional_member("reason", unit.reason);
    json.key("ms").number(unit.ms).key("requests").number(unit.requests);
    json.key("bytes").number(unit.bytes);
    if (unit.truth.empty()) return;
    json.key("truth").open('{');
    for (const auto& [name, value] : unit.truth) json.key(name).number(value);
    json.close('}');
}

void write_record_members(JsonText& json, const Record& record) {
    json.optional_member("unit", record.unit).member("key", record.key);
    json.key("data").raw(record.data_json);
}

}  // namespace scan::report
