#include "operator/control/pod_facts.h"

#include "scan/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace control {
namespace {

using core::EndFact;
using core::Hold;
using core::Phase;
using scan::AttemptEnd;

// The kubelet refused the Pod, or its node went down: it never got a chance.
constexpr std::array<std::string_view, 9> kRefusedByNode = {
    "OutOfcpu",     "OutOfmemory", "OutOfpods", "OutOfephemeral-storage",  "NodeAffinity",
    "NodeShutdown", "Terminated",  "NodeLost",  "UnexpectedAdmissionError"};

const kube::ContainerTerminated* terminated(const kube::Pod& pod) {
    return pod.main ? std::get_if<kube::ContainerTerminated>(&pod.main->state) : nullptr;
}

const kube::ContainerWaiting* waiting(const kube::Pod& pod) {
    return pod.main ? std::get_if<kube::ContainerWaiting>(&pod.main->state) : nullptr;
}

const kube::ContainerRunning* running(const kube::Pod& pod) {
    return pod.main ? std::get_if<kube::ContainerRunning>(&pod.main->state) : nullptr;
}

bool is_over(const kube::Pod& pod) {
    return pod.phase == kube::PodPhase::Succeeded || pod.phase == kube::PodPhase::Failed;
}

bool is_lost(const kube::Pod& pod, base::Instant now) {
    return pod.deletion_at && now >= *pod.deletion_at + kNodeLostAfter;
}

// What somebody else did to the Pod, if that is what ended it.
std::optional<AttemptEnd> outside_end(const kube::Pod& pod) {
    if (pod.oom_killed) return AttemptEnd::OOMKilled;
    if (pod.disruption) {
        if (*pod.disruption == "PreemptionByScheduler") return AttemptEnd::Preempted;
        const bool evicted =
            *pod.disruption == "EvictionByEvictionAPI" || pod.status.reason == "Evicted";
        return evicted ? AttemptEnd::Evicted : AttemptEnd::Disrupted;
    }
    // Without DisruptionTarget it broke its own limit of storage.
    if (pod.status.reason == "Evicted") return AttemptEnd::ExitCode;
    if (pod.status.reason == "DeadlineExceeded") return AttemptEnd::RunTimeout;
    const bool refused =
        std::ranges::find(kRefusedByNode, pod.status.reason) != kRefusedByNode.end();
    if (refused) return AttemptEnd::Disrupted;
    return std::nullopt;
}

std::string outside_message(const kube::Pod& pod, AttemptEnd end) {
    if (end == AttemptEnd::OOMKilled) return "killed by the kernel: out of memory";
    if (!pod.status.message.empty()) return pod.status.message;
    if (!pod.status.reason.empty()) return pod.status.reason;
    return pod.disruption.value_or("");
}

std::optional<scan::Commit> record_of(const kube::ContainerTerminated& end) {
    auto record = scan::parse_commit(end.cause.message);
    if (!record) return std::nullopt;
    return std::move(*record);
}

bool is_stored(const StoreFacts& stored) {
    return stored.plan_accepted ||
           (stored.commit && stored.commit->status == scan::StreamStatus::Complete);
}

}  // namespace

Phase phase_of(const kube::Pod& pod, base::Instant now) {
    if (terminated(pod) != nullptr || is_over(pod) || is_lost(pod, now)) return Phase::Ended;
    if (pod.deletion_at) return Phase::Stopping;
    return running(pod) != nullptr ? Phase::Running : Phase::Pending;
}

Hold hold_of(const kube::Pod& pod) {
    if (pod.unscheduled && pod.unscheduled->reason == "Unschedulable") return Hold::Unschedulable;
    const auto* wait = waiting(pod);
    if (wait == nullptr) return Hold::None;
    const auto& reason = wait->cause.reason;
    if (reason == "InvalidImageName") return Hold::ImageName;
    if (reason == "ImagePullBackOff" || reason == "ErrImagePull" || reason == "ErrImageNeverPull")
        return Hold::ImagePull;
    if (reason == "CreateContainerConfigError") return Hold::MissingConfig;
    return Hold::None;
}

std::optional<base::Instant> run_start_of(const kube::Pod& pod) {
    if (const auto* run = running(pod)) return run->started_at;
    if (const auto* end = terminated(pod)) return end->started_at;
    return std::nullopt;
}

std::string hold_message(const kube::Pod& pod) {
    if (pod.unscheduled) return pod.unscheduled->message;
    const auto* wait = waiting(pod);
    if (wait == nullptr) return {};
    const auto& cause = wait->cause;
    return cause.message.empty() ? cause.reason : cause.message;
}

EndFact end_of_pod(const kube::Pod& pod, const StoreFacts& stored, base::Instant now) {
    const auto* end = terminated(pod);
    core::ExitFacts facts{.oom_killed = pod.oom_killed, .at = now};
    if (end != nullptr) {
        facts.code = end->exit_code;
        facts.signal = end->signal;
        facts.record = record_of(*end);
        if (end->finished_at) facts.at = *end->finished_at;
    }
    facts.stored = stored.commit;
    facts.plan_accepted = stored.plan_accepted;
    if (is_stored(stored)) return core::end_of_exit(facts);
    if (const auto outside = outside_end(pod)) {
        return {.end = *outside,
                .exit_code = facts.code,
                .message = outside_message(pod, *outside),
                .at = facts.at};
    }
    if (end != nullptr || is_over(pod)) return core::end_of_exit(facts);
    return {.end = AttemptEnd::NodeLost,
            .message = fmt::format("node {} has not ended it in time", pod.node),
            .at = now};
}

}  // namespace control
