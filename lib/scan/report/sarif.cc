// SARIF 2.1.0 (OASIS), as code-scanning services take it: docs/formats/reports.md.
#include "scan/report/exporters.h"
#include "scan/report/sarif_parts.h"
#include "scan/report/summary.h"

namespace scan::report {
namespace sarif {
namespace {

void note_rule(Survey& survey, const Finding& finding) {
    const auto [place, fresh] = survey.rules.try_emplace(finding.rule_id);
    auto& rule = place->second;
    if (fresh) {
        rule.title = finding.title;
        rule.remediation = finding.remediation;
        rule.category = finding.category;
        rule.confidence = finding.confidence;
        // Findings come most severe first: this is the worst.
        rule.severity = finding.severity;
        if (!finding.references.empty()) rule.reference = finding.references.front();
    }
    rule.cwe.insert(finding.cwe.begin(), finding.cwe.end());
    rule.owasp.insert(finding.owasp.begin(), finding.owasp.end());
    survey.cwe.insert(finding.cwe.begin(), finding.cwe.end());
}

}  // namespace

base::Result<Survey> survey(const Source& source) {
    Survey survey;
    TRY(source.each_finding([&](const MergedFinding& merged) -> base::Result<> {
        if (++survey.results > kResultsMax) return {};
        note_rule(survey, merged.finding);
        if (std::holds_alternative<FileLocation>(merged.finding.location)) survey.has_files = true;
        return {};
    }));
    std::uint64_t index = 0;
    for (auto& [id, rule] : survey.rules) rule.index = index++;
    return survey;
}

}  // namespace sarif

base::Result<> write_sarif(const Source& source, Out& out) {
    constexpr auto kReplace = JsonText::Controls::Replace;
    const auto survey = TRY(sarif::survey(source));
    JsonText json(out.text(), kReplace);
    json.open('{').member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json.member("version", "2.1.0").key("runs").open('[').open('{');
    sarif::write_run_head(json, source.header, survey);
    out.text() += ",\n\"results\":[";
    bool first = true;
    TRY(first_findings(source, sarif::kResultsMax, [&](const MergedFinding& merged) {
        out.text() += first ? "\n" : ",\n";
        first = false;
        JsonText result(out.text(), kReplace);
        sarif::write_result(result, source.header, survey, merged);
        return out.settle();
    }));
    out.text() += "\n]}]}\n";
    return {};
}

}  // namespace scan::report
