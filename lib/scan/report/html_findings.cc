#include "scan/report/html_parts.h"
#include "scan/report/markup.h"
#include "scan/rules.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report::html {
namespace {

// How much of a finding is shown; the first that fits is taken.
struct Detail {
    std::size_t title, message, evidence, location;
    bool advice;
};
constexpr Detail kDetails[] = {
    {.title = 200, .message = 2048, .evidence = 4096, .location = 600, .advice = true},
    {.title = 200, .message = 600, .evidence = 600, .location = 300, .advice = true},
    {.title = 120, .message = 200, .evidence = 0, .location = 160, .advice = false},
    {.title = 60, .message = 60, .evidence = 0, .location = 60, .advice = false}};
constexpr std::size_t kLocationsShown = 20;

std::string_view words_of(EvidenceKind kind) {
    switch (kind) {
    case EvidenceKind::Request: return "Request";
    case EvidenceKind::Response: return "Response";
    case EvidenceKind::Snippet: return "Snippet";
    case EvidenceKind::Config: return "Configuration";
    case EvidenceKind::ScreenshotRef: return "Screenshot";
    case EvidenceKind::Note: return "Seen";
    }
    return "Seen";
}

std::string state_of(const Header& header, const MergedFinding& merged) {
    if (merged.finding.suppressed) return "suppressed";
    if (header.baseline.empty()) return "";
    return std::string(stream_word(merged.state));
}

// Links only to what is plainly a web page; the text of a reference comes from rules, but also from
// plug-ins.
std::string reference(const std::string& url) {
    const bool is_link = url.starts_with("https://") || url.starts_with("http://");
    const auto text = escape_markup(url, 400);
    if (!is_link || url.size() > 380) return fmt::format("<li>{}</li>", text);
    return fmt::format("<li><a href=\"{}\" rel=\"noreferrer noopener\">{}</a></li>", text, text);
}

std::string evidence(const Finding& f, std::size_t bytes_max) {
    if (bytes_max == 0 || f.evidence.empty()) return "";
    std::string text = "<div class=\"ev\">";
    std::size_t shown = 0;
    for (const auto& item : f.evidence) {
        if (++shown > 5) break;
        text +=
            fmt::format("<figure><figcaption>{}</figcaption><pre tabindex=\"0\">{}</pre></figure>",
                        words_of(item.kind), escape_lines(base::trim(item.text), bytes_max));
    }
    return text + "</div>";
}

std::string advice(const Finding& f) {
    std::string text;
    if (!f.remediation.empty())
        text += fmt::format("<h4>How to fix it</h4><p>{}</p>", escape_markup(f.remediation, 2048));
    if (f.references.empty()) return text;
    text += "<ul class=\"refs\">";
    for (std::size_t i = 0; i < std::min<std::size_t>(f.references.size(), 10); ++i)
        text += reference(f.references[i]);
    return text + "</ul>";
}

std::string places(const MergedFinding& merged, const Detail& detail) {
    if (merged.locations.size() < 2) return "";
    std::string text = fmt::format("<h4>{} places</h4><ul class=\"places\">", merged.occurrences);
    const auto most = detail.advice ? kLocationsShown : 3;
    for (std::size_t i = 0; i < std::min(merged.locations.size(), most); ++i) {
        text += fmt::format("<li><code>{}</code></li>",
                            escape_markup(describe(merged.locations[i]), detail.location));
    }
    if (merged.locations.size() > most) text += "<li>and more in the JSON report</li>";
    return text + "</ul>";
}

std::string tags(const Finding& f) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(f.owasp.size(), 8); ++i)
        text += fmt::format("<span class=\"tag\">{}</span>", escape_markup(f.owasp[i], 40));
    for (std::size_t i = 0; i < std::min<std::size_t>(f.cwe.size(), 8); ++i)
        text += fmt::format("<span class=\"tag\">CWE-{}</span>", f.cwe[i]);
    text += fmt::format("<span class=\"tag\">confidence {}</span>", stream_word(f.confidence));
    return text;
}

std::string body(const MergedFinding& merged, const Detail& detail) {
    const auto& f = merged.finding;
    std::string text = "<div class=\"d\">";
    if (!f.message.empty())
        text += fmt::format("<p class=\"m\">{}</p>", escape_markup(f.message, detail.message));
    if (f.suppressed) {
        text += fmt::format("<p class=\"sup\">Suppressed ({}): {}</p>",
                            escape_markup(f.suppressed->by, 32),
                            escape_markup(f.suppressed->reason, detail.message));
    }
    text += evidence(f, detail.evidence) + places(merged, detail);
    if (detail.advice) text += advice(f);
    text += fmt::format(
        "<p class=\"meta\"><a class=\"tag\" href=\"#r-{0}\">{0}</a>{1}<code>{2}</code></p></div>",
        escape_markup(f.rule_id, 128), tags(f), escape_markup(f.id, 32));
    return text;
}

