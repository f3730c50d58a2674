#include "scan/stream.h"

#include "base/text.h"
#include "scan/finding_text.h"
#include "scan/json_text.h"
#include "scan/stream_bounds.h"
#include "scan/stream_counts.h"

#include <algorithm>
#include <type_traits>

namespace scan {
namespace {

std::string_view level_word(LogLevel level) {
    switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warn: return "warn";
    case LogLevel::Error: return "error";
    }
    return "info";
}

// Made valid first: a replaced byte takes three.
std::string fit(std::string_view text, std::size_t bytes_max) {
    if (base::is_utf8(text)) return base::ellipsize(text, bytes_max);
    return base::ellipsize(base::to_utf8(text.substr(0, bytes_max)), bytes_max);
}

void cut(std::string& text, std::size_t bytes_max) {
    if (text.size() > bytes_max || !base::is_utf8(text)) text = fit(text, bytes_max);
}

void cut(std::vector<std::string>& texts, std::size_t count_max, std::size_t bytes_max) {
    std::erase(texts, "");
    if (texts.size() > count_max) texts.resize(count_max);
    for (auto& text : texts) cut(text, bytes_max);
}

void cut(OperationLocation& location) {
    cut(location.server, bounds::kUrlBytes);
    cut(location.method, bounds::kWordBytes);
    cut(location.path_template, bounds::kUrlBytes);
    cut(location.parameter_in, bounds::kWordBytes);
    cut(location.parameter_name, bounds::kItemBytes);
    cut(location.spec_pointer, bounds::kUrlBytes);
    cut(location.spec_uri, bounds::kUrlBytes);
}
void cut(FileLocation& location) { cut(location.path, bounds::kUrlBytes); }
void cut(GenericLocation& location) {
    cut(location.uri, bounds::kUrlBytes);
    cut(location.name, bounds::kItemBytes);
}

void cut_evidence(Finding& finding, std::size_t bytes_max) {
    if (finding.evidence.size() > bounds::kEvidenceCount) {
        finding.evidence.resize(bounds::kEvidenceCount);
    }
    for (auto& item : finding.evidence) cut(item.text, bytes_max);
}

void cut_to_bounds(Finding& finding) {
    cut(finding.unit, bounds::kUnitIdBytes);
    cut(finding.title, bounds::kTitleBytes);
    cut(finding.message, bounds::kMessageBytes);
    if (finding.cwe.size() > bounds::kCweCount) finding.cwe.resize(bounds::kCweCount);
    cut(finding.owasp, bounds::kOwaspCount, bounds::kWordBytes);
    cut(finding.target_kind, bounds::kWordBytes);
    cut(finding.target_name, bounds::kItemBytes);
    cut(finding.target_uri, bounds::kUrlBytes);
    std::visit([](auto& location) { cut(location); }, finding.location);
    cut_evidence(finding, bounds::kEvidenceBytes);
    cut(finding.remediation, bounds::kMessageBytes);
    cut(finding.references, bounds::kReferenceCount, bounds::kUrlBytes);
    cut(finding.tool_name, bounds::kNameBytes);
    cut(finding.tool_version, bounds::kNameBytes);
    cut(finding.discriminator, bounds::kDiscriminatorBytes);
    if (finding.suppressed) cut(finding.suppressed->reason, bounds::kMessageBytes);
}

std::string finding_line(const Finding& finding) {
    std::string out;
    out.reserve(1024);
    JsonText json(out);
    json.open('{').member("type", "finding");
    write_finding_members(json, finding);
    json.close('}');
    return out + '\n';
}

// Within its bounds a finding is about 60 KiB; only text that is nearly all control characters,
// each escaped to six bytes, gets beyond a line. What says least is given up first.
std::string write(Finding finding) {
    cut_to_bounds(finding);
    auto line = finding_line(finding);
    for (const std::size_t bytes : {std::size_t{1024}, std::size_t{256}, std::size_t{0}}) {
        if (line.size() <= kLineBytesMax) return line;
        cut_evidence(finding, bytes);
        line = finding_line(finding);
    }
    if (line.size() <= kLineBytesMax) return line;
    finding.evidence.clear();
    finding.references.clear();
    cut(finding.message, bounds::kItemBytes);
    cut(finding.remediation, bounds::kItemBytes);
    return finding_line(finding);
}

// A raw JSON object in one line: line breaks can only stand between its tokens, where a blank does
// as well.
std::string one_line(std::string_view json) {
    std::string out(json);
    std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return out;
}

void write_members(JsonText& json, const MetaLine& meta) {
    json.member("type", "meta").key("v").number(std::int64_t{meta.v});
    json.member("job", fit(meta.job, bounds::kNameBytes));
    json.member("runID", fit(meta.run_id, bounds::kNameBytes));
    json.key("chunk").number(meta.chunk).key("attempt").number(std::int64_t{meta.attempt});
    json.member("scanner", fit(meta.scanner, bounds::kWordBytes));
    json.member("scannerVersion", fit(meta.scanner_version, bounds::kNameBytes));
    json.member("rulesVersion", fit(meta.rules_version, bounds::kNameBytes));
    json.member("startedAt", base::format_instant(meta.started_at));
}

void write_members(JsonText& json, const UnitLine& unit) {
    json.member("type", "unit").member("id", fit(unit.id, bounds::kUnitIdBytes));
    json.member("status", stream_word(unit.status));
    json.optional_member("reason", fit(unit.reason, bounds::kWordBytes));
    json.key("ms").number(unit.ms).key("requests").number(unit.requests);
    json.key("bytes").number(unit.bytes);
    if (unit.truth.empty()) return;
    json.key("truth").open('{');
    const auto count = std::min(unit.truth.size(), bounds::kTruthCount);
    for (std::size_t i = 0; i < count; ++i) {
        json.key(fit(unit.truth[i].first, bounds::kWordBytes)).number(unit.truth[i].second);
    }
    json.close('}');
}

void write_members(JsonText& json, const Record& record) {
    json.member("type", "record").optional_member("unit", fit(record.unit, bounds::kUnitIdBytes));
    json.member("kind", fit(record.kind, bounds::kWordBytes));
    json.member("key", fit(record.key, bounds::kRecordKeyBytes)).key("data");
    // Facts cannot be cut in the middle: a record that is too large says so instead.
    const bool fits = record.data_json.size() <= bounds::kRecordDataBytes;
    json.raw(fits ? one_line(record.data_json) : R"({"truncated":true})");
}

void write_members(JsonText& json, const MetricLine& metric) {
    json.member("type", "metric").member("name", fit(metric.name, bounds::kNameBytes));
    json.key("value").number(metric.value);
    json.optional_member("unitOfMeasure", fit(metric.unit_of_measure, bounds::kWordBytes));
    if (metric.labels.empty()) return;
    json.key("labels").open('{');
    const auto count = std::min(metric.labels.size(), bounds::kLabelCount);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& [name, value] = metric.labels[i];
        json.member(fit(name, bounds::kWordBytes), fit(value, bounds::kNameBytes));
    }
    json.close('}');
}

void write_members(JsonText& json, const LogLine& log) {
    json.member("type", "log").member("level", level_word(log.level));
    json.member("msg", fit(log.msg, bounds::kLogBytes));
    json.optional_member("unit", fit(log.unit, bounds::kUnitIdBytes));
}

void write_members(JsonText& json, const EndLine& end) {
    json.member("type", "end").member("status", stream_word(end.status)).key("units");
    write_counts(json, end.units);
    json.key("findings").number(end.findings).key("records").number(end.records);
    json.key("truncated").boolean(end.truncated);
    if (end.pause_seconds > 0) {
        const auto seconds = std::min(end.pause_seconds, bounds::kPauseSeconds);
        json.key("pause").open('{').key("seconds").number(seconds).close('}');
    }
    json.member("sha256", end.sha256);
}

template <typename T>
std::string write(const T& line) {
    std::string out;
    out.reserve(256);
    JsonText json(out);
    json.open('{');
    write_members(json, line);
    json.close('}');
    return out + '\n';
}

}  // namespace

std::string to_line(const Line& line) {
    return std::visit(
        [](const auto& value) -> std::string {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Finding>) {
                return write(Finding(value));
            } else {
                return write(value);
            }
        },
        line);
}

}  // namespace scan
