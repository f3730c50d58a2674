// Which attempts live: what Pods tell.
#include "kube/version.h"
#include "operator/control/names.h"
#include "operator/control/run.h"
#include "operator/observe/observe.h"

namespace control {

using core::Attempt;
using core::Phase;

// Where somebody changed its labels, a Pod is by its name not the attempt it claims to be.
bool Run::is_labelled(const kube::Pod& pod, const core::AttemptId& id) const {
    return pod.labels.size() >= 4 && pod.labels[1] == key_.run_id &&
           attempt_from_labels(pod.labels[2], pod.labels[3]) == id &&
           pod.key.name == pod_name(key_, id);
}

void Run::take_pod(const kube::Pod& pod, base::Instant now, Desk& desk) {
    if (!pod.controller || pod.controller->uid != job_.uid || pod.labels.size() < 4) return;
    const auto id = attempt_from_labels(pod.labels[2], pod.labels[3]);
    if (!id || !is_labelled(pod, *id)) return;
    const bool is_new = !pods_.contains(*id) || pods_[*id].uid.empty();
    PodRecord& record = pods_[*id];
    const bool older = record.uid == pod.uid && record.version != pod.resource_version &&
                       kube::covers(record.version, pod.resource_version);
    if (older) return;
    record.uid = pod.uid;
    record.version = pod.resource_version;
    record.deletion_at = pod.deletion_at;
    record.facts = pod;
    if (is_finished() && !pod.deletion_at) seen_.objects_left = true;
    if (!opened_) return;  // told again when the run is known
    Attempt* attempt = observe::find_attempt(seen_, *id);
    if (attempt == nullptr) {
        // A Pod of this run that no plan knows: the plan is lost, or somebody forged it.
        seen_.plan_promised = true;
        return;
    }
    starts_.erase(*id);
    if (attempt->phase == Phase::Ended) {
        const Phase phase = phase_of(pod, now);
        if (phase == Phase::Ended) return;
        // It lives: its end was recorded and not carried out, or it was created late.
        attempt->phase = phase;
        if (!attempt->end_recorded) attempt->end.reset();
    }
    if (!record.expected) {
        record.expected = true;
        desk.ingest.emplace_back(ExpectAttempt{key_of(*id), pod.key.name, pod.uid});
    }
    note_pod(*attempt, pod, now, desk);
    const bool lives = attempt->phase != Phase::Ended && !pod.deletion_at;
    if (is_new && lives && stopping_.contains(*id))
        errands_.push_back({.purpose = Purpose::Delete, .attempt = *id});
}

void Run::note_pod(Attempt& attempt, const kube::Pod& pod, base::Instant now, Desk& desk) {
    const Phase phase = phase_of(pod, now);
    if (const auto started = run_start_of(pod); started && !attempt.started_at)
        attempt.started_at = *started;
    attempt.hold = hold_of(pod);
    if (attempt.hold == core::Hold::None && missing_mounts_.contains(attempt.id)) {
        attempt.hold = core::Hold::MissingConfig;
        attempt.hold_message = missing_mounts_[attempt.id];
    } else {
        attempt.hold_message = hold_message(pod);
    }
    if (phase == Phase::Running && !attempt.started_at) attempt.started_at = now;
    if (phase != Phase::Ended) {
        if (attempt.phase != Phase::Stopping || phase == Phase::Stopping) attempt.phase = phase;
        return;
    }
    StoreFacts stored;
    if (const auto commit = commits_.find(attempt.id); commit != commits_.end())
        stored.commit = commit->second;
    stored.plan_accepted = attempt.id.chunk == core::kDiscovery && attempt.committed_at.has_value();
    end_attempt(attempt.id, end_of_pod(pod, stored, now), desk);
}

void Run::pod_gone(std::string_view name, Desk& desk) {
    for (auto it = pods_.begin(); it != pods_.end(); ++it) {
        if (pod_name(key_, it->first) != name) continue;
        const auto id = it->first;
        const Attempt* attempt = opened_ ? observe::find_attempt(seen_, id) : nullptr;
        if (attempt == nullptr || attempt->phase == Phase::Ended) {
            pods_.erase(it);
        } else if (attempt->end_recorded) {
            pods_.erase(it);
            end_attempt(id, *attempt->end, desk);
        } else if (!it->second.verifying) {
            // A stale list would say so too: only a live answer counts.
            it->second.verifying = true;
            errands_.push_back({.purpose = Purpose::Verify, .attempt = id});
        }
        return;
    }
}

void Run::take_foreign(const kube::Pod& pod, bool gone) {
    if (pod.labels.size() < 2 || pod.labels[0] != key_.job || pod.labels[1] != key_.run_id) return;
    if (pod.key.namespace_ != key_.namespace_) return;
    if (gone) {
        foreign_.erase(pod.key.name);
    } else {
        foreign_.insert(pod.key.name);
    }
}

std::vector<kube::Pod> Run::known_pods() const {
    std::vector<kube::Pod> out;
    for (const auto& [id, record] : pods_) {
        if (!record.uid.empty()) out.push_back(record.facts);
    }
    return out;
}

void Run::pods_listed(const std::set<kube::ObjectKey>& listed, Desk& desk) {
    std::vector<std::string> missing;
    for (const auto& [id, record] : pods_) {
        auto name = pod_name(key_, id);
        if (!record.uid.empty() && !listed.contains({key_.namespace_, name}))
            missing.push_back(std::move(name));
    }
    for (const auto& name : missing) pod_gone(name, desk);
}

}  // namespace control
