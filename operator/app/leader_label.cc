#include "operator/app/leader_label.h"

#include "base/json.h"
#include "base/log.h"

#include <utility>

namespace app {

namespace {

// Until the label is there nobody reaches ingest.
constexpr base::Duration kRetryAfter{2'000};

kube::Request request_for(const kube::ObjectKey& pod, bool leads) {
    base::Json value = nullptr;  // in a merge patch: away with it
    if (leads) value = "true";
    const base::Json patch = {
        {"metadata", {{"labels", {{std::string(kLeaderLabel), std::move(value)}}}}}};
    return kube::merge_patch(kube::kPods, pod, "", base::dump_json(patch));
}

}  // namespace

std::optional<kube::Request> LeaderLabel::due(bool leads, base::Ticks now) {
    if (pod_.name.empty() || pod_.namespace_.empty()) return std::nullopt;
    return state_.with([&](State& state) -> std::optional<kube::Request> {
        if (state.asked || state.has == leads || now < state.not_before) return std::nullopt;
        state.asked = leads;
        return request_for(pod_, leads);
    });
}

void LeaderLabel::answered(const kube::Answer& answer, base::Ticks now) {
    state_.with([&](State& state) {
        const auto asked = std::exchange(state.asked, std::nullopt);
        if (!answer.error) {
            state.has = asked;
        } else {
            // Nobody knows whether it was done.
            state.has.reset();
            state.not_before = now + kRetryAfter;
        }
    });
    if (answer.error) {
        base::log::warn(
            "The leader's label could not be set on our own Pod",
            {{"namespace", pod_.namespace_}, {"pod", pod_.name}, {"err", answer.error->message}});
    }
}

}  // namespace app
