// For terminals: what went wrong first, the verdict last, where the eye is.
#include "scan/clean_text.h"
#include "scan/report/exporters.h"
#include "scan/report/markup.h"
#include "scan/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace scan::report {
namespace {

constexpr std::size_t kFindingsMax = 50;
constexpr std::size_t kUnitsMax = 20;
constexpr std::size_t kChunksMax = 10;
constexpr std::size_t kNoticesMax = 10;
constexpr std::size_t kSeverityWidth = 8;
// Wider than any terminal.
constexpr std::size_t kTextBytes = 1000;
// Below this nothing can be read any more.
constexpr std::size_t kWidthMin = 60;

class Terminal {
public:
    explicit Terminal(const Options& options)
        : width(std::max(kWidthMin, static_cast<std::size_t>(std::max(options.width, 0)))),
          colors_(options.colors) {}

    std::string paint(std::string_view code, std::string_view text) const {
        if (!colors_) return std::string(text);
        return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
    }
    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }
    std::string severe(Severity severity, std::string_view text) const {
        switch (severity) {
        case Severity::Critical: return paint("1;31", text);
        case Severity::High: return paint("31", text);
        case Severity::Medium: return paint("33", text);
        case Severity::Low: return paint("36", text);
        case Severity::Info: return paint("2", text);
        }
        return std::string(text);
    }

    const std::size_t width;

private:
    bool colors_;
};

std::string head(const Header& header, const Terminal& terminal) {
    const auto run = header.run_id.substr(0, 8);
    auto text = terminal.bold(fit(fmt::format("{}  {}", scanner_title(header), header.job),
                                  terminal.width - 16, Pad::No));
    if (!run.empty()) text += "  " + terminal.dim("run " + fit(run, 8, Pad::No));
    text += '\n';
    if (!header.target.empty())
        text += fit("Target   " + header.target, terminal.width, Pad::No) + '\n';
    text += fit(fmt::format("Started  {}, took {}", base::format_instant(header.start_time),
                            time_sentence(header)),
                terminal.width, Pad::No);
    return text + '\n';
}

