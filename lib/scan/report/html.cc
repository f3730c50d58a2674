// One self-contained page: no request, no remote font, one script that it also works without.
#include "scan/report/exporters.h"
#include "scan/report/html_parts.h"
#include "scan/report/html_records.h"
#include "scan/report/markup.h"

#include <fmt/format.h>

namespace scan::report {
namespace html {
namespace {

// The least a finding needs; kept back for each one still to come, so that the first ones (the
// worst) can be long.
constexpr std::size_t kFindingBytesMin = 1100;

base::Result<std::map<std::string, std::uint64_t>> rules_shown(const Source& source) {
    std::map<std::string, std::uint64_t> rules;
    TRY(first_findings(source, kFindingsMax, [&](const MergedFinding& merged) -> base::Result<> {
        ++rules[merged.finding.rule_id];
        return {};
    }));
    return rules;
}

std::size_t sum_of(const std::map<std::string, std::uint64_t>& rules) {
    std::uint64_t total = 0;
    for (const auto& [id, count] : rules) total += count;
    return static_cast<std::size_t>(total);
}

base::Result<std::uint64_t> write_rows(const Source& source, Out& out, std::size_t to_show) {
    std::size_t left = kFindingsBytesMax;
    std::uint64_t shown = 0;
    TRY(first_findings(source, kFindingsMax, [&](const MergedFinding& merged) -> base::Result<> {
        const std::size_t after = to_show > shown ? (to_show - shown - 1) * kFindingBytesMin : 0;
        const auto row = finding(source.header, merged, left > after ? left - after : 0);
        if (row.empty()) return {};
        left -= row.size();
        ++shown;
        out.text() += row;
        return out.settle();
    }));
    return shown;
}

using RulesShown = std::map<std::string, std::uint64_t>;

base::Result<> write_findings(const Source& source, Out& out, const RulesShown& rules) {
    const auto& header = source.header;
    const auto to_show = sum_of(rules);
    out.text() +=
        fmt::format("<section id=\"findings\"><h2>Findings <span class=\"n\">{}</span></h2>\n",
                    header.findings.total);
    if (to_show == 0) {
        out.text() +=
            fmt::format("<p class=\"empty\">{}</p></section>\n",
                        header.units.ok == 0 ? "Nothing was scanned, so nothing could be found."
                                             : "No findings in what was scanned.");
        return {};
    }
    out.text() += toolbar(header, rules) + "<div id=\"list\">\n";
    const auto shown = TRY(write_rows(source, out, to_show));
    out.text() += "</div>\n<p id=\"none\" class=\"empty\" hidden>"
                  "No finding passes these filters.</p>\n";
    const auto& counts = header.findings;
    const auto total = counts.total + counts.suppressed + counts.fixed;
    if (total > shown) {
        out.text() += fmt::format("<p class=\"cut\">This page shows the {} most severe of {}. The "
                                  "JSON report holds all.</p>\n",
                                  shown, counted(total, "finding"));
    }
    out.text() += "</section>\n";
    return {};
}

base::Result<> write_rules(Out& out, const RulesShown& rules) {
    if (rules.empty()) return {};
    out.text() += "<section id=\"rules\"><h2>Rules</h2>\n";
    std::size_t described = 0;
    for (const auto& [id, count] : rules) {
        if (++described > kRulesMax) break;
        out.text() += rule(id, count);
        TRY(out.settle());
    }
    out.text() += "</section>\n";
    return {};
}

}  // namespace
}  // namespace html

base::Result<> write_html(const Source& source, Out& out) {
    const auto& header = source.header;
    out.text() += html::page_head(header) + html::masthead(header) + "<main class=\"wrap\">\n";
    out.text() += html::alerts(header) + html::cards(header);
    const auto rules = TRY(html::rules_shown(source));
    TRY(html::write_findings(source, out, rules));
    const auto bad = TRY(bad_units(source, kBadUnitsMax));
    out.text() += html::units_section(header, bad);
    const auto records = TRY(html::records_section(source));
    out.text() += records;
    TRY(html::write_rules(out, rules));
    out.text() += html::run_section(header);
    out.text() += fmt::format(
        "</main>\n<footer class=\"wrap\"><p>Made by {} {}. Times are UTC.</p></footer>\n"
        "<script>{}</script>\n</body></html>\n",
        scanner_title(header), escape_markup(header.scanner_version, 64), html::script());
    return {};
}

}  // namespace scan::report
