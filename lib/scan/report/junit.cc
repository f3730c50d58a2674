// JUnit: a suite for each resource group, host or folder, a test case for each unit.
#include "scan/report/exporters.h"
#include "scan/report/markup.h"
#include "scan/report/summary.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

namespace scan::report {
namespace {

// Tools that read JUnit load the whole file. Together these keep it below 50 MB.
constexpr std::size_t kCasesMax = 100'000;
constexpr std::size_t kFailuresPerCaseMax = 10;
constexpr std::size_t kFailuresMax = 10'000;
constexpr std::size_t kFailureBytes = 1500;
constexpr std::size_t kNameBytes = 255;
constexpr std::size_t kSuitesMax = 1000;

struct Failures {
    std::vector<std::string> elements;  // the first kFailuresPerCaseMax
    std::uint64_t total = 0;
};

struct Case {
    std::string name;
    UnitStatus status = UnitStatus::Ok;
    std::string reason;
    std::int64_t ms = 0;
};

struct Suite {
    std::vector<Case> cases;
    std::uint64_t failures = 0, errors = 0, skipped = 0;
    std::int64_t ms = 0;
};

struct Report {
    std::map<std::string, Failures, std::less<>> by_unit;
    std::map<std::string, Suite, std::less<>> suites;
    std::uint64_t units_left_out = 0;
    std::uint64_t failures_left_out = 0;
};

// Without a gate a High finding is what most people would stop at.
FailOn gate_of(const Header& header) { return header.fail_on.value_or(FailOn{}); }

bool is_failure(const FailOn& gate, const MergedFinding& merged) {
    const auto& f = merged.finding;
    if (f.suppressed || merged.state == FindingState::Fixed) return false;
    if (gate.state == GateState::New && merged.state != FindingState::New) return false;
    if (f.category != Category::Security && f.category != Category::Privacy) return false;
    return f.severity <= gate.severity;
}

std::string failure_element(const MergedFinding& merged) {
    const auto& f = merged.finding;
    auto text = fmt::format("{} {}\n{}\n", title_of(f.severity), describe(f.location), f.message);
    for (const auto& item : f.evidence) text += "\n" + item.text + "\n";
    if (!f.remediation.empty()) text += "\n" + f.remediation + "\n";
    text += "\nfingerprint " + f.id;
    return fmt::format("<failure type=\"{}\" message=\"{}\">{}</failure>",
                       escape_markup(f.rule_id, 128), escape_markup(f.title, 200),
                       escape_lines(text, kFailureBytes));
}

// Findings about more than one unit have no unit of their own.
std::string case_of(const Finding& finding) {
    return finding.unit.empty() ? finding.rule_id : finding.unit;
}

base::Result<> gather_failures(const Source& source, Report& report) {
    const auto gate = gate_of(source.header);
    std::size_t kept = 0;
    return source.each_finding([&](const MergedFinding& merged) -> base::Result<> {
        if (!is_failure(gate, merged)) return {};
        const auto name = case_of(merged.finding);
        if (kept >= kFailuresMax && !report.by_unit.contains(name)) {
            ++report.failures_left_out;
            return {};
        }
        auto& failures = report.by_unit[name];
        ++failures.total;
        if (failures.elements.size() < kFailuresPerCaseMax && kept < kFailuresMax) {
            failures.elements.push_back(failure_element(merged));
            ++kept;
        }
        return {};
    });
}

// "/items" of "GET /items/{id}", the host of a URL, the folder of a path.
std::string suite_of(std::string_view unit) {
    const auto blank = unit.find(' ');
    if (blank != std::string_view::npos && unit.substr(blank + 1).starts_with('/')) {
        const auto path = unit.substr(blank + 1);
        return std::string(path.substr(0, path.find('/', 1)));
    }
    if (const auto scheme = unit.find("://"); scheme != std::string_view::npos) {
        const auto host = unit.substr(scheme + 3);
        return std::string(host.substr(0, host.find_first_of("/?#")));
    }
    if (const auto slash = unit.rfind('/'); slash != std::string_view::npos && slash > 0) {
        return std::string(unit.substr(0, slash));
    }
    return "units";
}

Suite& suite_for(Report& report, std::string_view unit) {
    auto name = suite_of(unit);
    const auto place = report.suites.find(name);
    if (place != report.suites.end()) return place->second;
    return report.suites[report.suites.size() < kSuitesMax ? std::move(name) : "other units"];
}

void add_case(Report& report, Suite& suite, Case unit) {
    switch (unit.status) {
    case UnitStatus::Failed:
    case UnitStatus::TimedOut: ++suite.errors; break;
    case UnitStatus::Skipped:
    case UnitStatus::Forbidden: ++suite.skipped; break;
    case UnitStatus::Ok: suite.failures += report.by_unit.contains(unit.name) ? 1 : 0; break;
    }
    suite.ms += unit.ms;
    suite.cases.push_back(std::move(unit));
}

// When there are too many, those with something to say come first.
bool is_worth_a_case(const Report& report, const UnitLine& unit) {
    return unit.status != UnitStatus::Ok || report.by_unit.contains(unit.id);
}

base::Result<> gather_cases(const Source& source, Report& report) {
    const bool all_fit = source.header.units.total() <= kCasesMax;
    std::size_t kept = 0;
    return source.each_unit([&](const UnitLine& unit) -> base::Result<> {
        if (kept >= kCasesMax || (!all_fit && !is_worth_a_case(report, unit))) {
            ++report.units_left_out;
            return {};
        }
        ++kept;
        add_case(report, suite_for(report, unit.id), {unit.id, unit.status, unit.reason, unit.ms});
        return {};
    });
}

// Findings that belong to no listed unit: those about the whole target, and what the bounds cut
// off.
void gather_rest(Report& report) {
    std::set<std::string, std::less<>> known;
    for (const auto& [name, suite] : report.suites) {
        for (const auto& unit : suite.cases) known.insert(unit.name);
    }
    for (const auto& [name, failures] : report.by_unit) {
        if (known.contains(name)) continue;
        add_case(report, report.suites["whole target"], {name, UnitStatus::Ok, "", 0});
    }
}

std::string seconds_of(std::int64_t ms) { return fmt::format("{}.{:03}", ms / 1000, ms % 1000); }

void append_failures(std::string& text, const Failures& failures) {
    for (const auto& element : failures.elements) text += element;
    if (failures.total > failures.elements.size()) {
        text += fmt::format("<system-out>{} more findings are not shown.</system-out>",
                            failures.total - failures.elements.size());
    }
}

void append_case(std::string& text, const Report& report, std::string_view suite,
                 const Case& unit) {
    text += fmt::format("<testcase name=\"{}\" classname=\"{}\" time=\"{}\">",
                        escape_markup(unit.name, kNameBytes), escape_markup(suite, kNameBytes),
                        seconds_of(unit.ms));
    const auto reason =
        escape_markup(unit.reason.empty() ? stream_word(unit.status) : unit.reason, kNameBytes);
    switch (unit.status) {
    case UnitStatus::Failed:
    case UnitStatus::TimedOut:
        text +=
            fmt::format("<error type=\"{}\" message=\"{}\"/>", stream_word(unit.status), reason);
        break;
    case UnitStatus::Skipped:
    case UnitStatus::Forbidden: text += fmt::format("<skipped message=\"{}\"/>", reason); break;
    case UnitStatus::Ok: break;
    }
    const auto failures = report.by_unit.find(unit.name);
    if (failures != report.by_unit.end()) append_failures(text, failures->second);
    text += "</testcase>\n";
}

base::Result<> write_suite(Out& out, const Report& report, const std::string& name,
                           const Suite& suite) {
    out.text() += fmt::format(
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{}\">\n",
        escape_markup(name, kNameBytes), suite.cases.size(), suite.failures, suite.errors,
        suite.skipped, seconds_of(suite.ms));
    for (const auto& unit : suite.cases) {
        append_case(out.text(), report, name, unit);
        TRY(out.settle());
    }
    out.text() += "</testsuite>\n";
    return {};
}

std::string cuts(const Report& report) {
    std::string text;
    if (report.units_left_out > 0)
        text += fmt::format(" {} units without findings are not listed.", report.units_left_out);
    if (report.failures_left_out > 0)
        text += fmt::format(" {} findings are not listed.", report.failures_left_out);
    return text;
}

void write_opening(Out& out, const Header& header, const Report& report) {
    Suite all;
    std::size_t tests = 0;
    for (const auto& [name, suite] : report.suites) {
        tests += suite.cases.size();
        all.failures += suite.failures;
        all.errors += suite.errors;
        all.skipped += suite.skipped;
        all.ms += suite.ms;
    }
    out.text() += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    // A comment must not hold "--"; the sentence is ours and the job's name has single dashes only
    // by chance.
    auto sentence = escape_markup(coverage_warning(header) + cuts(report), 1000);
    if (!sentence.empty()) out.text() += fmt::format("<!-- {} -->\n", sentence);
    out.text() += fmt::format(
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{}\">\n",
        escape_markup(header.job, kNameBytes), tests, all.failures, all.errors, all.skipped,
        seconds_of(all.ms));
}

}  // namespace

base::Result<> write_junit(const Source& source, Out& out) {
    Report report;
    TRY(gather_failures(source, report));
    TRY(gather_cases(source, report));
    gather_rest(report);
    write_opening(out, source.header, report);
    for (const auto& [name, suite] : report.suites) TRY(write_suite(out, report, name, suite));
    out.text() += "</testsuites>\n";
    return {};
}

}  // namespace scan::report
