#include "sim/world.h"

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/control/scan_job.h"
#include "scan/synthetic.h"

#include <utility>

namespace sim {

using base::Json;

namespace {

// The garbage collector hears of it by a watch, and works through a queue.
constexpr base::Duration kSweepEvery{1'500};
// API servers send them about once a minute.
constexpr base::Duration kBookmarkEvery{55'000};

control::ControllerOptions options_of(const WorldOptions& options) {
    control::ControllerOptions out;
    out.run.pods.runner_image = "scanfleet-runner:test";
    out.run.pods.ingest_url = "https://ingest.test:8443";
    out.run.pods.ingest_ca = "-----BEGIN CERTIFICATE-----\n";
    out.events.controller = "scanfleet.dev/operator";
    out.events.instance = "operator-0";
    if (options.election) {
        out.election.emplace();
        out.election->lease = {.namespace_ = "scanfleet-system", .name = "scanfleet-operator"};
    }
    return out;
}

// What a discovery Pod would find.
scan::PlanDocument plan_of(const WorldOptions& options) {
    scan::JobSpec spec;
    spec.scanner = options.work;
    spec.chunks.max_units = options.units_per_chunk;
    auto plan = scan::plan_synthetic(spec);
    return plan ? std::move(*plan) : scan::PlanDocument{};
}

}  // namespace

World::World(WorldOptions options)
    : stage(options.seed, options.choose), host(stage, options_of(options)),
      kubelet(stage, host.ingest(), options.work, plan_of(options)),
      checks(stage, {.backoff_limit = options.backoff_limit,
                     .findings_per_unit = options.work.findings_per_unit}) {
    stage.trace = std::move(options.trace);
    sweep();
    bookmark();
}

void World::sweep() {
    stage.agenda.after(kSweepEvery, [this] {
        stage.server.collect_garbage(stage.agenda.wall());
        sweep();
    });
}

void World::bookmark() {
    stage.agenda.after(kBookmarkEvery, [this] {
        stage.server.send_bookmarks();
        bookmark();
    });
}

void World::create_job(const std::string& name, Json spec) {
    const Json object = {{"apiVersion", control::kScanJobs.api_version()},
                         {"kind", control::kScanJobs.kind},
                         {"metadata", {{"name", name}, {"namespace", kNamespace}}},
                         {"spec", std::move(spec)}};
    stage.tell("user", "creates " + name);
    stage.server.handle(kube::create(control::kScanJobs, kNamespace, base::dump_json(object)),
                        stage.agenda.wall());
}

void World::delete_job(const std::string& name, kube::Propagation how) {
    stage.tell("user", "deletes " + name);
    kube::DeleteOptions options;
    options.propagation = how;
    stage.server.handle(kube::remove(control::kScanJobs, {kNamespace, name}, options),
                        stage.agenda.wall());
}

void World::edit_spec(const std::string& name, const std::function<void(Json&)>& change) {
    stage.tell("user", "edits " + name);
    stage.server.edit(
        control::kScanJobs, {kNamespace, name},
        [&](Json& object) {
            change(object["spec"]);
            object["metadata"]["generation"] = base::get_int(object["metadata"], "generation") + 1;
        },
        stage.agenda.wall());
}

void World::add_foreign_pod(const std::string& name) {
    const Json* object = job(name);
    if (object == nullptr) return;
    constexpr auto kUid = "00000000-0000-4000-9000-000000000001";
    checks.is_foreign(kUid);
    const Json labels = {{"app.kubernetes.io/managed-by", control::kManagedBy},
                         {std::string(control::kJobLabel), name},
                         {std::string(control::kRunLabel), (*object)["metadata"]["uid"]},
                         {std::string(control::kChunkLabel), "0"},
                         {std::string(control::kAttemptLabel), "1"}};
    stage.server.put(kube::kPods,
                     {{"metadata",
                       {{"name", name + "-namesake"},
                        {"namespace", kNamespace},
                        {"uid", kUid},
                        {"labels", labels}}},
                      {"spec", {{"serviceAccountName", "default"}, {"nodeName", "n2"}}},
                      {"status", {{"phase", "Running"}}}},
                     stage.agenda.wall());
}

const Json* World::job(const std::string& name) const {
    return stage.server.find(control::kScanJobs, {kNamespace, name});
}

Json World::status(const std::string& name) const {
    const Json* object = job(name);
    const Json* found = object == nullptr ? nullptr : base::find(*object, "status");
    return found == nullptr ? Json() : *found;
}

// Asked after each step: nothing is copied.
bool World::has_ended(const std::string& name) const {
    const Json* object = job(name);
    const Json* found = object == nullptr ? nullptr : base::find(*object, "status");
    return found != nullptr && found->contains("outcome");
}

bool World::step(base::Duration until) {
    if (!stage.agenda.step(until)) return false;
    kubelet.poll();
    if (after_step) after_step();
    kubelet.poll();
    checks.poll();
    host.poll_watches();
    return true;
}

void World::run_for(base::Duration time) {
    const auto until = stage.agenda.passed() + time;
    while (step(until)) {
    }
}

bool World::run_until(const std::function<bool()>& is_so, base::Duration limit) {
    const auto until = stage.agenda.passed() + limit;
    while (!is_so()) {
        if (!step(until)) return is_so();
    }
    return true;
}

}  // namespace sim
