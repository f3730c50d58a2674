// Scheduler and kubelets of a small cluster: Pods get a node, run, end, and go, by what the API
// server has. It sees every change at once and in order.
//
// Gaps: one node that takes everything; images are there; volumes are not looked at (the ConfigMap
// has to be there, else the Pod waits); no resources, no probes; one container.
#pragma once

#include "sim/runner.h"
#include "sim/stage.h"

#include <map>
#include <memory>
#include <string>

namespace sim {

class Kubelet {
public:
    // `work`: what runners do, of whatever job.
    Kubelet(Stage& stage, IngestDesk& ingest, scan::SyntheticOptions work, scan::PlanDocument plan);

    // Looks at what has changed since the last time.
    void poll();

    // ---- mischief ----
    std::vector<kube::ObjectKey> running() const;
    void evict(const kube::ObjectKey& pod);  // by the eviction API: condition, then deleted
    void preempt(const kube::ObjectKey& pod);
    void lose_node(const kube::ObjectKey& pod);    // its node says nothing any more
    void kill_runner(const kube::ObjectKey& pod);  // SIGKILL
    void delete_pod(const kube::ObjectKey& pod, bool force);

private:
    struct Pod {
        std::string uid{};
        bool placed = false;
        bool ending = false;
        bool silent = false;
        std::shared_ptr<Runner> runner{};
        base::Instant started_at{};
    };

    void take(const fakes::FakeApiServer::Change& change);
    void place(const kube::ObjectKey& key, const std::string& uid);
    void run(const kube::ObjectKey& key, const std::string& uid);
    void ended(const kube::ObjectKey& key, const std::string& uid, const RunnerExit& exit);
    void fail(const kube::ObjectKey& key, std::string_view reason, std::string_view message);
    void terminate(const kube::ObjectKey& key, Pod& pod, std::int64_t grace);
    void disrupt(const kube::ObjectKey& key, std::string_view reason);
    RunnerOptions options_of(const base::Json& pod) const;
    Pod* find(const kube::ObjectKey& key, const std::string& uid);

    Stage& stage_;
    IngestDesk& ingest_;
    scan::SyntheticOptions work_;
    scan::PlanDocument plan_;
    std::map<kube::ObjectKey, Pod> pods_{};
    std::size_t seen_ = 0;  // of the server's history
};

}  // namespace sim
