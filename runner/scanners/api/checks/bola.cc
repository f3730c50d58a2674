// api.bola (read): one user reads another user's object.
#include "runner/scanners/api/checks/bola_candidates.h"
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/engine/evidence.h"

#include "base/redact.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

const VolatileKeys& volatile_keys(const UnitRun& run) {
    static const VolatileKeys kNone;
    return run.baseline ? run.baseline->volatile_keys : kNone;
}

// Whether the owner's view bears the claim out.
bool claim_holds(const Candidate& candidate, const Answer& mine, const TwoUsers& users) {
    const auto& view = *mine.json;
    const auto owner = owner_in(view);
    if (!owner.empty() && users.other->is(owner)) return false;
    // Members, assignees, recipients: the other is part of it.
    if (mentions(view, *users.other)) return false;
    switch (candidate.claim) {
    case Claim::InOwnersListOnly:
    case Claim::OwnersName: return true;
    case Claim::OwnerInView: return !owner.empty() && users.owner->is(owner);
    case Claim::Catalogue: break;
    }
    // What everybody sees in the list is public; only a secret that the list leaves out is worth a
    // word.
    if (!view.is_object()) return false;
    for (const auto& [key, value] : view.items()) {
        const bool extra = base::find(candidate.listed, key) == nullptr;
        if (extra && !value.is_null() && !value.is_boolean() && base::is_secret_name(key))
            return true;
    }
    return false;
}

bool is_readable(const UnitRun& run, const Answer& mine, const Answer& theirs) {
    return theirs.is_2xx() && !theirs.is_error_shape() &&
           similarity(mine.shape(volatile_keys(run)), theirs.shape(volatile_keys(run))) >= kSame;
}

void add(UnitRun& run, const Candidate& candidate, const TwoUsers& users, const Answer& mine,
         const Answer& theirs) {
    const auto& parameter = *object_parameter(run.operation);
    auto location = run.location();
    location.parameter_in = "path";
    location.parameter_name = parameter.name;
    auto finding = scan::make_finding(
        "api.bola", run.unit.id, location,
        fmt::format("{}: persona {} reads an object of {}, anonymous callers are rejected.",
                    run.operation.id(), users.other->name,
                    candidate.claim == Claim::Catalogue ? "another user"
                                                        : "persona " + users.owner->name));
    if (candidate.claim == Claim::Catalogue) finding.confidence = scan::Confidence::Medium;
    finding.evidence = evidence_of(run.work, {.answer = theirs, .who = users.other});
    finding.evidence.push_back(
        note(run.work, fmt::format("The same request as {} was answered {} with the same content; "
                                   "without credentials it was "
                                   "rejected; a random id as {} is not answered like this.",
                                   users.owner->name, mine.status(), users.other->name)));
    run.found.push_back(
        {std::move(finding), [&run, draft = candidate.draft, users]() -> OrHalt<bool> {
             const auto first = TRY(run.send(draft, users.owner, Charge::Group));
             const auto second = TRY(run.send(draft, users.other, Charge::Group));
             return first.is_2xx() && is_readable(run, first, second);
         }});
}

OrHalt<bool> probe(UnitRun& run, const Candidate& candidate, const TwoUsers& users) {
    const auto mine = TRY(run.send(candidate.draft, users.owner));
    const bool is_object =
        mine.is_2xx() && mine.json != nullptr && !mine.is_error_shape() && mine.shape().scalars > 0;
    if (!is_object || !claim_holds(candidate, mine, users)) return false;
    const auto anonymous = TRY(run.send(candidate.draft, nullptr));
    if (!anonymous.is_rejection()) return false;
    const auto theirs = TRY(run.send(candidate.draft, users.other));
    if (!is_readable(run, mine, theirs)) return false;
    // An address that answers any id alike shows nothing of anybody.
    const auto* siblings = TRY(soft_not_found(run, candidate.draft, users.other));
    if (siblings->looks_like(theirs)) return false;
    add(run, candidate, users, mine, theirs);
    return true;
}

}  // namespace

bool bola_applies(const Operation& operation, const scan::ApiOptions&) {
    return operation.method == "GET" && object_parameter(operation) != nullptr;
}

OrHalt<Ran> run_bola(UnitRun& run) {
    const auto [first, second] = run.work.pair();
    if (first == nullptr || second == nullptr) return Ran::No;
    auto ran = Ran::No;
    for (const auto& users : {TwoUsers{first, second}, TwoUsers{second, first}}) {
        const auto candidates = TRY(candidates_of(run, users));
        for (const auto& candidate : candidates) {
            ran = Ran::Yes;
            const bool proved = TRY(probe(run, candidate, users));
            if (proved) return ran;
        }
    }
    return ran;
}

}  // namespace runner::api
