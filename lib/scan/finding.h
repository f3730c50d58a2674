// A finding (something wrong with the target), its location and its fingerprint; a record (something true of it).
#pragma once

#include "base/result.h"
#include "scan/words.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace scan {

struct OperationLocation {
    std::string server;         // server label: servers[i] index and host name (without port unless specified)
    std::string method;         // "GET"; empty for host-level rules
    std::string path_template;  // "/items/{id}"
    std::string parameter_in{};
    std::string parameter_name{};
    std::string spec_pointer{};
    std::string spec_uri{};
    int start_line = 0;
    int start_column = 0;
    bool operator==(const OperationLocation&) const = default;
};

struct FileLocation {
    std::string path;
    int start_line = 0;
    int start_column = 0;
    int end_line = 0;
    int end_column = 0;
    bool operator==(const FileLocation&) const = default;
};

struct GenericLocation {
    std::string uri;
    std::string name;
    bool operator==(const GenericLocation&) const = default;
};

// The other kinds of the finding format (page, resource, instrument) come with their scanners.
using Location = std::variant<OperationLocation, FileLocation, GenericLocation>;

enum class EvidenceKind { Request, Response, Snippet, Config, ScreenshotRef, Note };
struct Evidence {
    EvidenceKind kind = EvidenceKind::Note;
    std::string text;  // ≤ 4 KiB, redacted
    bool operator==(const Evidence&) const = default;
    auto operator<=>(const Evidence&) const = default;
};

struct Suppression {
    std::string by;  // inline, ignoreFile, baseline, tool, exemption
    std::string reason;
    bool operator==(const Suppression&) const = default;
};

struct Finding {
    std::string id;       // the fingerprint, 32 hex digits
    std::string unit;     // unit id it was found in; empty when derived
    std::string rule_id;  // ≤ 128 of [a-z0-9.-]
    std::string title;    // ≤ 200, no target data
    std::string message;  // ≤ 2 KiB
    Severity severity = Severity::Info;
    Confidence confidence = Confidence::Medium;
    std::optional<int> cvss_score{};  // CVSS × 10
    std::vector<int> cwe{};
    std::vector<std::string> owasp{};
    Category category = Category::Security;
    std::string target_kind{};
    std::string target_name{};
    std::string target_uri{};
    Location location;
    std::vector<Evidence> evidence{};  // ≤ 5
    std::string remediation{};
    std::vector<std::string> references{};
    std::string tool_name{};
    std::string tool_version{};
    std::string discriminator{};
    std::string group{};
    std::optional<Suppression> suppressed{};
    bool operator==(const Finding&) const = default;
};

struct Record {
    std::string unit;
    std::string kind;
    std::string key;
    std::string data_json = "{}";
    bool operator==(const Record&) const = default;
};

// The part of a location that goes into the fingerprint: nothing that changes from run to run.
std::string canonical_location(const Location& location);
// hex(sha256("v1\n" + ruleID + "\n" + canonicalLocation + "\n" + discriminator)), first 32 digits.
std::string fingerprint(std::string_view rule_id, const Location& location, std::string_view discriminator);
// For people: "GET /items/{id} (query q)", "src/a.py:12".
std::string describe(const Location& location);
// Bytes that sort findings for reports: severity, rule, location, id.
std::string report_order_key(const Finding& finding);

// JSON object text (no newline) as in the result stream, without "type". parse is strict about bounds and words.
std::string finding_to_json(const Finding& finding);
base::Result<Finding> parse_finding(std::string_view json);

}  // namespace scan
