// A whole cluster in one thread: API server, scheduler and kubelets, runners, store, and the
// operator that is tried.
#pragma once

#include "base/json_fwd.h"
#include "sim/checks.h"
#include "sim/kubelet.h"
#include "sim/operator_host.h"
#include "sim/stage.h"

#include <functional>
#include <optional>
#include <string>

namespace sim {

struct WorldOptions {
    std::uint64_t seed = 1;
    ChooseFault choose{};
    std::function<void(const std::string&)> trace{};
    scan::SyntheticOptions work{};
    int units_per_chunk = 2;
    int backoff_limit = 2;
    bool election = false;
};

class World {
public:
    explicit World(WorldOptions options);

    static constexpr auto kNamespace = "scans";

    // `spec` as a user writes it.
    void create_job(const std::string& name, base::Json spec);
    void delete_job(const std::string& name, kube::Propagation how = kube::Propagation::Background);
    void edit_spec(const std::string& name, const std::function<void(base::Json&)>& change);
    // Somebody else's Pod with the labels of this job's first run: it must stay as it is.
    void add_foreign_pod(const std::string& name);
    // nullptr: not there.
    const base::Json* job(const std::string& name) const;
    // Null: none yet.
    base::Json status(const std::string& name) const;
    bool has_ended(const std::string& name) const;

    void start() { host.start(); }
    void run_for(base::Duration time);
    // False: not within that time.
    bool run_until(const std::function<bool()>& is_so, base::Duration limit);
    // Called after each thing that happens; for mischief.
    std::function<void()> after_step{};

    Stage stage;
    OperatorHost host;
    Kubelet kubelet;
    Checks checks;

private:
    bool step(base::Duration until);
    void sweep();
    void bookmark();
};

}  // namespace sim
