// A Pod as the few facts that a controller decides by. Pure; foreign bytes.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/resource.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kube {

// The owner reference with `controller: true`.
struct Owner {
    std::string kind{};
    std::string name{};
    std::string uid{};
    bool operator==(const Owner&) const = default;
};

struct Cause {
    std::string reason{};
    std::string message{};
    bool operator==(const Cause&) const = default;
};

struct ContainerWaiting {
    Cause cause{};
    bool operator==(const ContainerWaiting&) const = default;
};
struct ContainerRunning {
    std::optional<base::Instant> started_at{};
    bool operator==(const ContainerRunning&) const = default;
};
struct ContainerTerminated {
    int exit_code = 0;
    int signal = 0;
    Cause cause{};  // its message is the termination message: at most 4096 bytes
    std::optional<base::Instant> started_at{};
    std::optional<base::Instant> finished_at{};
    bool operator==(const ContainerTerminated&) const = default;
};
struct ContainerStatus {
    // monostate: the kubelet has not spoken yet.
    std::variant<std::monostate, ContainerWaiting, ContainerRunning, ContainerTerminated> state{};
    int restart_count = 0;
    bool operator==(const ContainerStatus&) const = default;
};

enum class PodPhase : std::uint8_t { Unknown, Pending, Running, Succeeded, Failed };

// Times are whole seconds after 1970, as Kubernetes writes them; others count as absent. Texts are
// UTF-8 and else as they came: what a container wrote is hostile. Those of the kubelet and the
// scheduler are cut at 1 KiB.
struct Pod {
    ObjectKey key{};
    std::string uid{};
    std::string resource_version{};
    std::optional<Owner> controller{};
    std::vector<std::string> labels{};  // values of the wanted ones, in their order; absent = empty
    std::optional<base::Instant> created_at{};
    std::optional<base::Instant> deletion_at{};  // when it has to be gone: it is being deleted
    std::string node{};
    PodPhase phase = PodPhase::Unknown;
    Cause status{};                           // "Evicted", "DeadlineExceeded", …
    std::optional<Cause> unscheduled{};       // PodScheduled is False
    std::optional<std::string> disruption{};  // DisruptionTarget is True: its reason
    bool ready = false;
    std::optional<base::Instant> started_at{};  // by the kubelet: before images are pulled
    std::optional<ContainerStatus> main{};      // of the wanted container
    bool oom_killed = false;                    // any container, init ones too, now or before
    bool operator==(const Pod&) const = default;
};

struct PodWants {
    std::span<const std::string_view> labels{};  // at most kPodLabelsMax
    std::string_view main_container{};
};
inline constexpr std::size_t kPodLabelsMax = 6;

// Reads one Pod after the other in one pass each, fields in any order; keeps its buffers. Not
// thread-safe.
class PodParser {
public:
    PodParser();
    ~PodParser();
    PodParser(PodParser&&) noexcept;
    PodParser& operator=(PodParser&&) noexcept;

    // Invalid: not one whole JSON object, a kind that is not Pod, no name, no uid; a name, uid or
    // version beyond 512 bytes. Where a value is of another type than it should be, it is absent.
    // TooLarge: more than 16 MiB.
    base::Result<Pod> parse(std::string_view json, const PodWants& wants);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// For one Pod now and then.
base::Result<Pod> parse_pod(std::string_view json, const PodWants& wants);

}  // namespace kube
