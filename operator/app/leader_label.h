// Keeps the label by which Services find the leader on our own Pod. Pure but for its lock: says
// what to send, and is told the answer.
#pragma once

#include "base/guarded.h"
#include "base/time.h"
#include "kube/call.h"

#include <optional>

namespace app {

inline constexpr std::string_view kLeaderLabel = "scanfleet.dev/leader";

class LeaderLabel {
public:
    // An empty name: not in a Pod, nothing is labelled.
    explicit LeaderLabel(kube::ObjectKey pod) : pod_(std::move(pod)) {}

    // What to send now: when leadership changed, and again 2 s after a failure. One at a time.
    std::optional<kube::Request> due(bool leads, base::Ticks now);
    // The answer to the last request. Any thread.
    void answered(const kube::Answer& answer, base::Ticks now);

private:
    struct State {
        std::optional<bool> has{};  // as the API server confirmed
        std::optional<bool> asked{};
        base::Ticks not_before{};
    };

    const kube::ObjectKey pod_;
    base::Guarded<State> state_;
};

}  // namespace app
