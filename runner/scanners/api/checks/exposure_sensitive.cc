// api.exposure.sensitive: credentials and the like in an answer of 2xx.
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/checks/sensitive.h"
#include "runner/scanners/api/engine/evidence.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/openapi/schema_match.h"
#include "runner/scanners/api/request/styles.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

void add_scalars(const Json& value, std::vector<std::string>& out) {
    if (!value.is_structured()) {
        out.push_back(scalar_text(value));
        return;
    }
    for (const auto& item : value) add_scalars(item, out);
}

SensitiveContext context_of(const UnitRun& run, const Baseline& baseline, const Persona* reader) {
    SensitiveContext out{.reader = reader, .may_hold_tokens = is_login_like(run.operation)};
    for (const auto& argument : baseline.draft.arguments) add_scalars(argument.value, out.sent);
    add_scalars(baseline.draft.body, out.sent);
    return out;
}

bool holds(const std::vector<SensitiveHit>& hits, const SensitiveHit& wanted) {
    return std::ranges::any_of(hits, [&](const SensitiveHit& hit) {
        return hit.name == wanted.name && hit.kind == wanted.kind;
    });
}

std::vector<SensitiveHit> hits_in(const UnitRun& run, const Answer& answer, const Persona* reader) {
    if (!answer.is_2xx() || answer.json == nullptr) return {};
    return find_sensitive(*answer.json, context_of(run, *run.baseline, reader));
}

std::string message_of(const UnitRun& run, const SensitiveHit& hit, bool anonymous,
                       bool documented) {
    return fmt::format(
        "{} answers {} with {} at {}{}{}.", run.operation.id(),
        anonymous ? "anonymous callers" : "callers", describe(hit.kind),
        hit.pointer.empty() ? "its root" : base::ellipsize(hit.pointer, 200),
        documented ? "" : ", which the specification does not document",
        hit.kind == SensitiveKind::Emails
            ? ""
            : fmt::format(" (value {})", run.work.context.redactor.describe(hit.value)));
}

void add_finding(UnitRun& run, const SensitiveHit& hit, const Answer& answer, const Persona* who) {
    const bool anonymous = who == nullptr;
    const auto* schema = run.operation.response_schema(answer.response.status);
    const bool documented = documents_property(run.work.specification.resolver, schema, hit.name);
    auto finding = scan::make_finding("api.exposure.sensitive", run.unit.id, run.location(),
                                      message_of(run, hit, anonymous, documented),
                                      "response:" + base::ellipsize(hit.name, 200));
    const bool plain = hit.kind == SensitiveKind::Emails;
    if (plain || (documented && !anonymous)) finding.severity = scan::Severity::Medium;
    if (plain) finding.confidence = scan::Confidence::Low;
    const Exhibit exhibit{
        .answer = answer, .who = who, .point = "\"" + hit.name + "\"", .hide = {hit.value}};
    finding.evidence = evidence_of(run.work, exhibit);
    auto again = [&run, draft = run.baseline->draft, who, hit]() -> OrHalt<bool> {
        const auto second = TRY(run.send(draft, who, Charge::Group));
        return holds(hits_in(run, second, who), hit);
    };
    // Repeating a write would change the target once more for nothing.
    run.found.push_back(
        {std::move(finding), run.operation.is_safe() ? again : std::function<OrHalt<bool>()>()});
}

}  // namespace

OrHalt<Ran> run_exposure(UnitRun& run) {
    const auto& baseline = *run.baseline;
    const auto hits = hits_in(run, baseline.answer, baseline.who);
    if (hits.empty()) return Ran::Yes;
    // Whether anybody can read it decides the severity; operations that ask for credentials are
    // api.auth.missing's.
    const bool may_be_public =
        run.operation.auth == Auth::None || run.operation.auth == Auth::Optional;
    std::optional<Answer> anonymous;
    if (baseline.who != nullptr && may_be_public && run.operation.is_safe()) {
        anonymous = TRY(run.send(baseline.draft, nullptr));
    }
    const auto open_hits =
        anonymous ? hits_in(run, *anonymous, nullptr) : std::vector<SensitiveHit>();
    for (const auto& hit : hits) {
        const bool open = holds(open_hits, hit);
        if (open)
            add_finding(run, hit, *anonymous, nullptr);
        else
            add_finding(run, hit, baseline.answer, baseline.who);
    }
    return Ran::Yes;
}

}  // namespace runner::api
