// Random findings for properties: few values for each field, so that equal fingerprints and equal
// fields are common.
#pragma once

#include "scan/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace scan_test {

inline std::string pick_text(std::string_view stem) {
    const int n = *rc::gen::inRange(0, 4);
    return n == 0 ? "" : std::string(stem) + std::to_string(n);
}

inline scan::Location pick_location() {
    switch (*rc::gen::inRange(0, 3)) {
    case 0:
        return scan::OperationLocation{.server = pick_text("host"),
                                       .method = *rc::gen::element<std::string>("GET", "POST"),
                                       .path_template = pick_text("/p"),
                                       .start_line = *rc::gen::inRange(0, 3)};
    case 1:
        return scan::FileLocation{.path = pick_text("f"), .start_line = *rc::gen::inRange(0, 3)};
    default: return scan::GenericLocation{pick_text("uri:"), pick_text("name")};
    }
}

inline std::vector<scan::Evidence> pick_evidence() {
    std::vector<scan::Evidence> evidence;
    const int count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
        evidence.push_back(
            {*rc::gen::element(scan::EvidenceKind::Note, scan::EvidenceKind::Request),
             pick_text("seen ")});
    }
    return evidence;
}

inline std::vector<std::string> pick_texts(std::string_view stem) {
    std::vector<std::string> texts;
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i)
        texts.push_back(std::string(stem) + std::to_string(*rc::gen::inRange(0, 20)));
    return texts;
}

// One occurrence; all have the same id, as fold demands.
inline scan::MergedFinding pick_occurrence() {
    scan::Finding f;
    f.id = "0123456789abcdef0123456789abcdef";
    f.rule_id = "rule.a";
    f.unit = pick_text("unit");
    f.title = pick_text("title");
    f.message = pick_text("message");
    f.severity = static_cast<scan::Severity>(*rc::gen::inRange(0, 5));
    f.confidence = static_cast<scan::Confidence>(*rc::gen::inRange(0, 3));
    if (*rc::gen::arbitrary<bool>()) f.cvss_score = *rc::gen::inRange(0, 101);
    f.cwe = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 30));
    f.owasp = pick_texts("API");
    f.references = pick_texts("https://example.org/");
    f.location = pick_location();
    f.evidence = pick_evidence();
    if (*rc::gen::arbitrary<bool>()) f.suppressed = scan::Suppression{"inline", pick_text("why ")};
    auto merged = scan::first_of(std::move(f), *rc::gen::inRange<std::uint32_t>(0, 4));
    merged.state = static_cast<scan::FindingState>(*rc::gen::inRange(0, 3));
    return merged;
}

template <typename T>
T folded(T a, T b) {
    scan::fold(a, std::move(b));
    return a;
}

}  // namespace scan_test
