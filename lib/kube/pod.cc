#include "kube/pod.h"

#include "base/text.h"
#include "kube/json_walk.h"

#include <algorithm>
#include <chrono>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Instant;
using json::Object;
using json::Value;
using std::string_view;

constexpr std::size_t kPodBytesMax = 16u << 20;  // as a watch line
// Kubernetes allows names of 253 and labels of 63 characters.
constexpr std::size_t kNameBytesMax = 512;
// Enough for the sentence that people need; the kubelet joins pages of errors.
constexpr std::size_t kMessageBytesMax = 1024;
// The kubelet cuts it here.
constexpr std::size_t kTerminationBytesMax = 4096;

std::string cut(string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max ? std::string(text) : base::ellipsize(text, bytes_max);
}

std::string name_in(Value value) { return cut(json::text_of(value), kNameBytesMax); }

int int_in(Value value) {
    const auto number = json::integer_of(value);
    return static_cast<int>(std::clamp<std::int64_t>(number, INT32_MIN, INT32_MAX));
}

// Two digits, or something beyond 99.
unsigned two_digits(string_view text, std::size_t at) {
    const auto tens = static_cast<unsigned char>(text[at]) - unsigned{'0'};
    const auto ones = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
    return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

// "2026-01-31T12:00:00Z", as API servers write it: a Pod has five of them.
std::optional<std::chrono::sys_seconds> plain_time(string_view text) {
    if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
        return std::nullopt;
    }
    const auto year = static_cast<int>(two_digits(text, 0) * 100 + two_digits(text, 2));
    const std::chrono::year_month_day day{std::chrono::year(year),
                                          std::chrono::month(two_digits(text, 5)),
                                          std::chrono::day(two_digits(text, 8))};
    const auto hours = two_digits(text, 11), minutes = two_digits(text, 14);
    const auto seconds = two_digits(text, 17);
    if (year > 9999 || !day.ok() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
    return std::chrono::sys_days(day) + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
           std::chrono::seconds(seconds);
}

std::optional<Instant> time_in(Value value) {
    const auto text = json::text_of(value);
    auto time = plain_time(text);
    if (!time) {
        const auto instant = base::parse_instant(text);
        if (!instant) return std::nullopt;
        time = std::chrono::floor<std::chrono::seconds>(*instant);
    }
    if (time->time_since_epoch().count() <= 0) return std::nullopt;
    return *time;
}

PodPhase phase_from(string_view word) {
    if (word == "Running") return PodPhase::Running;
    if (word == "Pending") return PodPhase::Pending;
    if (word == "Succeeded") return PodPhase::Succeeded;
    if (word == "Failed") return PodPhase::Failed;
    return PodPhase::Unknown;
}

void read_owner(Object object, Pod& pod) {
    Owner owner;
    bool controls = false;
    json::each_field(object, [&](string_view name, Value value) {
        if (name == "kind")
            owner.kind = name_in(value);
        else if (name == "name")
            owner.name = name_in(value);
        else if (name == "uid")
            owner.uid = name_in(value);
        else if (name == "controller")
            controls = json::bool_of(value);
        return true;
    });
    if (controls) pod.controller = std::move(owner);
}

void read_labels(Value labels, const PodWants& wants, Pod& pod) {
    json::each_field_of(labels, [&](string_view name, Value value) {
        for (std::size_t i = 0; i < pod.labels.size(); ++i) {
            if (wants.labels[i] != name) continue;
            pod.labels[i] = name_in(value);
            break;
        }
        return true;
    });
}

void read_metadata(Value metadata, const PodWants& wants, Pod& pod) {
    json::each_field_of(metadata, [&](string_view name, Value value) {
        if (name == "name")
            pod.key.name = name_in(value);
        else if (name == "namespace")
            pod.key.namespace_ = name_in(value);
        else if (name == "uid")
            pod.uid = name_in(value);
        else if (name == "resourceVersion")
            pod.resource_version = name_in(value);
        else if (name == "creationTimestamp")
            pod.created_at = time_in(value);
        else if (name == "deletionTimestamp")
            pod.deletion_at = time_in(value);
        else if (name == "labels")
            read_labels(value, wants, pod);
        else if (name == "ownerReferences")
            json::each_object_of(value, [&](Object owner) { read_owner(owner, pod); });
        return true;
    });
}

// The parts of `state` and `lastState` together: each kind of state has some of them.
struct StateParts {
    string_view kind{};
    int exit_code = 0;
    int signal = 0;
    string_view reason{};
    string_view message{};
    std::optional<Instant> started_at{};
    std::optional<Instant> finished_at{};
};

void read_parts(Value value, StateParts& parts) {
    json::each_field_of(value, [&](string_view name, Value part) {
        if (name == "exitCode")
            parts.exit_code = int_in(part);
        else if (name == "signal")
            parts.signal = int_in(part);
        else if (name == "reason")
            parts.reason = json::text_of(part);
        else if (name == "message")
            parts.message = json::text_of(part);
        else if (name == "startedAt")
            parts.started_at = time_in(part);
        else if (name == "finishedAt")
            parts.finished_at = time_in(part);
        return true;
    });
}

StateParts state_in(Value state) {
    StateParts parts;
    json::each_field_of(state, [&](string_view name, Value value) {
        if (name != "waiting" && name != "running" && name != "terminated") return true;
        StateParts found{.kind = name};
        read_parts(value, found);
        // Exactly one is set; where a liar sets more, the last stage of a life counts.
        if (parts.kind.empty() || found.kind == "terminated" || parts.kind == "waiting")
            parts = found;
        return true;
    });
    return parts;
}

Cause cause_of(string_view reason, string_view message, std::size_t message_max) {
    return {.reason = cut(reason, kNameBytesMax), .message = cut(message, message_max)};
}

ContainerStatus status_of(const StateParts& parts, int restarts) {
    ContainerStatus status;
    status.restart_count = restarts;
    if (parts.kind == "waiting") {
        status.state = ContainerWaiting{cause_of(parts.reason, parts.message, kMessageBytesMax)};
    } else if (parts.kind == "running") {
        status.state = ContainerRunning{parts.started_at};
    } else if (parts.kind == "terminated") {
        status.state = ContainerTerminated{
            .exit_code = parts.exit_code,
            .signal = parts.signal,
            .cause = cause_of(parts.reason, parts.message, kTerminationBytesMax),
            .started_at = parts.started_at,
            .finished_at = parts.finished_at};
    }
    return status;
}

void read_container(Object object, bool may_be_main, const PodWants& wants, Pod& pod) {
    StateParts now;
    string_view called;
    int restarts = 0;
    json::each_field(object, [&](string_view name, Value value) {
        if (name == "name")
            called = json::text_of(value);
        else if (name == "state")
            now = state_in(value);
        else if (name == "lastState")
            pod.oom_killed |= state_in(value).reason == "OOMKilled";
        else if (name == "restartCount")
            restarts = int_in(value);
        return true;
    });
    pod.oom_killed |= now.reason == "OOMKilled";
    if (may_be_main && called == wants.main_container) pod.main = status_of(now, restarts);
}

void read_condition(Object object, Pod& pod) {
    string_view type, status, reason, message;
    json::each_field(object, [&](string_view name, Value value) {
        if (name == "type")
            type = json::text_of(value);
        else if (name == "status")
            status = json::text_of(value);
        else if (name == "reason")
            reason = json::text_of(value);
        else if (name == "message")
            message = json::text_of(value);
        return true;
    });
    if (type == "PodScheduled" && status == "False") {
        pod.unscheduled = cause_of(reason, message, kMessageBytesMax);
    } else if (type == "DisruptionTarget" && status == "True") {
        pod.disruption = cut(reason, kNameBytesMax);
    } else if (type == "Ready") {
        pod.ready = status == "True";
    }
}

void read_status(Value status, const PodWants& wants, Pod& pod) {
    const auto containers = [&](Value value, bool may_be_main) {
        json::each_object_of(
            value, [&](Object container) { read_container(container, may_be_main, wants, pod); });
    };
    json::each_field_of(status, [&](string_view name, Value value) {
        if (name == "phase")
            pod.phase = phase_from(json::text_of(value));
        else if (name == "reason")
            pod.status.reason = name_in(value);
        else if (name == "message")
            pod.status.message = cut(json::text_of(value), kMessageBytesMax);
        else if (name == "startTime")
            pod.started_at = time_in(value);
        else if (name == "conditions")
            json::each_object_of(value, [&](Object condition) { read_condition(condition, pod); });
        else if (name == "containerStatuses")
            containers(value, true);
        else if (name == "initContainerStatuses" || name == "ephemeralContainerStatuses")
            containers(value, false);
        return true;
    });
}

void read_spec(Value spec, Pod& pod) {
    json::each_field_of(spec, [&](string_view name, Value value) {
        if (name != "nodeName") return true;
        pod.node = name_in(value);
        return false;
    });
}

base::Result<> check(const Pod& pod) {
    const auto is_name = [](const std::string& text) {
        return !text.empty() && text.size() < kNameBytesMax;
    };
    if (!is_name(pod.key.name) || !is_name(pod.uid))
        return fail(ErrorKind::Invalid, "a Pod has no usable name or uid");
    return {};
}

}  // namespace

