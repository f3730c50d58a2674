#include "runner/scanners/api/engine/unit_end.h"

#include "base/json.h"
#include "net/url.h"
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/engine/header_facts.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

// Two requests that never came back: another attempt would wait in vain too.
constexpr int kTimeoutsMax = 2;

std::int64_t median(std::vector<std::int64_t> millis) {
    if (millis.empty()) return 0;
    const auto middle = millis.begin() + static_cast<std::ptrdiff_t>(millis.size() / 2);
    std::ranges::nth_element(millis, middle);
    return *middle;
}

Json checks_json(const UnitRun& run) {
    Json out = Json::array();
    for (const auto& check : run.checks) {
        out.push_back(
            {{"id", check.id}, {"ran", check.ran}, {"level", scan::to_string(check.level)}});
    }
    return out;
}

Json status_json(const Meter& meter) {
    Json out = Json::object();
    for (const auto& [status, count] : meter.status_counts) out[std::to_string(status)] = count;
    return out;
}

scan::Record record_of(const UnitRun& run) {
    const auto url = net::parse_url(run.work.server_url);
    const bool secured =
        run.operation.auth == Auth::Required || run.operation.auth == Auth::Implied;
    Json data = {{"server", run.work.server_label},
                 {"scheme", url ? url->scheme : "http"},
                 {"method", run.operation.method},
                 {"template", run.operation.path_template},
                 {"tags", run.operation.tags},
                 {"security", secured},
                 {"authenticated", run.baseline.has_value() && run.baseline->who != nullptr},
                 {"reached2xx", run.meter.reached_2xx ? 1 : 0},
                 {"statusCounts", status_json(run.meter)},
                 {"medianMs", median(run.meter.millis)},
                 {"headerFacts", to_json(run.meter.headers)},
                 {"checks", checks_json(run)}};
    if (!run.work.spec_uri.empty()) data["specUri"] = run.work.spec_uri;
    if (run.params.line > 0)
        data["specLine"] = run.params.line, data["specColumn"] = run.params.column;
    return {.unit = run.unit.id,
            .kind = "operation",
            .key = run.unit.id,
            .data_json = base::dump_json(data)};
}

scan::UnitLine line_of(const UnitRun& run, const UnitVerdict& verdict) {
    const auto now = run.work.context.clock.ticks().time_since_epoch().count();
    const auto ran = std::ranges::count_if(run.checks, &CheckState::ran);
    return {.id = run.unit.id,
            .status = verdict.status,
            .reason = verdict.reason,
            .ms = now - run.started_ticks,
            .requests = run.meter.requests,
            .bytes = run.meter.bytes,
            .truth = {{"checksPlanned", static_cast<std::int64_t>(run.checks.size())},
                      {"checksRun", static_cast<std::int64_t>(ran)},
                      {"reached2xx", run.meter.reached_2xx ? 1 : 0}}};
}

}  // namespace

UnitVerdict judge(const UnitRun& run, const OrHalt<void>& done) {
    if (run.login_missing) return {scan::UnitStatus::Failed, "login-failed"};
    if (!done && done.error() == Halt::OutOfScope)
        return {scan::UnitStatus::Forbidden, "out-of-scope"};
    if (!done && done.error() == Halt::BudgetSpent)
        return {scan::UnitStatus::Failed, "budget-spent"};
    if (run.baseline) return {};
    const bool no_answer = run.meter.status_counts.empty();
    if (no_answer && run.meter.tls_errors > 0) return {scan::UnitStatus::Failed, "tls-error"};
    if (no_answer && run.meter.timeouts >= kTimeoutsMax)
        return {scan::UnitStatus::TimedOut, "timeout"};
    return {scan::UnitStatus::Ok, "no-baseline"};
}

void end_unit(UnitRun& run, const UnitVerdict& verdict) {
    const auto& emit = run.work.context.emit;
    for (auto& found : run.found) {
        if (!is_rule_wanted(run.work.options, found.finding.rule_id)) continue;
        auto& finding = found.finding;
        finding.message = run.work.context.redactor.scrub(finding.message);
        finding.target_kind = "api";
        finding.target_name = run.work.server_label;
        finding.target_uri = run.work.server_url;
        finding.tool_name = "scanfleet-api";
        finding.tool_version = SF_VERSION;
        emit(std::move(finding));
    }
    if (run.meter.requests > 0) emit(record_of(run));
    emit(line_of(run, verdict));
}

void end_defective(const Work& work, const scan::Unit& unit, std::string_view defect) {
    const auto text = defect.empty()
                          ? std::string_view("the stored specification has no such operation")
                          : defect;
    work.context.emit(scan::LogLine{.level = scan::LogLevel::Warn,
                                    .msg = fmt::format("{}: {}", unit.id, text),
                                    .unit = unit.id});
    work.context.emit(
        scan::UnitLine{.id = unit.id,
                       .status = scan::UnitStatus::Failed,
                       .reason = "spec-invalid-operation",
                       .truth = {{"checksPlanned", 0}, {"checksRun", 0}, {"reached2xx", 0}}});
}

}  // namespace runner::api
