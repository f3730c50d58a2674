// One line of each type, with every field set.
#pragma once

#include "scan/stream.h"

#include <string>
#include <vector>

namespace scan::samples {

inline const std::string kDigest(64, 'a');

inline Finding finding() {
    Finding finding;
    finding.id = "0123456789abcdef0123456789abcdef";
    finding.unit = "GET /items/{id}";
    finding.rule_id = "api.bola";
    finding.title = "Object of another user can be read";
    finding.message = "Bob read an object of Alice.";
    finding.severity = Severity::High;
    finding.confidence = Confidence::Medium;
    finding.cvss_score = 81;
    finding.cwe = {639, 285};
    finding.owasp = {"API1:2023"};
    finding.category = Category::Privacy;
    finding.target_kind = "api";
    finding.target_name = "shop";
    finding.target_uri = "http://shop";
    finding.location = OperationLocation{.server = "0 shop",
                                         .method = "GET",
                                         .path_template = "/items/{id}",
                                         .parameter_in = "path",
                                         .parameter_name = "id",
                                         .spec_pointer = "/paths/~1items~1{id}/get",
                                         .spec_uri = "openapi.json",
                                         .start_line = 12,
                                         .start_column = 3};
    finding.evidence = {{EvidenceKind::Request, "GET /items/1"}, {EvidenceKind::Note, "\"ä\"\n"}};
    finding.remediation = "Check the owner.";
    finding.references = {"https://owasp.org/"};
    finding.tool_name = "scanfleet";
    finding.tool_version = "0.1.0";
    finding.discriminator = "path:id";
    finding.group = "fedcba9876543210fedcba9876543210";
    finding.suppressed = Suppression{"inline", "known"};
    return finding;
}

inline MetaLine meta() {
    return {.job = "petstore",
            .run_id = "7f3c-2",
            .chunk = 4,
            .attempt = 2,
            .scanner = "Api",
            .scanner_version = "0.1.0",
            .rules_version = "7",
            .started_at = base::Instant(base::Duration(1'769'860'800'123))};
}

inline UnitLine unit() {
    return {.id = "GET /items/{id}",
            .status = UnitStatus::TimedOut,
            .reason = "budget-spent",
            .ms = 120,
            .requests = 7,
            .bytes = 4096,
            .truth = {{"checksRun", 5}, {"reached2xx", 1}}};
}

inline Record record() {
    return {.unit = "GET /items/{id}",
            .kind = "operation",
            .key = "GET /items/{id}",
            .data_json = R"({"b":[1,"x"],"a":{"c":null}})"};
}

inline MetricLine metric() {
    return {.name = "requests",
            .value = -7,
            .unit_of_measure = "count",
            .labels = {{"status", "2xx"}, {"host", "shop"}}};
}

inline LogLine log() { return {.level = LogLevel::Warn, .msg = "slow", .unit = "GET /"}; }

inline EndLine end() {
    return {.status = StreamStatus::Partial,
            .units = {.ok = 1, .failed = 2, .skipped = 3, .forbidden = 4, .timed_out = 5},
            .findings = 6,
            .records = 7,
            .truncated = true,
            .pause_seconds = 60,
            .sha256 = kDigest};
}

inline std::vector<Line> lines() {
    return {meta(), unit(), record(), finding(), metric(), log(), end()};
}

// The line's JSON without its '\n'.
inline std::string json(const Line& line) {
    auto text = to_line(line);
    text.pop_back();
    return text;
}

}  // namespace scan::samples
