#include "scan/stream.h"

#include "scan/stream_bounds.h"
#include "scan/stream_counts.h"
#include "scan/stream_finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace scan {
namespace {

using base::Result;
using json::Need;
using json::Reader;
using json::Span;
using std::string_view;
using Type = LineParser::Brief::Type;

constexpr Span up_to(std::size_t bytes) { return {0, static_cast<std::int64_t>(bytes)}; }
constexpr Span some_up_to(std::size_t bytes) { return {1, static_cast<std::int64_t>(bytes)}; }
// Far beyond backoffLimit and free retries.
constexpr Span kAttempts{1, 1000};
// −1 is discovery.
constexpr Span kChunks{-1, bounds::kIntMax};
constexpr Span kAnyInteger{std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max()};

std::optional<Type> type_from(string_view word) {
    if (word == "unit") return Type::Unit;
    if (word == "finding") return Type::Finding;
    if (word == "record") return Type::Record;
    if (word == "metric") return Type::Metric;
    if (word == "log") return Type::Log;
    if (word == "meta") return Type::Meta;
    if (word == "end") return Type::End;
    return std::nullopt;
}

std::optional<LogLevel> level_from(string_view word) {
    if (word == "debug") return LogLevel::Debug;
    if (word == "info") return LogLevel::Info;
    if (word == "warn") return LogLevel::Warn;
    if (word == "error") return LogLevel::Error;
    return std::nullopt;
}

// Reasons become parts of tables and metrics: letters, digits and hyphens only.
bool is_reason(string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
}

void read_meta(Reader& reader, MetaLine& into) {
    into.v = static_cast<int>(reader.integer("v", {1, 1}));
    reader.copy(into.job, "job", up_to(bounds::kNameBytes));
    reader.copy(into.run_id, "runID", up_to(bounds::kNameBytes));
    into.chunk = reader.integer("chunk", kChunks);
    into.attempt = static_cast<int>(reader.integer("attempt", kAttempts));
    reader.copy(into.scanner, "scanner", some_up_to(bounds::kWordBytes));
    reader.copy(into.scanner_version, "scannerVersion", up_to(bounds::kNameBytes));
    reader.copy(into.rules_version, "rulesVersion", up_to(bounds::kNameBytes));
    const auto started = base::parse_instant(reader.text("startedAt", some_up_to(64)));
    if (!started) reader.refuse("startedAt", "must be a time as in RFC 3339");
    into.started_at = started.value_or(base::Instant{});
}

void read_truth(Reader& reader, UnitLine& into) {
    into.truth.clear();
    const auto truth = reader.object("truth", Need::Optional);
    if (!truth) return;
    Reader inner(*truth, "truth", reader);
    if (truth->size() > bounds::kTruthCount) {
        reader.refuse("truth", fmt::format("must have at most {} members", bounds::kTruthCount));
        return;
    }
    for (const auto& [name, value] : *truth) {
        if (name.empty() || name.size() > bounds::kWordBytes) {
            reader.refuse("truth", "must have names of 1 to 64 bytes");
            return;
        }
        into.truth.emplace_back(name, inner.integer(name, kAnyInteger));
    }
    std::ranges::sort(into.truth);
    const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (std::ranges::adjacent_find(into.truth, same_name) != into.truth.end()) {
        reader.refuse("truth", "has a name twice");
    }
}

void read_unit(Reader& reader, UnitLine& into) {
    reader.copy(into.id, "id", some_up_to(bounds::kUnitIdBytes));
    into.status = reader.word("status", unit_status_from);
    reader.copy(into.reason, "reason", up_to(bounds::kWordBytes), Need::Optional);
    if (!is_reason(into.reason)) reader.refuse("reason", "may hold only letters, digits and '-'");
    into.ms = reader.integer("ms", {});
    into.requests = reader.integer("requests", {}, Need::Optional);
    into.bytes = reader.integer("bytes", {}, Need::Optional);
    read_truth(reader, into);
}

void read_metric(Reader& reader, MetricLine& into) {
    reader.copy(into.name, "name", some_up_to(bounds::kNameBytes));
    into.value = reader.integer("value", kAnyInteger);
    reader.copy(into.unit_of_measure, "unitOfMeasure", up_to(bounds::kWordBytes), Need::Optional);
    const auto labels = reader.object("labels", Need::Optional);
    if (!labels) return;
    if (labels->size() > bounds::kLabelCount) {
        reader.refuse("labels", fmt::format("must have at most {} members", bounds::kLabelCount));
        return;
    }
    Reader inner(*labels, "labels", reader);
    for (const auto& [name, value] : *labels) {
        if (name.size() > bounds::kWordBytes) reader.refuse("labels", "has a name over 64 bytes");
        into.labels.emplace_back(name, inner.text(name, up_to(bounds::kNameBytes)));
    }
}

void read_log(Reader& reader, LogLine& into) {
    into.level = reader.word("level", level_from);
    reader.copy(into.msg, "msg", up_to(bounds::kLogBytes));
    reader.copy(into.unit, "unit", up_to(bounds::kUnitIdBytes), Need::Optional);
}

void read_end(Reader& reader, EndLine& into) {
    into.status = reader.word("status", stream_status_from);
    into.units = read_counts(reader);
    into.findings = read_count(reader, "findings");
    into.records = read_count(reader, "records");
    into.truncated = reader.boolean("truncated", Need::Optional);
    if (const auto pause = reader.object("pause", Need::Optional)) {
        Reader inner(*pause, "pause", reader);
        into.pause_seconds = inner.integer("seconds", {0, bounds::kPauseSeconds});
    }
    into.sha256 = reader.hex("sha256", 64);
}

template <typename T>
Result<Line> whole(Reader& reader, void (*read)(Reader&, T&)) {
    T line;
    read(reader, line);
    TRY(reader.done());
    return line;
}

template <typename T>
Result<> only_check(Reader& reader, void (*read)(Reader&, T&)) {
    T line;
    read(reader, line);
    return reader.done();
}

Result<Line> whole_record(Reader& reader) {
    Record record;
    const auto data = read_record_head(reader, record);
    TRY(reader.done());
    record.data_json = json::to_text(data);
    return record;
}

Result<Line> read_line(Reader& reader, Type type) {
    switch (type) {
    case Type::Meta: return whole<MetaLine>(reader, read_meta);
    case Type::Unit: return whole<UnitLine>(reader, read_unit);
    case Type::Record: return whole_record(reader);
    case Type::Finding: return whole<Finding>(reader, read_finding);
    case Type::Metric: return whole<MetricLine>(reader, read_metric);
    case Type::Log: return whole<LogLine>(reader, read_log);
    case Type::End: return whole<EndLine>(reader, read_end);
    }
    return base::fail(base::ErrorKind::Invalid, "line of an unknown type");
}

}  // namespace

