// For comments in reviews: short, and harmless whatever the target wrote.
#include "scan/report/exporters.h"
#include "scan/report/markup.h"
#include "scan/report/summary.h"

#include <fmt/format.h>

namespace scan::report {
namespace {

// Comments end near 65 536 characters.
constexpr std::size_t kBytesMax = 60u << 10;
// Room for what comes after the findings: failed units, notices, the last lines.
constexpr std::size_t kReserveBytes = 20u << 10;
constexpr std::size_t kFindingsMax = 50;
constexpr std::size_t kUnitsMax = 20;
constexpr std::size_t kNoticesMax = 10;
constexpr std::size_t kCellBytes = 200;

std::string md(std::string_view text, std::size_t bytes_max = kCellBytes) {
    return escape_markdown(text, bytes_max);
}

// Nothing in these sentences comes from the target.
std::string verdict(const Header& header) {
    auto text = fmt::format("**{}** {}\n\n", scanner_title(header), verdict_sentence(header));
    if (const auto warning = coverage_warning(header); !warning.empty())
        text += fmt::format("> **{}**\n\n", warning);
    return text;
}

std::string counts_table(const Header& header) {
    const auto& f = header.findings;
    std::string text = "| Critical | High | Medium | Low | Info | Suppressed |";
    std::string rule = "|---:|---:|---:|---:|---:|---:|";
    std::string row = fmt::format("| {} | {} | {} | {} | {} | {} |", f.critical, f.high, f.medium,
                                  f.low, f.info, f.suppressed);
    if (!header.baseline.empty()) {
        text += " New | Fixed |";
        rule += "---:|---:|";
        row += fmt::format(" {} | {} |", f.fresh, f.fixed);
    }
    return fmt::format("{}\n{}\n{}\n\n", text, rule, row);
}

std::string finding_row(const Header& header, const MergedFinding& merged) {
    const auto& f = merged.finding;
    std::string note;
    if (f.suppressed) note = " (suppressed)";
    if (!header.baseline.empty() && merged.state != FindingState::New)
        note += fmt::format(" ({})", stream_word(merged.state));
    return fmt::format("| {} | {} | {} | {}{} |\n", title_of(f.severity), md(f.rule_id),
                       md(describe(f.location)), md(f.title), note);
}

base::Result<std::string> findings_table(const Source& source, std::size_t bytes_max) {
    if (source.header.findings.total + source.header.findings.suppressed == 0)
        return "No findings.\n\n";
    std::string text = "### Findings\n\n| Severity | Rule | Place | Title |\n|---|---|---|---|\n";
    std::uint64_t shown = 0;
    bool full = false;
    const bool more = TRY(
        first_findings(source, kFindingsMax, [&](const MergedFinding& merged) -> base::Result<> {
            const auto row = finding_row(source.header, merged);
            full = full || text.size() + row.size() > bytes_max;
            if (full) return {};
            text += row;
            ++shown;
            return {};
        }));
    if (more || full) {
        text +=
            fmt::format("\nOnly the {} most severe are shown; the full report holds all.\n", shown);
    }
    return text + "\n";
}

base::Result<std::string> units_table(const Source& source) {
    const auto bad = TRY(bad_units(source, kUnitsMax));
    if (bad.total == 0) return "";
    std::string text = "### Not scanned\n\n| Unit | Status | Reason |\n|---|---|---|\n";
    for (const auto& unit : bad.shown) {
        text += fmt::format("| {} | {} | {} |\n", md(unit.id), words_of(unit.status),
                            md(unit.reason, 64));
    }
    if (bad.total > bad.shown.size())
        text += fmt::format("\nand {} more.\n", bad.total - bad.shown.size());
    return text + "\n";
}

std::string notices(const Header& header) {
    std::string text;
    std::size_t shown = 0;
    for (const auto& notice : header.notices) {
        if (++shown <= kNoticesMax) text += fmt::format("- {}\n", md(notice, 300));
    }
    if (shown > kNoticesMax) text += fmt::format("- and {} more notices\n", shown - kNoticesMax);
    return text.empty() ? text : text + "\n";
}

std::string footer(const Header& header) {
    auto text = fmt::format("{}, {} {}, run {}", md(header.job), to_string(header.scanner),
                            md(header.scanner_version, 40), md(header.run_id, 64));
    if (!header.target.empty()) text += fmt::format(", target {}", md(header.target));
    // Our own link, not the target's: the one thing here that may be clicked. Angle brackets keep
    // odd characters in.
    const bool is_link =
        header.report_link.starts_with("https://") || header.report_link.starts_with("http://");
    if (is_link && header.report_link.find_first_of("<> \n\r") == std::string::npos)
        text += fmt::format(". [Full report](<{}>)", header.report_link);
    return text + "\n";
}

}  // namespace

base::Result<> write_markdown(const Source& source, Out& out) {
    const auto& header = source.header;
    std::string text = verdict(header) + counts_table(header);
    if (const auto truth = truth_sentence(header); !truth.empty()) text += md(truth) + "\n\n";
    const auto findings = TRY(findings_table(source, kBytesMax - kReserveBytes - text.size()));
    text += findings;
    const auto units = TRY(units_table(source));
    text += units;
    text += notices(header);
    text += footer(header);
    out.text() += text;
    return {};
}

}  // namespace scan::report