// Breaks at blanks, so that long sentences fit.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent) {
    std::string out;
    std::string line;
    const auto words_of_line = [&](std::string_view word) {
        if (line.empty()) {
            line = word;
        } else if (display_width(line) + 1 + display_width(word) <= width) {
            line += ' ';
            line += word;
        } else {
            out += line + '\n' + std::string(indent);
            line = word;
        }
    };
    while (!text.empty()) {
        const auto end = text.find(' ');
        if (end != 0) words_of_line(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out + line;
}

base::Result<std::string> failures(const Source& source, const Terminal& terminal) {
    const auto warning = coverage_warning(source.header);
    if (warning.empty()) return "";
    std::string text = "\n" + terminal.paint("1;33", wrapped(warning, terminal.width, "")) + "\n";
    const auto bad = TRY(bad_units(source, kUnitsMax));
    for (const auto& unit : bad.shown) {
        const std::size_t id_width = terminal.width - 2 - 11 - 25;
        text += fmt::format("  {} {} {}\n", fit(words_of(unit.status), 10, Pad::Yes),
                            fit(unit.id, id_width, Pad::Yes), fit(unit.reason, 23, Pad::No));
    }
    if (bad.total > bad.shown.size())
        text += fmt::format("  and {} more\n", bad.total - bad.shown.size());
    return text;
}

std::string chunks(const Header& header, const Terminal& terminal) {
    std::string text;
    std::size_t shown = 0;
    for (const auto& row : header.chunk_rows) {
        if (row.status == "succeeded" || row.status == "running" || row.status == "waiting")
            continue;
        if (++shown > kChunksMax) continue;
        text += "  " +
                fit(fmt::format(
                        "chunk {} {} after {}: {} {}", row.index, row.status,
                        counted(static_cast<std::uint64_t>(std::max(row.attempts, 0)), "attempt"),
                        row.reason, row.message),
                    terminal.width - 2, Pad::No) +
                '\n';
    }
    if (shown > kChunksMax) text += fmt::format("  and {} more chunks\n", shown - kChunksMax);
    return text.empty() ? text : "\n" + terminal.bold("Chunks that ended badly") + "\n" + text;
}

std::string mark_of(const Header& header, const MergedFinding& merged) {
    if (merged.finding.suppressed) return "suppressed: ";
    if (header.baseline.empty() || merged.state == FindingState::Unchanged) return "";
    return std::string(stream_word(merged.state)) + ": ";
}

struct Row {
    Severity severity;
    std::string rule, place, title;
};

// Columns as wide as what stands in them, as far as there is room: the title takes the rest.
std::string lay_out(const std::vector<Row>& rows, const Terminal& terminal) {
    std::size_t rule = 4;
    std::size_t place = 5;
    for (const auto& row : rows) {
        rule = std::max(rule, display_width(row.rule));
        place = std::max(place, display_width(row.place));
    }
    rule = std::min<std::size_t>(rule, 24);
    const std::size_t room = terminal.width - kSeverityWidth - rule - 3;
    place = std::min(place, room * 55 / 100);
    std::string text;
    for (const auto& row : rows) {
        text +=
            terminal.severe(row.severity, fit(title_of(row.severity), kSeverityWidth, Pad::Yes));
        text += ' ' + fit(row.rule, rule, Pad::Yes) + ' ' + fit(row.place, place, Pad::Yes) + ' ' +
                fit(row.title, room - place, Pad::No) + '\n';
    }
    return text;
}

base::Result<std::string> findings(const Source& source, const Terminal& terminal) {
    const auto& counts = source.header.findings;
    if (counts.total + counts.suppressed + counts.fixed == 0) return "";
    std::vector<Row> rows;
    const auto take = [&](const MergedFinding& merged) -> base::Result<> {
        const auto& f = merged.finding;
        rows.push_back({f.severity, clean_cut(f.rule_id, kTextBytes),
                        clean_cut(describe(f.location), kTextBytes),
                        mark_of(source.header, merged) + clean_cut(f.title, kTextBytes)});
        return {};
    };
    const bool more = TRY(first_findings(source, kFindingsMax, take));
    auto text = "\n" + terminal.bold("Findings") + "\n" + lay_out(rows, terminal);
    if (more) {
        text += fmt::format("only the {} most severe of {} are shown\n", rows.size(),
                            counts.total + counts.suppressed + counts.fixed);
    }
    return text;
}

std::string notices(const Header& header, const Terminal& terminal) {
    std::string text;
    std::size_t shown = 0;
    for (const auto& notice : header.notices) {
        if (++shown <= kNoticesMax) text += "  " + fit(notice, terminal.width - 2, Pad::No) + '\n';
    }
    if (shown > kNoticesMax) text += fmt::format("  and {} more\n", shown - kNoticesMax);
    return text.empty() ? text : "\n" + terminal.bold("Notices") + "\n" + text;
}

std::string verdict(const Header& header, const Terminal& terminal) {
    std::string text = "\n";
    if (const auto truth = truth_sentence(header); !truth.empty())
        text += fit(truth, terminal.width, Pad::No) + '\n';
    const bool is_good = header.outcome == Outcome::Succeeded && !header.gate_hit;
    const bool is_bad =
        header.gate_hit || header.outcome == Outcome::Failed || header.outcome == Outcome::TimedOut;
    const auto line = wrapped(verdict_sentence(header), terminal.width, "");
    const std::string_view color = is_good ? "1;32" : is_bad ? "1;31" : "1;33";
    return text + terminal.paint(color, line) + '\n';
}

}  // namespace

base::Result<> write_table(const Source& source, Out& out, const Options& options) {
    const Terminal terminal(options);
    auto text = head(source.header, terminal);
    const auto failed = TRY(failures(source, terminal));
    text += failed + chunks(source.header, terminal);
    const auto found = TRY(findings(source, terminal));
    text += found + notices(source.header, terminal) + verdict(source.header, terminal);
    out.text() += text;
    return {};
}

}  // namespace scan::report