std::string whole(const Header& header, const MergedFinding& merged, const Detail& detail) {
    const auto& f = merged.finding;
    const auto state = state_of(header, merged);
    auto text = fmt::format(
        "<details class=\"f {}{}\" id=\"f-{}\" data-r=\"{}\" data-t=\"{}\"><summary>",
        css_class(f.severity), f.suppressed || merged.state == FindingState::Fixed ? " off" : "",
        escape_markup(f.id, 32), escape_markup(f.rule_id, 128), state);
    text += fmt::format("<span class=\"b\">{}</span><span class=\"t\">{}", title_of(f.severity),
                        escape_markup(f.title, detail.title));
    if (!state.empty()) text += fmt::format(" <em>{}</em>", state);
    if (merged.occurrences > 1) text += fmt::format(" <em>×{}</em>", merged.occurrences);
    text += fmt::format("</span><code class=\"l\">{}</code></summary>",
                        escape_markup(describe(f.location), detail.location));
    return text + body(merged, detail) + "</details>\n";
}

std::string severity_boxes(const Header& header) {
    std::string text = "<fieldset><legend class=\"vh\">Severity</legend>";
    for (const auto severity : kSeverities) {
        text += fmt::format("<label class=\"chip {0}\"><input type=\"checkbox\" name=\"sev\" "
                            "value=\"{0}\" checked>{1} "
                            "<b>{2}</b></label>",
                            css_class(severity), title_of(severity),
                            count_of(header.findings, severity));
    }
    return text + "</fieldset>";
}

// What the texts alone take: a form that cannot fit need not be made.
std::size_t bytes_at_least(const Finding& f, const Detail& detail) {
    std::size_t bytes = std::min(f.message.size(), detail.message);
    for (const auto& item : f.evidence) bytes += std::min(item.text.size(), detail.evidence);
    return bytes;
}

}  // namespace

std::string finding(const Header& header, const MergedFinding& merged, std::size_t bytes_max) {
    for (const auto& detail : kDetails) {
        if (bytes_at_least(merged.finding, detail) > bytes_max) continue;
        auto text = whole(header, merged, detail);
        if (text.size() <= bytes_max) return text;
    }
    return "";
}

std::string toolbar(const Header& header, const std::map<std::string, std::uint64_t>& rules) {
    std::string options = "<option value=\"\">All rules</option>";
    std::size_t shown = 0;
    for (const auto& [id, count] : rules) {
        if (++shown > kRulesMax) break;
        options +=
            fmt::format("<option value=\"{0}\">{0} ({1})</option>", escape_markup(id, 128), count);
    }
    std::string states = "<option value=\"\">All states</option>";
    if (!header.baseline.empty()) {
        states += "<option value=\"new\">New</option><option value=\"unchanged\">Unchanged</option>"
                  "<option value=\"fixed\">Fixed</option>";
    }
    states += "<option value=\"-\">Not suppressed</option><option "
              "value=\"suppressed\">Suppressed</option>";
    return fmt::format(
        "<form id=\"tools\" hidden><label class=\"search\"><span class=\"vh\">Search "
        "findings</span>"
        "<input type=\"search\" id=\"q\" placeholder=\"Search findings\" "
        "autocomplete=\"off\"></label>{}"
        "<label><span class=\"vh\">Rule</span><select id=\"rule\">{}</select></label>"
        "<label><span class=\"vh\">State</span><select id=\"state\">{}</select></label>"
        "<label><span class=\"vh\">Sort by</span><select id=\"sort\"><option value=\"\">By "
        "severity</option>"
        "<option value=\"t\">By title</option><option value=\"l\">By place</option>"
        "<option value=\"r\">By rule</option></select></label>"
        "<button type=\"button\" id=\"fold\">Open all</button>"
        "<output id=\"shown\" aria-live=\"polite\"></output></form>\n",
        severity_boxes(header), options, states);
}

std::string rule(std::string_view id, std::uint64_t findings) {
    const auto name = escape_markup(id, 128);
    const Rule* known = find_rule(id);
    auto text =
        fmt::format("<details class=\"fold\" id=\"r-{0}\"><summary><code>{0}</code> <span "
                    "class=\"rt\">{1}</span> <span "
                    "class=\"n\">{2}</span></summary>",
                    name, known != nullptr ? escape_markup(known->title, 200) : "", findings);
    if (known == nullptr)
        return text +
               "<p>This rule belongs to a tool of its own; see its documents.</p></details>\n";
    text += fmt::format("<p>{}</p><h4>How to fix it</h4><p>{}</p><ul class=\"refs\">",
                        escape_markup(known->description, 2048),
                        escape_markup(known->remediation, 2048));
    for (const auto url : known->references) text += reference(std::string(url));
    return text + fmt::format("</ul><p class=\"meta\">Runs at level {} and above.</p></details>\n",
                              to_string(known->level));
}

}  // namespace scan::report::html
