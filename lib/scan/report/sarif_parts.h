// SARIF in pieces: what a first pass over the findings learns, and the objects made of it.
#pragma once

#include "scan/json_text.h"
#include "scan/report/report.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace scan::report::sarif {

// What code scanning accepts in a run. Findings come most severe first, so the rest are the least
// severe ones.
inline constexpr std::size_t kResultsMax = 25'000;
inline constexpr std::size_t kLocationsMax = 1'000;

// A rule as the results use it. Rules of tools we know nothing of are described by the first
// finding.
struct UsedRule {
    std::uint64_t index = 0;
    Severity severity = Severity::Info;
    std::string title;
    std::string remediation;
    std::set<int> cwe;
    std::set<std::string> owasp;
    std::string reference;
    Category category = Category::Security;
    Confidence confidence = Confidence::Medium;
};

// Everything that stands before the results.
struct Survey {
    std::map<std::string, UsedRule, std::less<>> rules;
    std::set<int> cwe;
    std::uint64_t results = 0;  // of all findings
    bool has_files = false;
};

base::Result<Survey> survey(const Source& source);

std::string_view level_of(Severity severity);
std::string_view security_severity_of(Severity severity);
// `uri` as a valid URI reference: what may not stand in one is percent-encoded.
std::string uri_reference(std::string_view uri);

// Members of the run object up to "results".
void write_run_head(JsonText& json, const Header& header, const Survey& survey);
// One result object.
void write_result(JsonText& json, const Header& header, const Survey& survey,
                  const MergedFinding& merged);
// The webRequest or webResponse object of an evidence that reads like HTTP; nothing otherwise.
void write_exchange(JsonText& json, const Evidence& evidence);

}  // namespace scan::report::sarif
