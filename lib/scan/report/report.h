// Reports of a finished (or still running) job. Pure: the source streams facts in, bytes stream out.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "scan/finding.h"
#include "scan/merge.h"
#include "scan/outcome.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scan::report {

// "<job>-<first 8 of the run id>.<extension>" is the usual name of a report's file.
enum class Format { Json, JsonLines, Sarif, Html, Markdown, JUnit, Table };
// From "json", "jsonl", "sarif", "html", "md", "junit", "table".
std::optional<Format> format_from(std::string_view word);
std::string_view file_extension(Format format);

struct ChunkRow {
    std::uint32_t index = 0;
    std::string status;  // succeeded, failed, timedOut, …
    std::string reason;
    std::string message;
    int attempts = 0;
    std::uint64_t units = 0;
    base::Duration wall{};
    base::Duration started_after{};  // from the job's start to the chunk's first attempt: draws the timeline
};

struct Header {
    std::string job;
    std::string namespace_;
    std::string run_id;
    ScannerType scanner = ScannerType::Api;
    std::string scanner_version;
    std::string rules_version;
    std::string target;  // URL or path, redacted
    std::optional<Authorization> level{};
    base::Instant start_time{};
    base::Instant completion_time{};
    std::optional<Outcome> outcome;  // none while running
    std::optional<Reason> reason;
    std::string message;
    int coverage_percent = 0;
    std::uint64_t units_planned = 0;
    UnitCounts units;
    ChunkCounts chunks;
    FindingCounts findings;
    std::uint64_t records = 0;
    std::uint64_t attempts = 0;
    // The truth metric: "operations that answered 2xx", 41 of 48, and those that did not (≤ 100).
    std::string truth_name;
    std::uint64_t truth_reached = 0, truth_total = 0;
    std::vector<std::string> truth_missed;
    std::vector<std::string> notices;
    std::vector<ChunkRow> chunk_rows;
    base::Duration sequential_estimate{};  // sum of the units' times
    std::uint64_t requests = 0;
    std::optional<FailOn> fail_on;
    bool gate_hit = false;
    bool truncated = false;
    std::string baseline{};     // job compared with; empty = none: then no report speaks of new and fixed findings
    std::string report_link{};  // where the full report lies, for the short formats
};

struct Source {
    Header header;
    // Each may be called several times, always in the same order (report order; units and records by id).
    std::function<base::Result<>(const std::function<base::Result<>(const MergedFinding&)>&)> each_finding;
    std::function<base::Result<>(const std::function<base::Result<>(const UnitLine&)>&)> each_unit;
    std::function<base::Result<>(const std::function<base::Result<>(const Record&)>&)> each_record;
};

using Sink = std::function<base::Result<>(std::string_view bytes)>;

struct Options {
    bool colors = false;  // Table only
    int width = 100;      // Table only
};

// The same source gives the same bytes. Fails only if the source or the sink does, or if the redaction check of
// the written text hits (Internal). Memory does not grow with the number of findings. What each format holds, and what
// it leaves out above which bound: docs/formats/reports.md.
base::Result<> write(Format format, const Source& source, const Sink& sink, const Options& options = {});

}  // namespace scan::report
