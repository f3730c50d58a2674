#include "scan/finding.h"

#include "base/digest.h"
#include "scan/finding_text.h"

#include <fmt/format.h>

namespace scan {
namespace {

void write_number(JsonText& json, std::string_view name, int value) {
    if (value != 0) json.key(name).number(std::int64_t{value});
}

void write_operation(JsonText& json, const OperationLocation& operation) {
    json.member("kind", "operation").member("server", operation.server);
    json.optional_member("method", operation.method);
    json.optional_member("pathTemplate", operation.path_template);
    if (!operation.parameter_name.empty()) {
        json.key("parameter").open('{').member("in", operation.parameter_in);
        json.member("name", operation.parameter_name).close('}');
    }
    json.optional_member("specPointer", operation.spec_pointer);
    json.optional_member("specUri", operation.spec_uri);
    write_number(json, "startLine", operation.start_line);
    write_number(json, "startColumn", operation.start_column);
}

void write_file(JsonText& json, const FileLocation& file) {
    json.member("kind", "file").member("path", file.path);
    write_number(json, "startLine", file.start_line);
    write_number(json, "startColumn", file.start_column);
    write_number(json, "endLine", file.end_line);
    write_number(json, "endColumn", file.end_column);
}

void write_evidence(JsonText& json, const std::vector<Evidence>& evidence) {
    if (evidence.empty()) return;
    json.key("evidence").open('[');
    for (const auto& item : evidence) {
        json.open('{').member("kind", stream_word(item.kind)).member("text", item.text);
        json.key("redacted").boolean(true).close('}');
    }
    json.close(']');
}

void write_target(JsonText& json, const Finding& finding) {
    if (finding.target_kind.empty() && finding.target_name.empty() && finding.target_uri.empty())
        return;
    json.key("target").open('{').optional_member("kind", finding.target_kind);
    json.optional_member("name", finding.target_name);
    json.optional_member("uri", finding.target_uri).close('}');
}

void write_tool(JsonText& json, const Finding& finding) {
    if (finding.tool_name.empty() && finding.tool_version.empty()) return;
    json.key("tool").open('{').optional_member("name", finding.tool_name);
    json.optional_member("version", finding.tool_version).close('}');
}

}  // namespace

std::string_view stream_word(EvidenceKind kind) {
    switch (kind) {
    case EvidenceKind::Request: return "request";
    case EvidenceKind::Response: return "response";
    case EvidenceKind::Snippet: return "snippet";
    case EvidenceKind::Config: return "config";
    case EvidenceKind::ScreenshotRef: return "screenshotRef";
    case EvidenceKind::Note: return "note";
    }
    return "note";
}

void write_location(JsonText& json, const Location& location) {
    json.open('{');
    if (const auto* operation = std::get_if<OperationLocation>(&location)) {
        write_operation(json, *operation);
    } else if (const auto* file = std::get_if<FileLocation>(&location)) {
        write_file(json, *file);
    } else if (const auto* generic = std::get_if<GenericLocation>(&location)) {
        json.member("kind", "generic").optional_member("uri", generic->uri);
        json.optional_member("name", generic->name);
    }
    json.close('}');
}

void write_finding_members(JsonText& json, const Finding& finding) {
    json.member("id", finding.id).optional_member("unit", finding.unit);
    json.member("ruleID", finding.rule_id).member("title", finding.title);
    json.member("message", finding.message);
    json.member("severity", stream_word(finding.severity));
    json.member("confidence", stream_word(finding.confidence));
    if (finding.cvss_score) json.key("cvssScore").number(std::int64_t{*finding.cvss_score});
    if (!finding.cwe.empty()) {
        json.key("cwe").open('[');
        for (const int cwe : finding.cwe) json.number(std::int64_t{cwe});
        json.close(']');
    }
    json.texts("owasp", finding.owasp).member("category", stream_word(finding.category));
    write_target(json, finding);
    json.key("location");
    write_location(json, finding.location);
    write_evidence(json, finding.evidence);
    json.optional_member("remediation", finding.remediation);
    json.texts("references", finding.references);
    write_tool(json, finding);
    json.optional_member("discriminator", finding.discriminator);
    json.optional_member("group", finding.group);
    if (finding.suppressed) {
        json.key("suppressed").open('{').member("by", finding.suppressed->by);
        json.member("reason", finding.suppressed->reason).close('}');
    }
}

std::string finding_to_json(const Finding& finding) {
    std::string out;
    out.reserve(1024);
    JsonText json(out);
    json.open('{');
    write_finding_members(json, finding);
    json.close('}');
    return out;
}

std::string canonical_location(const Location& location) {
    if (const auto* operation = std::get_if<OperationLocation>(&location)) {
        if (operation->method.empty() && operation->path_template.empty()) return operation->server;
        return fmt::format("{}\n{} {}", operation->server, operation->method,
                           operation->path_template);
    }
    if (const auto* file = std::get_if<FileLocation>(&location)) return file->path;
    const auto& generic = std::get<GenericLocation>(location);
    return fmt::format("{}\n{}", generic.uri, generic.name);
}

std::string fingerprint(std::string_view rule_id, const Location& location,
                        std::string_view discriminator) {
    const auto text =
        fmt::format("v1\n{}\n{}\n{}", rule_id, canonical_location(location), discriminator);
    return base::sha256_hex(text).substr(0, 32);
}

std::string describe(const Location& location) {
    if (const auto* operation = std::get_if<OperationLocation>(&location)) {
        if (operation->method.empty()) return operation->server;
        auto text = fmt::format("{} {}", operation->method, operation->path_template);
        if (operation->parameter_name.empty()) return text;
        return fmt::format("{} ({} {})", text, operation->parameter_in, operation->parameter_name);
    }
    if (const auto* file = std::get_if<FileLocation>(&location)) {
        if (file->start_line == 0) return file->path;
        return fmt::format("{}:{}", file->path, file->start_line);
    }
    const auto& generic = std::get<GenericLocation>(location);
    if (generic.name.empty()) return generic.uri;
    if (generic.uri.empty()) return generic.name;
    return fmt::format("{} ({})", generic.name, generic.uri);
}

std::string report_order_key(const Finding& finding) {
    std::string key;
    key += static_cast<char>('0' + static_cast<int>(finding.severity));
    key += finding.rule_id;
    key += '\0';
    key += canonical_location(finding.location);
    key += '\0';
    key += finding.id;
    return key;
}

}  // namespace scan
