#include "base/digest.h"
#include "base/text.h"
#include "scan/report/html_parts.h"
#include "scan/report/markup.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report::html {
namespace {

constexpr std::size_t kSentenceBytes = 1200;
constexpr std::size_t kNoticesMax = 100;

std::string text_of(std::string_view text) { return escape_markup(text, kSentenceBytes); }

std::string_view verdict_class(const Header& header) {
    if (!header.outcome) return "v-run";
    switch (*header.outcome) {
    case Outcome::Succeeded: return "v-good";
    case Outcome::PartiallySucceeded:
    case Outcome::Cancelled: return "v-part";
    case Outcome::Failed:
    case Outcome::TimedOut: return "v-bad";
    }
    return "v-bad";
}

std::string_view verdict_words(const Header& header) {
    if (!header.outcome) return "Still running";
    switch (*header.outcome) {
    case Outcome::Succeeded: return "Succeeded";
    case Outcome::PartiallySucceeded: return "Partially succeeded";
    case Outcome::Failed: return "Failed";
    case Outcome::TimedOut: return "Timed out";
    case Outcome::Cancelled: return "Cancelled";
    }
    return "Failed";
}

std::string card(std::string_view title, std::string_view body) {
    return fmt::format("<div class=\"card\"><h2>{}</h2>{}</div>\n", title, body);
}

std::string findings_card(const Header& header) {
    auto body = "<div class=\"split\">" + severity_donut(header.findings) +
                severity_bars(header.findings) + "</div>";
    std::string beside;
    if (header.findings.suppressed > 0)
        beside += fmt::format("{} suppressed beside them. ", header.findings.suppressed);
    if (!header.baseline.empty()) {
        beside += fmt::format("Against {}: {} new, {} fixed.", text_of(header.baseline),
                              header.findings.fresh, header.findings.fixed);
    }
    if (!beside.empty()) body += "<p class=\"sub\">" + beside + "</p>";
    return card("Findings", body);
}

std::string coverage_card(const Header& header) {
    return card(
        "Coverage",
        fmt::format("<p class=\"big\">{}<small>%</small></p>{}<p class=\"sub\">{} of {}</p>",
                    header.coverage_percent, coverage_bar(header), header.units.ok,
                    counted(header.units_planned, "unit")));
}

std::string truth_card(const Header& header) {
    if (header.truth_name.empty()) return "";
    auto body =
        fmt::format("<p class=\"big\">{}<small> of {}</small></p>{}<p class=\"sub\">{}</p>",
                    header.truth_reached, header.truth_total,
                    share_bar(header.truth_reached, header.truth_total, truth_sentence(header)),
                    text_of(header.truth_name));
    if (!header.truth_missed.empty()) {
        body += "<details class=\"more\"><summary>Which not</summary><ul class=\"places\">";
        for (std::size_t i = 0; i < std::min<std::size_t>(header.truth_missed.size(), 100); ++i) {
            body += fmt::format("<li><code>{}</code></li>",
                                escape_markup(header.truth_missed[i], kNameBytes));
        }
        body += "</ul></details>";
    }
    return card("Reached", body);
}

std::string time_card(const Header& header) {
    const auto percent = speedup_percent(header);
    std::string body =
        fmt::format("<p class=\"big\">{}</p>", base::format_duration(wall_time(header)));
    if (percent > 0) {
        body += fmt::format("<p class=\"sub\">{} of work",
                            base::format_duration(header.sequential_estimate));
        // Below that the work was too small to be worth spreading, and nothing to be proud of.
        if (percent >= 110) {
            body += fmt::format(", {}.{} times faster than one after the other", percent / 100,
                                percent / 10 % 10);
        }
        body += "</p>";
    }
    body += fmt::format("<p class=\"sub\">{}, {}</p>", counted(header.chunks.total, "chunk"),
                        counted(header.attempts, "attempt"));
    return card("Time", body);
}

std::string fact(std::string_view name, std::string_view value) {
    if (value.empty()) return "";
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, text_of(value));
}

std::string chunk_table(const Header& header) {
    std::string rows;
    std::size_t shown = 0;
    for (const auto& row : header.chunk_rows) {
        if (row.status == "succeeded" || ++shown > kChunksMax) continue;
        rows += fmt::format("<tr><td class=\"num\">{}</td><td>{}</td><td class=\"num\">{}</td><td "
                            "class=\"num\">{}</td>"
                            "<td>{}{}{}</td></tr>\n",
                            row.index, escape_markup(row.status, 32), row.attempts, row.units,
                            escape_markup(row.reason, 64),
                            row.reason.empty() || row.message.empty() ? "" : ": ",
                            escape_markup(row.message, 600));
    }
    if (rows.empty()) return "";
    return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Chunks that did not "
           "succeed\"><table><caption>"
           "Chunks that did not succeed</caption><thead><tr><th scope=\"col\" "
           "class=\"num\">Chunk</th><th scope=\"col\">"
           "Status</th><th scope=\"col\" class=\"num\">Attempts</th><th scope=\"col\" "
           "class=\"num\">Units</th><th "
           "scope=\"col\">Why</th></tr></thead><tbody>\n" +
           rows + "</tbody></table></div>\n";
}

}  // namespace

