#include "operator/control/pod_template.h"

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/control/pod_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace control {
namespace {

using base::Json;

constexpr std::int64_t kRunnerUser = 65532;
// The runner flushes within 5 s of SIGTERM; the rest is the kubelet's.
constexpr std::int64_t kTerminationGraceSeconds = 30;
// Kubernetes counts from before the image pull, the runner's own clock comes first.
constexpr std::int64_t kPodGraceSeconds = 30;

Json labels_of(const results::RunKey& run) {
    return {{"app.kubernetes.io/name", "scanfleet-runner"},
            {"app.kubernetes.io/managed-by", kManagedBy},
            {std::string(kJobLabel), run.job},
            {std::string(kRunLabel), run.run_id}};
}

Json owner_of(const JobOwner& owner) {
    return Json::array({{{"apiVersion", kGroupVersion},
                         {"kind", "ScanJob"},
                         {"name", owner.name},
                         {"uid", owner.uid},
                         {"controller", true},
                         {"blockOwnerDeletion", true}}});
}

std::string seconds_text(base::Duration limit) {
    return limit.count() % 1'000 == 0
               ? fmt::to_string(limit.count() / 1'000)
               : fmt::format("{}.{:03}", limit.count() / 1'000, limit.count() % 1'000);
}

Json variable(std::string_view name, std::string_view value) {
    return {{"name", name}, {"value", value}};
}

Json environment(const PodSettings& settings, const results::RunKey& run,
                 const core::StartAttempt& start) {
    const auto attempt = start.id.chunk == core::kDiscovery
                             ? fmt::format("d:{}", start.id.attempt)
                             : fmt::format("{}:{}", start.id.chunk, start.id.attempt);
    Json out = Json::array();
    out.push_back(variable("SCANFLEET_INGEST_URL", settings.ingest_url));
    out.push_back(
        variable("SCANFLEET_RUN", fmt::format("{}/{}/{}", run.namespace_, run.job, run.run_id)));
    out.push_back(variable("SCANFLEET_ATTEMPT", attempt));
    out.push_back(variable("SCANFLEET_LIMIT_SECONDS", seconds_text(start.limit)));
    out.push_back(variable("SCANFLEET_LOG_FORMAT", "json"));
    return out;
}

struct Volumes {
    Json volumes = Json::array();
    Json mounts = Json::array();

    // `where` below /scan. Folders, never subPath: a subPath mount is not refreshed.
    void add(Json source, const std::string& name, const std::string& where, bool read_only) {
        source["name"] = name;
        volumes.push_back(std::move(source));
        Json mount = {{"name", name}, {"mountPath", where}};
        if (read_only) mount["readOnly"] = true;
        mounts.push_back(std::move(mount));
    }
};

Json auth_source(const PodSettings& settings, const results::RunKey& run) {
    Json sources = Json::array({{{"serviceAccountToken",
                                  {{"path", "token"},
                                   {"audience", settings.token_audience},
                                   {"expirationSeconds", settings.token_seconds}}}}});
    if (!settings.ingest_ca.empty()) {
        sources.push_back({{"configMap",
                            {{"name", input_name(run)},
                             {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}});
    }
    return {{"projected", {{"defaultMode", 0440}, {"sources", std::move(sources)}}}};
}

// ConfigMaps and Secrets that the scanner's options name, mounted at config/<name>.
void add_config(const scan::Job& job, Volumes& out) {
    const auto* api = std::get_if<scan::ApiOptions>(&job.spec.scanner);
    if (api == nullptr) return;
    if (const auto& ref = api->spec_config_map_ref) {
        out.add({{"configMap", {{"name", ref->name}, {"defaultMode", 0440}}}}, "config-map",
                "/scan/config/" + ref->name, true);
    }
    if (const auto& ref = api->spec_secret_ref) {
        out.add({{"secret", {{"secretName", ref->name}, {"defaultMode", 0440}}}}, "config-secret",
                "/scan/config/" + ref->name, true);
    }
}

Volumes volumes_of(const PodSettings& settings, const scan::Job& job, const results::RunKey& run) {
    Volumes out;
    out.add({{"emptyDir", {{"sizeLimit", "1Gi"}}}}, "work", "/scan", false);
    const Json items = Json::array({{{"key", "job.json"}, {"path", "job.json"}}});
    out.add({{"configMap", {{"name", input_name(run)}, {"defaultMode", 0440}, {"items", items}}}},
            "in", "/scan/in", true);
    out.add(auth_source(settings, run), "auth", "/scan/auth", true);
    for (std::size_t i = 0; i < job.spec.credentials.size(); ++i) {
        const auto& credential = job.spec.credentials[i];
        out.add({{"secret", {{"secretName", credential.secret_name}, {"defaultMode", 0440}}}},
                fmt::format("credential-{}", i), "/scan/credentials/" + credential.name, true);
    }
    add_config(job, out);
    return out;
}

Json container_of(const PodSettings& settings, const scan::Job& job, const results::RunKey& run,
                  const core::StartAttempt& start, Json mounts) {
    const bool discovers = start.id.chunk == core::kDiscovery;
    return {
        {"name", kRunnerContainer},
        {"image", job.spec.runner.image.empty() ? settings.runner_image : job.spec.runner.image},
        {"imagePullPolicy", settings.image_pull_policy},
        {"args", Json::array({discovers ? "discover" : "run", "--work", "/scan"})},
        {"env", environment(settings, run, start)},
        {"resources", resources_of(settings.limits, job.spec.runner, start.memory_percent)},
        {"securityContext",
         {{"allowPrivilegeEscalation", false},
          {"readOnlyRootFilesystem", true},
          {"runAsNonRoot", true},
          {"runAsUser", kRunnerUser},
          {"capabilities", {{"drop", Json::array({"ALL"})}}},
          {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
        {"volumeMounts", std::move(mounts)}};
}

std::string account_of(const scan::Job& job) {
    const auto& named = job.spec.runner.service_account_name;
    return named.empty() ? std::string(kRunnerAccount) : named;
}

void add_placement(Json& spec, const scan::RunnerSettings& runner) {
    if (!runner.node_selector.empty()) spec["nodeSelector"] = runner.node_selector;
    if (!runner.priority_class_name.empty()) spec["priorityClassName"] = runner.priority_class_name;
    for (const auto& secret : runner.image_pull_secrets)
        spec["imagePullSecrets"].push_back({{"name", secret.name}});
}

std::int64_t pod_deadline_seconds(const scan::Job& job, const core::StartAttempt& start) {
    const auto limit = (start.limit.count() + 999) / 1'000;
    return job.spec.chunks.start_deadline.count() + limit + kPodGraceSeconds;
}

}  // namespace

std::string pod_json(const PodSettings& settings, const JobOwner& owner, const scan::Job& job,
                     const results::RunKey& run, const core::StartAttempt& start) {
    Json labels = labels_of(run);
    labels[std::string(kChunkLabel)] = chunk_label(start.id);
    labels[std::string(kAttemptLabel)] = fmt::to_string(start.id.attempt);
    Volumes volumes = volumes_of(settings, job, run);
    Json spec = {{"restartPolicy", "Never"},
                 {"activeDeadlineSeconds", pod_deadline_seconds(job, start)},
                 {"terminationGracePeriodSeconds", kTerminationGraceSeconds},
                 {"serviceAccountName", account_of(job)},
                 {"automountServiceAccountToken", false},
                 {"enableServiceLinks", false},
                 {"securityContext",
                  {{"runAsNonRoot", true},
                   {"runAsUser", kRunnerUser},
                   {"runAsGroup", kRunnerUser},
                   {"fsGroup", kRunnerUser},
                   {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
                 {"tolerations", tolerations_of(job.spec.runner)},
                 {"containers", Json::array({container_of(settings, job, run, start,
                                                          std::move(volumes.mounts))})},
                 {"volumes", std::move(volumes.volumes)}};
    add_placement(spec, job.spec.runner);
    return base::dump_json({{"apiVersion", "v1"},
                            {"kind", "Pod"},
                            {"metadata",
                             {{"name", pod_name(run, start.id)},
                              {"namespace", run.namespace_},
                              {"labels", std::move(labels)},
                              {"ownerReferences", owner_of(owner)}}},
                            {"spec", spec}});
}

std::string input_json(const PodSettings& settings, const JobOwner& owner, const scan::Job& job,
                       const results::RunKey& run) {
    Json data = {{"job.json", scan::job_to_json(job)}};
    if (!settings.ingest_ca.empty()) data["ca.crt"] = settings.ingest_ca;
    return base::dump_json({{"apiVersion", "v1"},
                            {"kind", "ConfigMap"},
                            {"metadata",
                             {{"name", input_name(run)},
                              {"namespace", run.namespace_},
                              {"labels", labels_of(run)},
                              {"ownerReferences", owner_of(owner)}}},
                            {"immutable", true},
                            {"data", std::move(data)}});
}

std::string runner_account_json(std::string_view namespace_) {
    return base::dump_json({{"apiVersion", "v1"},
                            {"kind", "ServiceAccount"},
                            {"metadata",
                             {{"name", kRunnerAccount},
                              {"namespace", namespace_},
                              {"labels", {{"app.kubernetes.io/managed-by", kManagedBy}}}}},
                            {"automountServiceAccountToken", false}});
}

}  // namespace control
