#include "operator/api/pod_callers.h"

#include "base/log.h"

#include <string>
#include <variant>

namespace api {

namespace {

// Neither part can hold a slash.
std::string key_of(const PodIdentity& pod) { return pod.namespace_ + "/" + pod.name; }

}  // namespace

void PodCallers::expect(const results::AttemptKey& attempt, const PodIdentity& pod) {
    state_.with([&](State& state) {
        const auto* known = state.roll.find(attempt);
        if (known != nullptr && (known->over || (pod.uid.empty() && !known->proof.empty()))) return;
        state.roll.expect(attempt, key_of(pod), pod.uid);
    });
}

void PodCallers::set_complete(bool complete) {
    state_.with([&](State& state) { state.complete = complete; });
}

bool PodCallers::is_worth_review(const PodIdentity& pod) const {
    return state_.with([&](const State& state) {
        return !state.complete || state.roll.find(key_of(pod)) != nullptr;
    });
}

Caller PodCallers::find(const PodIdentity& pod) const {
    return state_.with([&](const State& state) -> Caller {
        using Kind = Caller::Kind;
        const auto* entry = state.roll.find(key_of(pod));
        if (entry == nullptr) return {.kind = state.complete ? Kind::NotYours : Kind::NotYet};
        if (entry->proof.empty() && !entry->over) return {.kind = Kind::NotYet};
        if (entry->proof != pod.uid) return {.kind = Kind::NotYours};
        return {.kind = entry->over ? Kind::Over : Kind::Attempt, .attempt = entry->attempt};
    });
}

Caller PodCallers::find(std::string_view token) {
    if (token.empty()) return {};
    const auto verdict = verifier_.check(token);
    if (const auto* pod = std::get_if<PodIdentity>(&verdict)) return find(*pod);
    if (std::holds_alternative<TokenVerifier::Later>(verdict))
        return {.kind = Caller::Kind::NotYet};
    base::log::debug("token refused", {{"why", std::get<TokenVerifier::Refused>(verdict).why}});
    return {};
}

void PodCallers::forget(const results::AttemptKey& attempt) {
    state_.with([&](State& state) { state.roll.forget(attempt); });
}

void PodCallers::close_run(const results::RunKey& run) {
    state_.with([&](State& state) { state.roll.close_run(run); });
}

}  // namespace api
