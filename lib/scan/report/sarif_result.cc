// Result objects.
#include "scan/clean_text.h"
#include "scan/finding_text.h"
#include "scan/report/sarif_parts.h"
#include "scan/rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan::report::sarif {
namespace {

constexpr std::size_t kMessageBytes = 2048;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool may_stand(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return std::string_view("-._~:/?#[]@!$&'()*+,;=").find(c) != std::string_view::npos;
}

// A path is data through and through: marks that would end it are encoded too, separators made
// uniform.
std::string file_uri(std::string_view path) {
    std::string uri;
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%' || c == ':' || c == '[' || c == ']') {
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            uri += c == '\\' ? '/' : c;
        }
    }
    return uri_reference(uri);
}

void write_region(JsonText& json, int line, int column) {
    json.key("region").open('{').key("startLine").number(std::int64_t{std::max(line, 1)});
    if (column > 0) json.key("startColumn").number(std::int64_t{column});
}

void write_physical(JsonText& json, const Header& header, const Location& location) {
    json.key("physicalLocation").open('{').key("artifactLocation").open('{');
    if (const auto* operation = std::get_if<OperationLocation>(&location)) {
        auto uri = uri_reference(operation->spec_uri.empty() ? header.target : operation->spec_uri);
        json.member("uri", uri.empty() ? "openapi.json" : uri).close('}');
        write_region(json, operation->start_line, operation->start_column);
    } else if (const auto* file = std::get_if<FileLocation>(&location)) {
        json.member("uri", file_uri(file->path)).member("uriBaseId", "SRCROOT").close('}');
        write_region(json, file->start_line, file->start_column);
        if (file->end_line >= std::max(file->start_line, 1)) {
            json.key("endLine").number(std::int64_t{file->end_line});
        }
        if (file->end_column > 0) json.key("endColumn").number(std::int64_t{file->end_column});
    } else {
        const auto& generic = std::get<GenericLocation>(location);
        auto uri = uri_reference(generic.uri.empty() ? header.target : generic.uri);
        json.member("uri", uri.empty() ? "target" : uri).close('}');
        write_region(json, 1, 0);
    }
    json.close('}').close('}');
}

void write_location(JsonText& json, const Header& header, const Location& location,
                    std::int64_t id) {
    json.open('{');
    if (id > 0) json.key("id").number(id);
    write_physical(json, header, location);
    if (!std::holds_alternative<FileLocation>(location)) {
        const auto name = clean_cut(describe(location), kMessageBytes);
        json.key("logicalLocations").open('[').open('{').member("fullyQualifiedName", name);
        const bool is_operation = std::holds_alternative<OperationLocation>(location);
        json.member("kind", is_operation ? "function" : "resource").close('}').close(']');
    }
    json.close('}');
}

void write_locations(JsonText& json, const Header& header, const MergedFinding& merged) {
    const auto& primary = merged.finding.location;
    json.key("locations").open('[');
    write_location(json, header, primary, 0);
    json.close(']');
    if (merged.locations.size() < 2) return;
    json.key("relatedLocations").open('[');
    std::int64_t id = 0;
    for (const auto& location : merged.locations) {
        if (location == primary || id + 1 >= static_cast<std::int64_t>(kLocationsMax)) continue;
        write_location(json, header, location, ++id);
    }
    json.close(']');
}

void write_taxa(JsonText& json, const Finding& finding) {
    if (finding.cwe.empty()) return;
    json.key("taxa").open('[');
    for (const int cwe : finding.cwe) {
        json.open('{').member("id", fmt::format("CWE-{}", cwe));
        json.key("toolComponent").open('{').member("name", "CWE").close('}').close('}');
    }
    json.close(']');
}

void write_suppression(JsonText& json, const Finding& finding) {
    if (!finding.suppressed) return;
    const bool in_source = finding.suppressed->by == "inline";
    json.key("suppressions")
        .open('[')
        .open('{')
        .member("kind", in_source ? "inSource" : "external");
    json.optional_member("justification", finding.suppressed->reason).close('}').close(']');
}

std::string_view baseline_state(FindingState state) {
    switch (state) {
    case FindingState::New: return "new";
    case FindingState::Unchanged: return "unchanged";
    case FindingState::Fixed: return "absent";
    }
    return "new";
}

void write_properties(JsonText& json, const Finding& finding) {
    json.key("properties").open('{').member("severity", stream_word(finding.severity));
    json.member("confidence", stream_word(finding.confidence));
    json.member("category", stream_word(finding.category));
    // Importers sort by this number; it repeats the rule's unless this finding's severity was
    // moved.
    const Rule* rule = find_rule(finding.rule_id);
    if (finding.cvss_score) {
        json.member("security-severity",
                    fmt::format("{}.{}", *finding.cvss_score / 10, *finding.cvss_score % 10));
    } else if (rule == nullptr || rule->severity != finding.severity) {
        json.member("security-severity", security_severity_of(finding.severity));
    }
    json.optional_member("coverageUnit", finding.unit);
    if (!finding.tool_name.empty()) json.member("tool", finding.tool_name);
    if (!finding.evidence.empty()) {
        json.key("evidence").open('[');
        for (const auto& item : finding.evidence) {
            json.open('{')
                .member("kind", stream_word(item.kind))
                .member("text", item.text)
                .close('}');
        }
        json.close(']');
    }
    json.close('}');
}

void write_exchanges(JsonText& json, const Finding& finding) {
    for (const auto kind : {EvidenceKind::Request, EvidenceKind::Response}) {
        const auto item = std::ranges::find(finding.evidence, kind, &Evidence::kind);
        if (item != finding.evidence.end()) write_exchange(json, *item);
    }
}

}  // namespace

std::string uri_reference(std::string_view uri) {
    std::string result;
    for (std::size_t i = 0; i < uri.size(); ++i) {
        const char c = uri[i];
        const bool is_escape =
            c == '%' && i + 2 < uri.size() && is_hex(uri[i + 1]) && is_hex(uri[i + 2]);
        if (is_escape || may_stand(c)) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

void write_result(JsonText& json, const Header& header, const Survey& survey,
                  const MergedFinding& merged) {
    const auto& finding = merged.finding;
    json.open('{').member("ruleId", finding.rule_id);
    if (const auto rule = survey.rules.find(finding.rule_id); rule != survey.rules.end()) {
        json.key("ruleIndex").number(rule->second.index);
    }
    json.member("level", level_of(finding.severity));
    auto message =
        clean_cut(finding.message.empty() ? finding.title : finding.message, kMessageBytes);
    if (message.empty()) message = finding.rule_id;
    json.key("message").open('{').member("text", message).close('}');
    write_locations(json, header, merged);
    json.key("fingerprints").open('{').member("scanfleet/v1", finding.id).close('}');
    if (!header.baseline.empty()) json.member("baselineState", baseline_state(merged.state));
    write_suppression(json, finding);
    json.key("occurrenceCount").number(merged.occurrences);
    write_taxa(json, finding);
    write_exchanges(json, finding);
    write_properties(json, finding);
    json.close('}');
}

}  // namespace scan::report::sarif
