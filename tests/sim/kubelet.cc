#include "sim/kubelet.h"

#include "base/json.h"
#include "base/text.h"
#include "operator/control/names.h"

#include <fmt/format.h>

#include <charconv>

namespace sim {

using base::Json;
using fakes::kube_time;

namespace {

constexpr int kPlaceLeast = 10;
constexpr int kPlaceMost = 80;
constexpr int kStartLeast = 200;
constexpr int kStartMost = 900;
// The kubelet tells the API server of an end.
constexpr int kTellLeast = 5;
constexpr int kTellMost = 60;
constexpr int kNodeGoneLeast = 40'000;
constexpr int kNodeGoneMost = 200'000;
// A Pod whose volumes cannot be mounted is tried again.
constexpr base::Duration kMountEvery{2'000};

std::int64_t int_of(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string variable(const Json& pod, std::string_view name) {
    const Json& container = pod["spec"]["containers"][0];
    for (const Json& one : container["env"]) {
        if (base::get_string(one, "name") == name) return base::get_string(one, "value");
    }
    return {};
}

Json condition(std::string_view type, std::string_view status, std::string_view reason) {
    return {{"type", type}, {"status", status}, {"reason", reason}};
}

void set_container(Json& pod, Json state) {
    pod["status"]["containerStatuses"] =
        Json::array({{{"name", "runner"}, {"state", std::move(state)}, {"restartCount", 0}}});
}

Json terminated(const RunnerExit& exit, base::Instant from, base::Instant to) {
    Json out = {{"exitCode", exit.code},
                {"reason", exit.oom_killed  ? "OOMKilled"
                           : exit.code == 0 ? "Completed"
                                            : "Error"},
                {"startedAt", kube_time(from)},
                {"finishedAt", kube_time(to)}};
    if (exit.signal != 0) out["signal"] = exit.signal;
    if (!exit.message.empty()) out["message"] = exit.message;
    return {{"terminated", std::move(out)}};
}

}  // namespace

Kubelet::Kubelet(Stage& stage, IngestDesk& ingest, scan::SyntheticOptions work,
                 scan::PlanDocument plan)
    : stage_(stage), ingest_(ingest), work_(std::move(work)), plan_(std::move(plan)) {}

Kubelet::Pod* Kubelet::find(const kube::ObjectKey& key, const std::string& uid) {
    const auto found = pods_.find(key);
    if (found == pods_.end() || found->second.uid != uid || found->second.silent) return nullptr;
    return &found->second;
}

void Kubelet::poll() {
    const auto& history = stage_.server.history();
    while (seen_ < history.size()) {
        // A copy: what is done about it changes the history.
        const auto change = history[seen_++];
        if (change.kind->resource == kube::kPods) take(change);
    }
}

void Kubelet::take(const fakes::FakeApiServer::Change& change) {
    using Type = fakes::FakeApiServer::Change::Type;
    const Json& metadata = (*change.object)["metadata"];
    const auto uid = base::get_string(metadata, "uid");
    if (change.type == Type::Added) {
        // Somebody else's Pods are somebody else's.
        if (base::get_string((*change.object)["spec"], "serviceAccountName") !=
            control::kRunnerAccount)
            return;
        pods_[change.key] = {.uid = uid};
        stage_.agenda.after(stage_.between(kPlaceLeast, kPlaceMost),
                            [this, key = change.key, uid] { place(key, uid); });
        return;
    }
    Pod* pod = find(change.key, uid);
    if (pod == nullptr) return;
    if (change.type == Type::Deleted) {
        if (pod->runner) pod->runner->kill();
        pods_.erase(change.key);
    } else if (metadata.contains("deletionTimestamp") && !pod->ending) {
        terminate(change.key, *pod, base::get_int(metadata, "deletionGracePeriodSeconds"));
    }
}

void Kubelet::place(const kube::ObjectKey& key, const std::string& uid) {
    Pod* pod = find(key, uid);
    if (pod == nullptr || pod->ending) return;
    pod->placed = true;
    stage_.server.edit(
        kube::kPods, key,
        [&](Json& object) {
            object["spec"]["nodeName"] = "n1";
            object["status"]["startTime"] = kube_time(stage_.agenda.wall());
            object["status"]["conditions"] = Json::array({condition("PodScheduled", "True", "")});
            set_container(object, {{"waiting", {{"reason", "ContainerCreating"}}}});
        },
        stage_.agenda.wall());
    const Json* object = stage_.server.find(kube::kPods, key);
    const auto limit = base::get_int((*object)["spec"], "activeDeadlineSeconds");
    stage_.agenda.after(std::chrono::seconds(limit), [this, key, uid] {
        Pod* late = find(key, uid);
        if (late == nullptr || late->ending) return;
        if (late->runner && late->runner->is_over()) return;
        if (late->runner) late->runner->kill();
        fail(key, "DeadlineExceeded", "Pod was active on the node longer than the limit");
    });
    stage_.agenda.after(stage_.between(kStartLeast, kStartMost),
                        [this, key, uid] { run(key, uid); });
}

RunnerOptions Kubelet::options_of(const Json& pod) const {
    const Json& metadata = pod["metadata"];
    RunnerOptions out{.namespace_ = base::get_string(metadata, "namespace"),
                      .pod = base::get_string(metadata, "name"),
                      .uid = base::get_string(metadata, "uid"),
                      .work = work_,
                      .plan = plan_};
    const auto run = variable(pod, "SCANFLEET_RUN");
    const auto parts = base::split(run, '/');
    if (parts.size() == 3)
        out.attempt.run = {std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
    const auto attempt = variable(pod, "SCANFLEET_ATTEMPT");
    const auto colon = std::min(attempt.find(':'), attempt.size());
    out.attempt.chunk =
        attempt.starts_with('d') ? -1 : int_of(std::string_view(attempt).substr(0, colon));
    if (colon < attempt.size())
        out.attempt.attempt = static_cast<int>(int_of(std::string_view(attempt).substr(colon + 1)));
    out.limit = std::chrono::seconds(int_of(variable(pod, "SCANFLEET_LIMIT_SECONDS")));
    return out;
}

void Kubelet::run(const kube::ObjectKey& key, const std::string& uid) {
    Pod* pod = find(key, uid);
    const Json* object = stage_.server.find(kube::kPods, key);
    if (pod == nullptr || pod->ending || object == nullptr) return;
    for (const Json& volume : (*object)["spec"]["volumes"]) {
        const Json* map = base::find(volume, "configMap");
        if (map == nullptr) continue;
        if (stage_.server.find(kube::kConfigMaps, {key.namespace_, base::get_string(*map, "name")}))
            continue;
        stage_.tell(key.name, "waits for its ConfigMap");
        return stage_.agenda.after(kMountEvery, [this, key, uid] { run(key, uid); });
    }
    pod->started_at = stage_.agenda.wall();
    pod->runner = std::make_shared<Runner>(
        stage_, ingest_, options_of(*object), [this, key, uid](const RunnerExit& exit) {
            stage_.agenda.after(stage_.between(kTellLeast, kTellMost),
                                [this, key, uid, exit] { ended(key, uid, exit); });
        });
    stage_.server.edit(
        kube::kPods, key,
        [&](Json& changed) {
            changed["status"]["phase"] = "Running";
            set_container(changed, {{"running", {{"startedAt", kube_time(pod->started_at)}}}});
        },
        stage_.agenda.wall());
    stage_.tell(key.name, "runs");
    pod->runner->start();
}

void Kubelet::ended(const kube::ObjectKey& key, const std::string& uid, const RunnerExit& exit) {
    Pod* pod = find(key, uid);
    if (pod == nullptr) return;
    stage_.server.edit(
        kube::kPods, key,
        [&](Json& object) {
            object["status"]["phase"] = exit.code == 0 ? "Succeeded" : "Failed";
            set_container(object, terminated(exit, pod->started_at, stage_.agenda.wall()));
        },
        stage_.agenda.wall());
    if (pod->ending) stage_.server.remove(kube::kPods, key, stage_.agenda.wall());
}

void Kubelet::fail(const kube::ObjectKey& key, std::string_view reason, std::string_view message) {
    stage_.server.edit(
        kube::kPods, key,
        [&](Json& object) {
            object["status"]["phase"] = "Failed";
            object["status"]["reason"] = reason;
            object["status"]["message"] = message;
        },
        stage_.agenda.wall());
}

void Kubelet::terminate(const kube::ObjectKey& key, Pod& pod, std::int64_t grace) {
    pod.ending = true;
    const auto gone = [this, key, uid = pod.uid] {
        Pod* same = find(key, uid);
        if (same == nullptr) return;
        if (same->runner) same->runner->kill();
        stage_.server.remove(kube::kPods, key, stage_.agenda.wall());
    };
    const bool runs = pod.runner && !pod.runner->is_over();
    if (!runs) return stage_.agenda.after(stage_.between(kTellLeast, kTellMost), gone);
    pod.runner->terminate();
    stage_.agenda.after(std::chrono::seconds(grace), gone);
}

// ---- mischief ----

std::vector<kube::ObjectKey> Kubelet::running() const {
    std::vector<kube::ObjectKey> out;
    for (const auto& [key, pod] : pods_) {
        if (pod.runner && !pod.runner->is_over() && !pod.ending && !pod.silent) out.push_back(key);
    }
    return out;
}

void Kubelet::disrupt(const kube::ObjectKey& key, std::string_view reason) {
    stage_.server.edit(
        kube::kPods, key,
        [&](Json& object) {
            object["status"]["conditions"].push_back(condition("DisruptionTarget", "True", reason));
        },
        stage_.agenda.wall());
    delete_pod(key, false);
}

void Kubelet::evict(const kube::ObjectKey& pod) { disrupt(pod, "EvictionByEvictionAPI"); }
void Kubelet::preempt(const kube::ObjectKey& pod) { disrupt(pod, "PreemptionByScheduler"); }

void Kubelet::lose_node(const kube::ObjectKey& key) {
    const auto found = pods_.find(key);
    if (found == pods_.end()) return;
    stage_.tell(key.name, "its node is lost");
    found->second.silent = true;
    // The node goes on, or is dead: nobody here knows.
    if (found->second.runner && stage_.one_in(2)) found->second.runner->kill();
    delete_pod(key, false);
    // The cluster's Pod garbage collector, when the node object is gone.
    stage_.agenda.after(stage_.between(kNodeGoneLeast, kNodeGoneMost),
                        [this, key, uid = found->second.uid] {
                            const Json* object = stage_.server.find(kube::kPods, key);
                            if (object == nullptr) return;
                            if (base::get_string((*object)["metadata"], "uid") == uid)
                                stage_.server.remove(kube::kPods, key, stage_.agenda.wall());
                        });
}

void Kubelet::kill_runner(const kube::ObjectKey& key) {
    const auto found = pods_.find(key);
    if (found == pods_.end() || !found->second.runner || found->second.runner->is_over()) return;
    found->second.runner->kill();
    ended(key, found->second.uid, {.code = 137, .signal = 9, .message = {}});
}

void Kubelet::delete_pod(const kube::ObjectKey& pod, bool force) {
    stage_.tell(pod.name, force ? "is deleted by force" : "is deleted by somebody");
    kube::DeleteOptions options;
    if (force) options.grace_period_seconds = 0;
    stage_.server.handle(kube::remove(kube::kPods, pod, options), stage_.agenda.wall());
}

}  // namespace sim
