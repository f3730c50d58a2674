// The run object: tool, rules, invocation, taxonomies.
#include "scan/clean_text.h"
#include "scan/report/sarif_parts.h"
#include "scan/report/summary.h"
#include "scan/rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report::sarif {
namespace {

constexpr std::string_view kHome = "https://scanfleet.dev";
// Notices, chunks and units each: what a viewer can show, and no file grows by it.
constexpr std::size_t kNotificationsMax = 1000;
// GitHub keeps 20 tags of a rule.
constexpr std::size_t kTagsMax = 20;

void write_text(JsonText& json, std::string_view name, std::string_view text) {
    json.key(name).open('{').member("text", text).close('}');
}

std::string_view precision_of(Confidence confidence) {
    switch (confidence) {
    case Confidence::High: return "high";
    case Confidence::Medium: return "medium";
    case Confidence::Low: return "low";
    }
    return "medium";
}

// "owasp-api1-2023" of "API1:2023".
std::string owasp_tag(std::string_view name) {
    std::string tag = "owasp-";
    for (const char c : name)
        tag += c == ':' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    return tag;
}

std::vector<std::string> tags_of(const UsedRule& rule) {
    std::vector<std::string> tags = {std::string(stream_word(rule.category))};
    for (const int cwe : rule.cwe) tags.push_back(fmt::format("external/cwe/cwe-{:03}", cwe));
    for (const auto& name : rule.owasp) tags.push_back(owasp_tag(name));
    if (tags.size() > kTagsMax) tags.resize(kTagsMax);
    return tags;
}

// PascalCase from the id, for rules that are not in the catalogue.
std::string name_from(std::string_view id) {
    std::string name;
    bool upper = true;
    for (const char c : id) {
        if (c == '.' || c == '-') {
            upper = true;
            continue;
        }
        name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        upper = false;
    }
    return name;
}

void write_rule(JsonText& json, const std::string& id, const UsedRule& used) {
    const Rule* rule = find_rule(id);
    const auto severity = rule != nullptr ? rule->severity : used.severity;
    const std::string_view title = rule != nullptr ? rule->title : std::string_view(used.title);
    const std::string_view description = rule != nullptr ? rule->description : title;
    std::string_view help =
        rule != nullptr ? rule->remediation : std::string_view(used.remediation);
    if (help.empty()) help = description;
    const std::string_view url = rule != nullptr && !rule->references.empty()
                                     ? rule->references.front()
                                     : std::string_view(used.reference);
    json.open('{').member("id", id).member("name", rule != nullptr ? std::string(rule->name)
                                                                   : name_from(id));
    write_text(json, "shortDescription", title.empty() ? std::string_view(id) : title);
    write_text(json, "fullDescription", description.empty() ? std::string_view(id) : description);
    write_text(json, "help", help.empty() ? std::string_view(id) : help);
    if (!url.empty()) json.member("helpUri", uri_reference(url));
    json.key("defaultConfiguration").open('{').member("level", level_of(severity)).close('}');
    json.key("properties").open('{');
    json.member("precision", precision_of(rule != nullptr ? rule->confidence : used.confidence));
    json.member("security-severity", security_severity_of(severity));
    json.texts("tags", tags_of(used)).close('}');
    if (!used.cwe.empty()) {
        json.key("relationships").open('[');
        for (const int cwe : used.cwe) {
            json.open('{').key("target").open('{').member("id", fmt::format("CWE-{}", cwe));
            json.key("toolComponent").open('{').member("name", "CWE").close('}').close('}');
            json.key("kinds").open('[').text("superset").close(']').close('}');
        }
        json.close(']');
    }
    json.close('}');
}

void write_tool(JsonText& json, const Header& header, const Survey& survey) {
    json.key("tool").open('{').key("driver").open('{');
    json.member("name", scanner_title(header)).member("organization", "Scanfleet");
    if (!header.scanner_version.empty()) {
        json.member("version", header.scanner_version)
            .member("semanticVersion", header.scanner_version);
    }
    json.member("informationUri", kHome).key("rules").open('[');
    for (const auto& [id, rule] : survey.rules) write_rule(json, id, rule);
    json.close(']');
    if (!survey.cwe.empty()) {
        json.key("supportedTaxonomies").open('[').open('{').member("name", "CWE");
        json.key("index").number(std::int64_t{0}).close('}').close(']');
    }
    json.close('}').close('}');
}

void write_taxonomy(JsonText& json, const Survey& survey) {
    if (survey.cwe.empty()) return;
    json.key("taxonomies")
        .open('[')
        .open('{')
        .member("name", "CWE")
        .member("organization", "MITRE");
    write_text(json, "shortDescription", "The MITRE Common Weakness Enumeration");
    json.member("informationUri", "https://cwe.mitre.org/").key("taxa").open('[');
    for (const int cwe : survey.cwe) {
        json.open('{').member("id", fmt::format("CWE-{}", cwe));
        json.member("helpUri", fmt::format("https://cwe.mitre.org/data/definitions/{}.html", cwe));
        json.close('}');
    }
    json.close(']').close('}').close(']');
}

void notify(JsonText& json, std::string_view level, std::string_view text) {
    json.open('{').member("level", level);
    write_text(json, "message", clean_cut(text, 2048));
    json.close('}');
}

bool ended_badly(const ChunkRow& row) {
    return row.status == "failed" || row.status == "timedOut" || row.status == "cancelled" ||
           row.status == "skipped";
}

void notify_chunks(JsonText& json, const Header& header) {
    std::size_t shown = 0;
    for (const auto& row : header.chunk_rows) {
        if (!ended_badly(row) || ++shown > kNotificationsMax) continue;
        const bool is_error = row.status == "failed" || row.status == "timedOut";
        notify(json, is_error ? "error" : "warning",
               fmt::format("Chunk {} ({}) {}{}{}{}{}.", row.index, counted(row.units, "unit"),
                           row.status, row.reason.empty() ? "" : ": ", row.reason,
                           row.message.empty() ? "" : ": ", row.message));
    }
}

void write_notifications(JsonText& json, const Header& header, const Survey& survey) {
    json.key("toolExecutionNotifications").open('[');
    if (const auto warning = coverage_warning(header); !warning.empty())
        notify(json, "warning", warning);
    if (survey.results > kResultsMax) {
        notify(json, "warning",
               fmt::format("This file holds the {} most severe of {} findings, which is what code "
                           "scanning accepts. The JSON report holds all.",
                           kResultsMax, survey.results));
    }
    if (header.truncated) notify(json, "warning", "Results were cut at the limits of the store.");
    notify_chunks(json, header);
    std::size_t shown = 0;
    for (const auto& notice : header.notices) {
        if (++shown <= kNotificationsMax) notify(json, "note", notice);
    }
    json.close(']');
}

void write_coverage(JsonText& json, const Header& header) {
    json.key("properties").open('{').member("outcome", outcome_word(header));
    json.key("coveragePercent").number(std::int64_t{header.coverage_percent});
    json.key("unitsPlanned").number(header.units_planned);
    for (const auto status : kUnitStatuses) {
        if (status == UnitStatus::Ok) {
            json.key("unitsOk").number(header.units.ok);
        } else if (const auto n = count_of(header.units, status); n > 0) {
            json.key(fmt::format("units{}", to_string(status))).number(n);
        }
    }
    json.optional_member("truth", truth_sentence(header)).close('}');
}

void write_invocation(JsonText& json, const Header& header, const Survey& survey) {
    const bool is_bad = header.outcome == Outcome::Failed || header.outcome == Outcome::TimedOut;
    json.key("invocations").open('[').open('{').key("executionSuccessful").boolean(!is_bad);
    json.member("startTimeUtc", base::format_instant(header.start_time));
    if (header.outcome) json.member("endTimeUtc", base::format_instant(header.completion_time));
    write_notifications(json, header, survey);
    write_coverage(json, header);
    json.close('}').close(']');
}

}  // namespace

void write_run_head(JsonText& json, const Header& header, const Survey& survey) {
    write_tool(json, header, survey);
    write_invocation(json, header, survey);
    json.key("automationDetails").open('{');
    json.member("id", fmt::format("scanjob/{}/{}/{}", header.namespace_, header.job,
                                  base::format_instant(header.start_time)));
    json.close('}');
    if (survey.has_files) {
        json.key("originalUriBaseIds").open('{').key("SRCROOT").open('{');
        write_text(json, "description", "The root of the scanned source tree.");
        json.close('}').close('}');
    }
    write_taxonomy(json, survey);
    json.member("columnKind", "utf16CodeUnits");
}

std::string_view level_of(Severity severity) {
    switch (severity) {
    case Severity::Critical:
    case Severity::High: return "error";
    case Severity::Medium: return "warning";
    case Severity::Low:
    case Severity::Info: return "note";
    }
    return "note";
}

std::string_view security_severity_of(Severity severity) {
    switch (severity) {
    case Severity::Critical: return "9.5";
    case Severity::High: return "8.0";
    case Severity::Medium: return "5.5";
    case Severity::Low: return "2.5";
    case Severity::Info: return "0.0";
    }
    return "0.0";
}

}  // namespace scan::report::sarif