struct LineParser::Impl {
    json::Parser parser;
    // What brief() reads into, where it does not only check: the buffers of one line serve the
    // next.
    UnitLine unit;
    Finding finding;
    Record record;

    Result<> check(Reader& reader, Brief& brief) {
        switch (brief.type) {
        case Type::Unit:
            read_unit(reader, unit);
            brief.unit_id = unit.id;
            brief.unit_status = unit.status;
            brief.unit_reason = unit.reason;
            return reader.done();
        case Type::Finding:
            reader.only_check();
            read_finding(reader, finding);
            brief.severity = finding.severity;
            return reader.done();
        case Type::Record:
            reader.only_check();
            read_record_head(reader, record);
            return reader.done();
        case Type::Meta: return only_check<MetaLine>(reader, read_meta);
        case Type::Metric: return only_check<MetricLine>(reader, read_metric);
        case Type::Log: return only_check<LogLine>(reader, read_log);
        case Type::End: return only_check<EndLine>(reader, read_end);
        }
        return {};
    }
};

LineParser::LineParser() : impl_(std::make_unique<Impl>()) {}
LineParser::~LineParser() = default;
LineParser::LineParser(LineParser&&) noexcept = default;

Result<Line> LineParser::parse(std::string_view line) {
    const auto object = TRY(impl_->parser.parse_object(line, kLineBytesMax));
    Reader reader(object, "line");
    const auto type = reader.word("type", type_from);
    TRY(reader.done());
    return read_line(reader, type);
}

Result<LineParser::Brief> LineParser::brief(std::string_view line) {
    const auto object = TRY(impl_->parser.parse_object(line, kLineBytesMax));
    Reader reader(object, "line");
    Brief brief{.type = reader.word("type", type_from), .unit_id = {}, .unit_reason = {}};
    TRY(reader.done());
    TRY(impl_->check(reader, brief));
    return brief;
}

}  // namespace scan