struct PodParser::Impl {
    json::Parser parser;
};

PodParser::PodParser() : impl_(std::make_unique<Impl>()) {}
PodParser::~PodParser() = default;
PodParser::PodParser(PodParser&&) noexcept = default;
PodParser& PodParser::operator=(PodParser&&) noexcept = default;

base::Result<Pod> PodParser::parse(string_view json, const PodWants& wants) {
    auto root = TRY(impl_->parser.open(json, kPodBytesMax));
    Pod pod;
    pod.labels.resize(std::min(wants.labels.size(), kPodLabelsMax));
    bool other_kind = false;
    json::each_field(root, [&](string_view name, Value value) {
        if (name == "metadata")
            read_metadata(value, wants, pod);
        else if (name == "spec")
            read_spec(value, pod);
        else if (name == "status")
            read_status(value, wants, pod);
        else if (name == "kind")
            other_kind = json::text_of(value) != "Pod";
        return true;
    });
    if (!impl_->parser.whole(root)) return fail(ErrorKind::Invalid, "a Pod's JSON is broken");
    if (other_kind) return fail(ErrorKind::Invalid, "an object that should be a Pod is none");
    TRY(check(pod));
    return pod;
}

base::Result<Pod> parse_pod(string_view json, const PodWants& wants) {
    PodParser parser;
    return parser.parse(json, wants);
}

}  // namespace kube
