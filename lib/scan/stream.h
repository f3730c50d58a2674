// The result stream: JSON Lines that a runner produces. Writer, reader and limits (docs/formats/result-stream.md).
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "scan/finding.h"
#include "scan/words.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace scan {

inline constexpr std::size_t kLineBytesMax = 256u << 10;
inline constexpr std::size_t kSegmentBytesMax = 4u << 20;  // uncompressed

struct UnitCounts {
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
    std::uint64_t forbidden = 0;
    std::uint64_t timed_out = 0;

    std::uint64_t total() const { return ok + failed + skipped + forbidden + timed_out; }
    void add(UnitStatus status, std::uint64_t n = 1);
    bool operator==(const UnitCounts&) const = default;
};

struct MetaLine {
    int v = 1;
    std::string job;
    std::string run_id;
    std::int64_t chunk = 0;
    int attempt = 1;
    std::string scanner;
    std::string scanner_version;
    std::string rules_version;
    base::Instant started_at{};
    bool operator==(const MetaLine&) const = default;
};

struct UnitLine {
    std::string id;
    UnitStatus status = UnitStatus::Ok;
    std::string reason{};  // kebab-case, closed list per scanner
    std::int64_t ms = 0;
    std::int64_t requests = 0;
    std::int64_t bytes = 0;
    std::vector<std::pair<std::string, std::int64_t>> truth{};  // sorted by name
    bool operator==(const UnitLine&) const = default;
};

struct MetricLine {
    std::string name;
    std::int64_t value = 0;
    std::string unit_of_measure{};
    std::vector<std::pair<std::string, std::string>> labels{};
    bool operator==(const MetricLine&) const = default;
};

enum class LogLevel { Debug, Info, Warn, Error };
struct LogLine {
    LogLevel level = LogLevel::Info;
    std::string msg;
    std::string unit{};
    bool operator==(const LogLine&) const = default;
};

struct EndLine {
    StreamStatus status = StreamStatus::Complete;
    UnitCounts units{};
    std::uint64_t findings = 0;
    std::uint64_t records = 0;
    bool truncated = false;
    std::int64_t pause_seconds = 0;
    std::string sha256{};  // of all bytes before this line
    bool operator==(const EndLine&) const = default;
};

using Line = std::variant<MetaLine, UnitLine, Record, Finding, MetricLine, LogLine, EndLine>;

// One line with its '\n'. Text fields beyond their bounds are cut, evidence first, so that it fits kLineBytesMax.
std::string to_line(const Line& line);

// Parses one line at a time; keeps its buffers, so reuse it. Not thread-safe.
class LineParser {
public:
    LineParser();
    ~LineParser();
    LineParser(LineParser&&) noexcept;

    // `line` without '\n'. Invalid: not JSON, unknown type or word, missing field, field out of bounds, invalid UTF-8.
    // TooLarge: longer than kLineBytesMax.
    base::Result<Line> parse(std::string_view line);

    // Only what ingest needs of a line: validated like parse(), but without building findings and records.
    struct Brief {
        enum class Type { Meta, Unit, Record, Finding, Metric, Log, End } type;
        std::string_view unit_id;  // of a unit line; valid until the next call
        UnitStatus unit_status = UnitStatus::Ok;
        std::string_view unit_reason;
        Severity severity = Severity::Info;  // of a finding
    };
    base::Result<Brief> brief(std::string_view line);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Calls `take` for each line of `bytes`, which must be whole lines. Stops at its first failure.
base::Result<> each_line(std::string_view bytes, const std::function<base::Result<>(std::string_view)>& take);

// What a segment holds, in one pass.
struct SegmentFacts {
    std::uint64_t lines = 0;
    UnitCounts units{};
    std::uint64_t findings = 0;
    std::uint64_t records = 0;
    struct UnitEnd {
        std::string id;
        UnitStatus status;
        std::string reason;
        bool operator==(const UnitEnd&) const = default;
    };
    std::vector<UnitEnd> unit_ends{};
    std::array<std::uint64_t, 5> by_severity{};  // index: Severity
    bool has_end = false;                        // the segment's last line is `end`
};

// Validates a segment: whole lines, each valid; `meta` only as first line of segment 1; `end` only as last.
base::Result<SegmentFacts> inspect_segment(LineParser& parser, std::string_view bytes, std::uint32_t segment_number);

// The commit a runner sends at the end, and the commit record it leaves as termination message (≤ 4096 bytes).
struct Commit {
    std::uint32_t segments = 0;
    std::uint64_t bytes = 0;
    std::string sha256;  // of the whole stream, its `end` line included
    UnitCounts units{};
    std::uint64_t findings = 0;
    std::uint64_t records = 0;
    StreamStatus status = StreamStatus::Complete;
    std::string reason{};   // a word of the API's lists, empty when complete
    std::string message{};  // ≤ 1 KiB
    bool operator==(const Commit&) const = default;
};
std::string commit_to_json(const Commit& commit);
base::Result<Commit> parse_commit(std::string_view json);

}  // namespace scan
