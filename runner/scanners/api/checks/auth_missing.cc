// api.auth.missing: the documented need to sign in is not enforced.
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/checks/sensitive.h"
#include "runner/scanners/api/engine/evidence.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/openapi/schema_match.h"

#include <fmt/format.h>

namespace runner::api {
namespace {

// A page in place of documented JSON is a front end's catch-all, not the operation's answer.
bool is_wrong_kind(const UnitRun& run, const Answer& answer) {
    const auto* schema = run.operation.response_schema(answer.response.status);
    return schema != nullptr && answer.json == nullptr && !answer.response.body.empty() &&
           answer.response.headers.get("Content-Type").value_or("").find("html") !=
               std::string_view::npos;
}

// Whether the anonymous answer proves that the operation did its work.
OrHalt<bool> is_open(UnitRun& run, const Answer& anonymous, bool probe_siblings) {
    const auto& baseline = *run.baseline;
    if (!anonymous.is_2xx() || anonymous.is_error_shape() || is_wrong_kind(run, anonymous))
        return false;
    const auto shape = anonymous.shape(baseline.volatile_keys);
    // An empty answer of a read says nothing.
    if (run.operation.is_safe() && shape.scalars == 0) return false;
    if (similarity(baseline.shape(), shape) < kSame) return false;
    if (!probe_siblings) return true;
    const auto* probes = TRY(soft_not_found(run, baseline.draft, nullptr));
    return !probes->looks_like(anonymous);
}

scan::Finding make(UnitRun& run, const Answer& anonymous, std::string_view how) {
    const bool writes = !run.operation.is_safe();
    auto finding =
        scan::make_finding("api.auth.missing", run.unit.id, run.location(),
                           fmt::format("{} needs authentication by its specification, but {}.",
                                       run.operation.id(), how));
    const bool leaks =
        anonymous.json != nullptr &&
        !find_sensitive(*anonymous.json, {.may_hold_tokens = is_login_like(run.operation)}).empty();
    if (writes || leaks) finding.severity = scan::Severity::Critical;
    finding.evidence = evidence_of(run.work, {.answer = anonymous});
    return finding;
}

// Without any persona the only witness is the document: its schema of a good answer.
void judge_without_persona(UnitRun& run) {
    const auto& answer = run.baseline->answer;
    const auto* schema = run.operation.response_schema(answer.response.status);
    const bool fits = answer.json != nullptr && answer.shape().scalars > 0 &&
                      !answer.is_error_shape() &&
                      matches_schema(run.work.specification.resolver, schema, *answer.json);
    if (!fits) return;
    auto finding = make(run, answer, "an anonymous request got the documented answer");
    finding.severity = scan::Severity::Medium;
    finding.confidence = scan::Confidence::Medium;
    run.found.push_back({std::move(finding), {}});
}

}  // namespace

bool auth_missing_applies(const Operation& operation, const scan::ApiOptions&) {
    return operation.auth == Auth::Required || operation.auth == Auth::Implied;
}

OrHalt<Ran> run_auth_missing(UnitRun& run) {
    const auto& baseline = *run.baseline;
    if (baseline.who == nullptr) {
        judge_without_persona(run);
        return Ran::Yes;
    }
    const auto anonymous = TRY(run.send(baseline.draft, nullptr));
    const bool open = TRY(is_open(run, anonymous, true));
    if (!open) return Ran::Yes;
    auto finding =
        make(run, anonymous,
             fmt::format("the answer to {} came back without any credentials", baseline.who->name));
    if (run.operation.auth == Auth::Implied) {
        // The document only hints at it.
        finding.severity = scan::Severity::Medium;
        finding.confidence = scan::Confidence::Medium;
    }
    auto again = [&run]() -> OrHalt<bool> {
        const auto second = TRY(run.send(run.baseline->draft, nullptr, Charge::Group));
        return TRY(is_open(run, second, false));
    };
    run.found.push_back(
        {std::move(finding), run.operation.is_safe() ? again : std::function<OrHalt<bool>()>()});
    return Ran::Yes;
}

}  // namespace runner::api
