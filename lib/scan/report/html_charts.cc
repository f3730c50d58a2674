#include "scan/report/html_parts.h"
#include "scan/report/markup.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report::html {
namespace {

// A circle of this radius has a circumference of 100: lengths are percentages.
constexpr double kRadius = 15.9155;

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string ring(std::string_view css, double length, double offset) {
    return fmt::format(
        "<circle class=\"arc {}\" r=\"{}\" cx=\"21\" cy=\"21\" stroke-dasharray=\"{:.2f} {:.2f}\" "
        "stroke-dashoffset=\"{:.2f}\"/>",
        css, kRadius, length, 100.0 - length, 25.0 - offset);
}

std::string_view chunk_class(std::string_view status) {
    if (status == "succeeded") return "u-ok";
    if (status == "failed") return "u-failed";
    if (status == "timedOut") return "u-timedout";
    return "u-skipped";
}

std::string chunk_bar(const ChunkRow& row, base::Duration whole) {
    const auto total = static_cast<std::uint64_t>(std::max<std::int64_t>(whole.count(), 1));
    const auto clamped = [](base::Duration d) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(d.count(), 0));
    };
    const double from = std::min(99.0, percent(clamped(row.started_after), total));
    const double length = std::clamp(percent(clamped(row.wall), total), 0.6, 100.0 - from);
    const auto label = fmt::format("chunk {}, {}, {}, {}", row.index, escape_markup(row.status, 32),
                                   counted(row.units, "unit"), base::format_duration(row.wall));
    return fmt::format(
        "<li><span class=\"cn\">{}</span><svg class=\"lane\" viewBox=\"0 0 100 6\" "
        "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\"><title>{}</title><rect "
        "class=\"track\" width=\"100\" height=\"6\"/><rect class=\"{}\" x=\"{:.2f}\" "
        "width=\"{:.2f}\" "
        "height=\"6\"/></svg><span class=\"ct\">{}</span></li>\n",
        row.index, label, label, chunk_class(row.status), from, length,
        base::format_duration(row.wall));
}

}  // namespace

std::string_view css_class(Severity severity) {
    switch (severity) {
    case Severity::Critical: return "s0";
    case Severity::High: return "s1";
    case Severity::Medium: return "s2";
    case Severity::Low: return "s3";
    case Severity::Info: return "s4";
    }
    return "s4";
}

std::string_view css_class(UnitStatus status) {
    switch (status) {
    case UnitStatus::Ok: return "u-ok";
    case UnitStatus::Failed: return "u-failed";
    case UnitStatus::TimedOut: return "u-timedout";
    case UnitStatus::Forbidden: return "u-forbidden";
    case UnitStatus::Skipped: return "u-skipped";
    }
    return "u-skipped";
}

std::string severity_donut(const FindingCounts& counts) {
    std::string arcs;
    std::string label;
    double offset = 0.0;
    for (const auto severity : kSeverities) {
        const auto n = count_of(counts, severity);
        label += fmt::format("{}{} {}", label.empty() ? "" : ", ", n, stream_word(severity));
        if (n == 0) continue;
        const double length = percent(n, counts.total);
        arcs +=
            ring(css_class(severity), std::max(0.0, length - (length < 100.0 ? 0.6 : 0.0)), offset);
        offset += length;
    }
    return fmt::format("<svg class=\"donut\" viewBox=\"0 0 42 42\" role=\"img\" "
                       "aria-label=\"{}\"><circle class=\"arc "
                       "track\" r=\"{}\" cx=\"21\" cy=\"21\"/>{}<text x=\"21\" "
                       "y=\"{}\">{}</text><text class=\"small\" "
                       "x=\"21\" y=\"27.5\">{}</text></svg>",
                       label, kRadius, arcs, "22.2", counts.total,
                       counts.total == 1 ? "finding" : "findings");
}

std::string severity_bars(const FindingCounts& counts) {
    std::uint64_t most = 1;
    for (const auto severity : kSeverities) most = std::max(most, count_of(counts, severity));
    std::string text = "<ul class=\"bars\">\n";
    for (const auto severity : kSeverities) {
        const auto n = count_of(counts, severity);
        text += fmt::format("<li class=\"{}\"><span>{}</span><svg viewBox=\"0 0 100 6\" "
                            "preserveAspectRatio=\"none\" "
                            "aria-hidden=\"true\"><rect class=\"track\" width=\"100\" "
                            "height=\"6\"/><rect class=\"{}\" "
                            "width=\"{:.1f}\" height=\"6\"/></svg><b>{}</b></li>\n",
                            n == 0 ? "zero" : "some", title_of(severity), css_class(severity),
                            n == 0 ? 0.0 : std::max(2.0, percent(n, most)), n);
    }
    return text + "</ul>\n";
}

std::string coverage_bar(const Header& header) {
    std::string parts;
    std::string legend;
    double at = 0.0;
    const auto whole = std::max(header.units_planned, header.units.total());
    for (const auto status : kUnitStatuses) {
        const auto n = count_of(header.units, status);
        if (n == 0) continue;
        const double width = percent(n, whole);
        parts += fmt::format("<rect class=\"{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"8\"/>",
                             css_class(status), at, width);
        legend += fmt::format("<li><i class=\"dot {}\"></i>{} {}</li>", css_class(status), n,
                              words_of(status));
        at += width;
    }
    return fmt::format(
        "<svg class=\"cover\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"{} percent of the units scanned\"><rect class=\"track\" width=\"100\" "
        "height=\"8\"/>{}</svg><ul class=\"legend\">{}</ul>",
        header.coverage_percent, parts, legend);
}

std::string share_bar(std::uint64_t part, std::uint64_t whole, std::string_view label) {
    return fmt::format(
        "<svg class=\"cover\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"{}\"><rect class=\"track\" width=\"100\" height=\"8\"/><rect "
        "class=\"accent\" "
        "width=\"{:.2f}\" height=\"8\"/></svg>",
        escape_markup(label, kNameBytes), std::min(100.0, percent(part, whole)));
}

std::string timeline(const Header& header) {
    if (header.chunk_rows.empty()) return "";
    auto whole = wall_time(header);
    for (const auto& row : header.chunk_rows) whole = std::max(whole, row.started_after + row.wall);
    std::string text = "<h3>Chunks over time</h3><ul class=\"lanes\">\n";
    std::size_t shown = 0;
    for (const auto& row : header.chunk_rows) {
        if (++shown > kChunksMax) break;
        text += chunk_bar(row, whole);
    }
    text += "</ul>\n";
    if (shown > kChunksMax) {
        text += fmt::format("<p class=\"cut\">The first {} of {} chunks are drawn.</p>\n",
                            kChunksMax, header.chunk_rows.size());
    }
    return text;
}

}  // namespace scan::report::html
