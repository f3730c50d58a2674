// A Pod as the planner sees an attempt: its phase, what holds it up, how it ended. Pure.
// Table and meaning: docs/design/attempt-ends.md.
#pragma once

#include "kube/pod.h"
#include "operator/core/make_plan.h"

#include <optional>
#include <string>
#include <string_view>

namespace control {

inline constexpr std::string_view kRunnerContainer = "runner";
// A Pod that is still there so long after it had to be gone: its node is silent.
inline constexpr base::Duration kNodeLostAfter{30'000};

core::Phase phase_of(const kube::Pod& pod, base::Instant now);
core::Hold hold_of(const kube::Pod& pod);
// When the runner began, as far as the Pod tells.
std::optional<base::Instant> run_start_of(const kube::Pod& pod);
// Why it does not run: a sentence for people; empty if nothing is known.
std::string hold_message(const kube::Pod& pod);

// What the store knows of the attempt.
struct StoreFacts {
    std::optional<scan::Commit> commit{};
    bool plan_accepted = false;  // discovery only
};
// Of a Pod whose phase is Ended. What the container says comes first: an injected sidecar may keep
// the Pod running, and a deleted Pod may have ended well before.
core::EndFact end_of_pod(const kube::Pod& pod, const StoreFacts& stored, base::Instant now);

}  // namespace control
