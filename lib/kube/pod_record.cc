#include "kube/pod_record.h"

#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace kube {
namespace {

using base::Instant;

std::uint32_t seconds_of(const std::optional<Instant>& time) {
    if (!time) return 0;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<Instant> time_of(std::uint32_t seconds) {
    if (seconds == 0) return std::nullopt;
    return Instant(std::chrono::seconds(seconds));
}

// "123e4567-e89b-12d3-a456-426614174000" as bytes; false for anything else.
bool pack_uuid(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
    if (text.size() != 36) return false;
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    };
    std::size_t at = 0;
    for (auto& byte : bytes) {
        const bool behind_dash = at == 8 || at == 13 || at == 18 || at == 23;
        if (behind_dash && text[at++] != '-') return false;
        const int high = digit(text[at]), low = digit(text[at + 1]);
        if (high < 0 || low < 0) return false;
        byte = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return true;
}

std::string unpack_uuid(const std::array<std::uint8_t, 16>& bytes) {
    const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto text = base::hex_encode(raw);
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) text.insert(dash, 1, '-');
    return text;
}

}  // namespace

PodRecord::PodRecord(const Pod& pod, TextPool& pool) : pool_(&pool) {
    keep_uid(pod.uid);
    facts_.label_count = std::min(pod.labels.size(), facts_.labels.size()) & 7;  // 0 to 6
    for (std::size_t i = 0; i < facts_.label_count; ++i)
        facts_.labels[i] = pool.take(pod.labels[i]);
    if (pod.controller) {
        facts_.has_owner = true;
        facts_.owner_kind = pool.take(pod.controller->kind);
        facts_.owner_name = pool.take(pod.controller->name);
        facts_.owner_uid = pool.take(pod.controller->uid);
    }
    facts_.node = pool.take(pod.node);
    facts_.created = seconds_of(pod.created_at);
    facts_.deletion = seconds_of(pod.deletion_at);
    facts_.started = seconds_of(pod.started_at);
    facts_.phase = pod.phase;
    facts_.ready = pod.ready;
    facts_.oom_killed = pod.oom_killed;
    keep_trouble(pod);
    if (pod.main) keep_main(*pod.main);
}

PodRecord::~PodRecord() {
    if (pool_ == nullptr) return;
    for (const auto id : facts_.labels) pool_->drop(id);
    for (const auto id : {facts_.owner_kind, facts_.owner_name, facts_.owner_uid, facts_.node,
                          facts_.reason, facts_.message})
        pool_->drop(id);
    if (facts_.uid_is_text) {
        Id id = 0;
        std::memcpy(&id, facts_.uid.data(), sizeof id);
        pool_->drop(id);
    }
    if (!trouble_) return;
    for (const auto id :
         {trouble_->status_reason, trouble_->status_message, trouble_->unscheduled_reason,
          trouble_->unscheduled_message, trouble_->disruption}) {
        pool_->drop(id);
    }
}

void PodRecord::keep_uid(const std::string& uid) {
    facts_.uid_is_text = !pack_uuid(uid, facts_.uid);
    if (!facts_.uid_is_text) return;
    const auto id = pool_->take(uid);
    facts_.uid = {};
    std::memcpy(facts_.uid.data(), &id, sizeof id);
}

std::string PodRecord::uid() const {
    if (!facts_.uid_is_text) return unpack_uuid(facts_.uid);
    Id id = 0;
    std::memcpy(&id, facts_.uid.data(), sizeof id);
    return text(id);
}

