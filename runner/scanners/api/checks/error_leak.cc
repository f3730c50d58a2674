// api.error-leak and api.5xx: what shows when a request does not fit.
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/checks/leaks.h"
#include "runner/scanners/api/checks/malformed.h"
#include "runner/scanners/api/engine/evidence.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace runner::api {
namespace {

constexpr int kErrorMin = 400;
constexpr int kServerErrorMin = 500;

std::string sent_text(const net::Request& request) {
    return base::percent_decode(request.url) + "\n" + request.body;
}

// Leaks of this answer that valid requests do not show.
std::optional<Leak> new_leak(const UnitRun& run, const Answer& answer) {
    if (!answer.response.ok()) return std::nullopt;
    for (auto& leak : find_leaks(answer.response.body, sent_text(answer.request))) {
        const bool usual =
            run.baseline && run.baseline->answer.response.body.find(leak.text) != std::string::npos;
        if (!usual) return leak;
    }
    return std::nullopt;
}

scan::OperationLocation location_of(const UnitRun& run, const Malformed* what) {
    auto location = run.location();
    if (what != nullptr && !what->in.empty()) {
        location.parameter_in = what->in;
        location.parameter_name = base::ellipsize(what->name, 200);
    }
    return location;
}

std::string cause_of(const Malformed* what) {
    if (what == nullptr) return "a valid request";
    if (what->name.empty()) return "a malformed body";
    return fmt::format("a malformed value of {} '{}'", what->in, base::ellipsize(what->name, 100));
}

void add_leak(UnitRun& run, const Answer& answer, const Persona* who, const Leak& leak,
              const Malformed* what) {
    auto finding =
        scan::make_finding("api.error-leak", run.unit.id, location_of(run, what),
                           fmt::format("{} shows {} in its answer ({}) to {}.", run.operation.id(),
                                       leak.what, answer.status(), cause_of(what)));
    finding.evidence = evidence_of(run.work, {.answer = answer, .who = who, .point = leak.text});
    run.found.push_back({std::move(finding), {}});
}

void add_5xx(UnitRun& run, const Answer& answer, const Persona* who, const Malformed* what) {
    auto finding =
        scan::make_finding("api.5xx", run.unit.id, location_of(run, what),
                           fmt::format("{} answers {} with {}, twice.", run.operation.id(),
                                       cause_of(what), answer.status()));
    finding.evidence = evidence_of(run.work, {.answer = answer, .who = who});
    run.found.push_back({std::move(finding), {}});
}

// What shows by itself: answers to valid requests that failed.
bool look_at_refused(UnitRun& run) {
    const auto* who = run.work.main_persona();
    for (const auto& answer : run.refused) {
        if (answer.status() < kErrorMin) continue;
        if (const auto leak = new_leak(run, answer)) {
            add_leak(run, answer, who, *leak, nullptr);
            return true;
        }
    }
    // Two variants that failed are a failure that happened twice.
    const auto failed = [](const Answer& answer) { return answer.status() >= kServerErrorMin; };
    if (std::ranges::count_if(run.refused, failed) < 2) return false;
    add_5xx(run, *std::ranges::find_if(run.refused, failed), who, nullptr);
    return true;
}

Draft draft_to_break(UnitRun& run) {
    if (run.baseline) return run.baseline->draft;
    auto chance = run.chance("malformed");
    return make_draft(run.work.specification, run.operation, {}, chance);
}

OrHalt<void> send_malformed(UnitRun& run) {
    const auto* who = run.baseline ? run.baseline->who : run.work.main_persona();
    bool has_5xx = false;
    for (const auto& what : malformed_of(draft_to_break(run))) {
        const auto answer = TRY(run.send(what.draft, who, Charge::Unit, Retry::Never));
        if (const auto leak = new_leak(run, answer)) {
            add_leak(run, answer, who, *leak, &what);
            return {};
        }
        if (answer.status() < kServerErrorMin || has_5xx) continue;
        const auto again = TRY(run.send(what.draft, who, Charge::Unit, Retry::Never));
        if (again.status() < kServerErrorMin) continue;
        add_5xx(run, again, who, &what);
        has_5xx = true;
    }
    return {};
}

}  // namespace

OrHalt<Ran> run_error_leak(UnitRun& run) {
    if (look_at_refused(run) || !run.active()) return Ran::Yes;
    TRY(send_malformed(run));
    return Ran::Yes;
}

}  // namespace runner::api
