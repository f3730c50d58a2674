#include "scan/report/summary.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report {

std::uint64_t count_of(const FindingCounts& counts, Severity severity) {
    switch (severity) {
    case Severity::Critical: return counts.critical;
    case Severity::High: return counts.high;
    case Severity::Medium: return counts.medium;
    case Severity::Low: return counts.low;
    case Severity::Info: return counts.info;
    }
    return 0;
}

std::uint64_t count_of(const UnitCounts& counts, UnitStatus status) {
    switch (status) {
    case UnitStatus::Ok: return counts.ok;
    case UnitStatus::Failed: return counts.failed;
    case UnitStatus::Skipped: return counts.skipped;
    case UnitStatus::Forbidden: return counts.forbidden;
    case UnitStatus::TimedOut: return counts.timed_out;
    }
    return 0;
}

std::string counted(std::uint64_t n, std::string_view noun) {
    return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string scanner_title(const Header& header) {
    return fmt::format("Scanfleet {}", to_string(header.scanner));
}

std::string outcome_word(const Header& header) {
    return header.outcome ? std::string(to_string(*header.outcome)) : "Running";
}

std::string_view words_of(UnitStatus status) {
    return status == UnitStatus::TimedOut ? "timed out" : stream_word(status);
}

std::string_view title_of(Severity severity) { return to_string(severity); }

std::string findings_sentence(const Header& header) {
    const auto& counts = header.findings;
    auto text = counts.total == 0 ? std::string("no findings") : counted(counts.total, "finding");
    std::string_view separator = ": ";
    for (const auto severity : kSeverities) {
        if (count_of(counts, severity) == 0) continue;
        text +=
            fmt::format("{}{} {}", separator, count_of(counts, severity), stream_word(severity));
        separator = ", ";
    }
    if (counts.suppressed > 0)
        text += fmt::format(" ({} suppressed beside them)", counts.suppressed);
    return text;
}

std::string truth_sentence(const Header& header) {
    if (header.truth_name.empty()) return "";
    return fmt::format("{} of {} {}", header.truth_reached, header.truth_total, header.truth_name);
}

std::string gate_sentence(const Header& header) {
    if (!header.fail_on) return "";
    return fmt::format("gate {} {} {}finding{} of {} or above",
                       header.gate_hit ? "hit: at least" : "not hit: it takes",
                       header.fail_on->count, header.fail_on->state == GateState::New ? "new " : "",
                       header.fail_on->count == 1 ? "" : "s",
                       stream_word(header.fail_on->severity));
}

std::string verdict_sentence(const Header& header) {
    auto text = fmt::format("{}: {} % scanned ({} of {}); {}", outcome_word(header),
                            header.coverage_percent, header.units.ok,
                            counted(header.units_planned, "unit"), findings_sentence(header));
    if (const auto gate = gate_sentence(header); !gate.empty()) text += "; " + gate;
    return text;
}

std::string coverage_warning(const Header& header) {
    if (header.coverage_percent >= 100) return "";
    auto text =
        header.units.ok == 0
            ? fmt::format("Nothing was scanned: 0 of {}.", counted(header.units_planned, "unit"))
            : fmt::format("Not everything was scanned: {} of {} ({} %).", header.units.ok,
                          counted(header.units_planned, "unit"), header.coverage_percent);
    std::string_view separator = " ";
    for (const auto status : kUnitStatuses) {
        const auto n = count_of(header.units, status);
        if (status == UnitStatus::Ok || n == 0) continue;
        text += fmt::format("{}{} {}", separator, n, words_of(status));
        separator = ", ";
    }
    if (separator == ", ") text += ".";
    return text;
}

base::Duration wall_time(const Header& header) {
    return std::max(base::Duration{}, header.completion_time - header.start_time);
}

std::int64_t speedup_percent(const Header& header) {
    const auto wall = wall_time(header).count();
    return wall == 0 ? 0 : header.sequential_estimate.count() * 100 / wall;
}

std::string time_sentence(const Header& header) {
    auto text = base::format_duration(wall_time(header));
    const auto percent = speedup_percent(header);
    if (percent <= 0) return text;
    text += fmt::format(" for {} of work", base::format_duration(header.sequential_estimate));
    if (percent >= 110)
        text += fmt::format(", {}.{} times faster", percent / 100, percent / 10 % 10);
    return text;
}

base::Result<BadUnits> bad_units(const Source& source, std::size_t shown_max) {
    BadUnits bad;
    TRY(source.each_unit([&](const UnitLine& unit) -> base::Result<> {
        if (unit.status == UnitStatus::Ok) return {};
        ++bad.total;
        if (bad.shown.size() < shown_max) bad.shown.push_back(unit);
        return {};
    }));
    return bad;
}

base::Result<bool> first_findings(const Source& source, std::size_t max,
                                  const std::function<base::Result<>(const MergedFinding&)>& take) {
    std::size_t taken = 0;
    bool more = false;
    const auto result = source.each_finding([&](const MergedFinding& merged) -> base::Result<> {
        if (taken == max) {
            more = true;  // the only way to stop a source early is to fail it
            return base::fail(base::ErrorKind::Cancelled, "enough findings");
        }
        ++taken;
        return take(merged);
    });
    if (!result && !more) return std::unexpected(result.error());
    return more;
}

}  // namespace scan::report