std::string page_head(const Header& header) {
    const auto digest = base::base64_encode(base::sha256_raw(script()));
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "img-src data:; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" "
        "content=\"no-referrer\">\n"
        "<link rel=\"icon\" href=\"data:,\"><title>{}: {}</title>\n<style>{}</style></head>\n",
        digest, escape_markup(header.job, 120), escape_markup(verdict_sentence(header), 300),
        style());
}

std::string masthead(const Header& header) {
    auto text = fmt::format(
        "<body><a class=\"skip\" href=\"#findings\">Skip to the findings</a>\n"
        "<header><div class=\"wrap\"><p class=\"brand\"><svg viewBox=\"0 0 24 24\" "
        "aria-hidden=\"true\">"
        "<path d=\"M3 7h7v4H3zM14 3h7v4h-7zM14 11h7v4h-7zM3 17h7v4H3z\"/></svg>{} report</p>"
        "<h1>{}</h1>",
        text_of(scanner_title(header)), escape_markup(header.job, kNameBytes));
    text += "<p class=\"sub\">";
    if (!header.target.empty())
        text += fmt::format("<span class=\"target\">{}</span> ",
                            escape_markup(header.target, kNameBytes));
    text += fmt::format("<time>{}</time></p>\n",
                        base::format_instant(header.start_time).substr(0, 16).replace(10, 1, " "));
    text += fmt::format("<p class=\"verdict {}\"><strong>{}</strong> {}</p></div></header>\n",
                        verdict_class(header), verdict_words(header), text_of(header.message));
    return text;
}

std::string alerts(const Header& header) {
    std::string text;
    if (header.coverage_percent < 100) {
        text += fmt::format(
            "<p class=\"alert\" role=\"note\"><strong>{}</strong> A clean result says nothing "
            "about "
            "what was not scanned. <a href=\"#units\">See what is missing</a></p>\n",
            header.units.ok == 0 ? "Nothing was scanned." : "Not everything was scanned.");
    }
    if (const auto gate = gate_sentence(header); !gate.empty()) {
        text += fmt::format("<p class=\"alert {}\" role=\"note\"><strong>{}</strong></p>\n",
                            header.gate_hit                  ? "hit"
                            : header.coverage_percent == 100 ? "calm"
                                                             : "plain",
                            text_of("G" + gate.substr(1)));
    }
    if (header.truncated)
        text += "<p class=\"alert\" role=\"note\">Results were cut at the limits of the store. "
                "Counts are exact.</p>\n";
    return text;
}

std::string cards(const Header& header) {
    return "<div class=\"cards\">\n" + findings_card(header) + coverage_card(header) +
           truth_card(header) + time_card(header) + "</div>\n";
}

std::string units_section(const Header& header, const BadUnits& bad) {
    if (bad.total == 0 && header.coverage_percent >= 100) return "";
    auto text = fmt::format(
        "<section id=\"units\"><h2>Not scanned <span class=\"n\">{}</span></h2>\n", bad.total);
    if (bad.shown.empty())
        return text +
               "<p class=\"empty\">No unit says why: see how the scan ran below.</p></section>\n";
    text += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Units that were not "
            "scanned\"><table><thead><tr>"
            "<th scope=\"col\">Unit</th><th scope=\"col\">Status</th><th "
            "scope=\"col\">Reason</th><th scope=\"col\" "
            "class=\"num\">Requests</th></tr></thead><tbody>\n";
    for (const auto& unit : bad.shown) {
        text += fmt::format(
            "<tr><td><code>{}</code></td><td><span class=\"u {}\">{}</span></td><td>{}</td><td "
            "class=\"num\">{}</td></tr>\n",
            escape_markup(unit.id, kNameBytes), css_class(unit.status), words_of(unit.status),
            escape_markup(unit.reason, 64), unit.requests);
    }
    text += "</tbody></table></div>\n";
    if (bad.total > bad.shown.size()) {
        text += fmt::format(
            "<p class=\"cut\">{} of {} units are listed. The JSON Lines report holds all.</p>\n",
            bad.shown.size(), bad.total);
    }
    return text + "</section>\n";
}

std::string run_section(const Header& header) {
    std::string text = "<section id=\"run\"><h2>How it ran</h2>\n<dl class=\"facts\">";
    text +=
        fact("Job", header.namespace_.empty() ? header.job : header.namespace_ + "/" + header.job);
    text += fact("Run", header.run_id) +
            fact("Scanner", scanner_title(header) + " " + header.scanner_version);
    text += fact("Rules", header.rules_version);
    if (header.level) text += fact("Level", to_string(*header.level));
    text += fact("Started", base::format_instant(header.start_time));
    if (header.outcome) text += fact("Ended", base::format_instant(header.completion_time));
    text += fact("Requests", header.requests > 0 ? fmt::format("{}", header.requests) : "") +
            fact("Records", fmt::format("{}", header.records));
    text += fact("Chunks",
                 fmt::format("{} of {} succeeded", header.chunks.succeeded, header.chunks.total)) +
            "</dl>\n";
    if (!header.notices.empty()) {
        text += "<h3>Notices</h3><ul class=\"notices\">";
        for (std::size_t i = 0; i < std::min(header.notices.size(), kNoticesMax); ++i)
            text += fmt::format("<li>{}</li>", text_of(header.notices[i]));
        text += "</ul>\n";
    }
    return text + chunk_table(header) + timeline(header) + "</section>\n";
}

}  // namespace scan::report::html