void PodRecord::keep_main(const ContainerStatus& status) {
    facts_.restarts = static_cast<std::uint16_t>(std::clamp(status.restart_count, 0, 0xffff));
    facts_.state = State::Silent;
    const auto keep_cause = [this](const Cause& cause) {
        facts_.reason = pool_->take(cause.reason);
        facts_.message = pool_->take(cause.message);
    };
    if (const auto* waiting = std::get_if<ContainerWaiting>(&status.state)) {
        facts_.state = State::Waiting;
        keep_cause(waiting->cause);
    } else if (const auto* running = std::get_if<ContainerRunning>(&status.state)) {
        facts_.state = State::Running;
        facts_.run_started = seconds_of(running->started_at);
    } else if (const auto* ended = std::get_if<ContainerTerminated>(&status.state)) {
        facts_.state = State::Terminated;
        keep_cause(ended->cause);
        facts_.exit_code = ended->exit_code;
        facts_.signal = static_cast<std::uint8_t>(std::clamp(ended->signal, 0, 0xff));
        facts_.run_started = seconds_of(ended->started_at);
        facts_.run_finished = seconds_of(ended->finished_at);
    }
}

std::optional<ContainerStatus> PodRecord::main() const {
    if (facts_.state == State::NoContainer) return std::nullopt;
    ContainerStatus status;
    status.restart_count = facts_.restarts;
    const auto cause = [this] {
        return Cause{.reason = text(facts_.reason), .message = text(facts_.message)};
    };
    switch (facts_.state) {
    case State::NoContainer:
    case State::Silent: break;
    case State::Waiting: status.state = ContainerWaiting{cause()}; break;
    case State::Running: status.state = ContainerRunning{time_of(facts_.run_started)}; break;
    case State::Terminated:
        status.state = ContainerTerminated{.exit_code = facts_.exit_code,
                                           .signal = facts_.signal,
                                           .cause = cause(),
                                           .started_at = time_of(facts_.run_started),
                                           .finished_at = time_of(facts_.run_finished)};
        break;
    }
    return status;
}

void PodRecord::keep_trouble(const Pod& pod) {
    if (pod.status == Cause{} && !pod.unscheduled && !pod.disruption) return;
    trouble_ = std::make_unique<Trouble>();
    trouble_->status_reason = pool_->take(pod.status.reason);
    trouble_->status_message = pool_->take(pod.status.message);
    if (pod.unscheduled) {
        trouble_->is_unscheduled = true;
        trouble_->unscheduled_reason = pool_->take(pod.unscheduled->reason);
        trouble_->unscheduled_message = pool_->take(pod.unscheduled->message);
    }
    if (pod.disruption) {
        trouble_->is_disrupted = true;
        trouble_->disruption = pool_->take(*pod.disruption);
    }
}

Pod PodRecord::expand(ObjectKey key, std::string resource_version) const {
    Pod pod;
    pod.key = std::move(key);
    pod.resource_version = std::move(resource_version);
    pod.uid = uid();
    for (std::size_t i = 0; i < facts_.label_count; ++i)
        pod.labels.push_back(text(facts_.labels[i]));
    if (facts_.has_owner)
        pod.controller = Owner{.kind = text(facts_.owner_kind),
                               .name = text(facts_.owner_name),
                               .uid = text(facts_.owner_uid)};
    pod.node = text(facts_.node);
    pod.created_at = time_of(facts_.created);
    pod.deletion_at = time_of(facts_.deletion);
    pod.started_at = time_of(facts_.started);
    pod.phase = phase();
    pod.ready = facts_.ready;
    pod.oom_killed = facts_.oom_killed;
    pod.main = main();
    if (!trouble_) return pod;
    pod.status = {.reason = text(trouble_->status_reason),
                  .message = text(trouble_->status_message)};
    if (trouble_->is_unscheduled)
        pod.unscheduled = Cause{.reason = text(trouble_->unscheduled_reason),
                                .message = text(trouble_->unscheduled_message)};
    if (trouble_->is_disrupted) pod.disruption = text(trouble_->disruption);
    return pod;
}

std::string PodRecord::label(std::size_t wanted) const {
    return wanted < facts_.label_count ? text(facts_.labels[wanted]) : std::string();
}

void PodRecord::swap(PodRecord& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(trouble_, other.trouble_);
    std::swap(facts_, other.facts_);
}

}  // namespace kube
