// What the operator serves beside ingest: probes, metrics and REST, each on an address of its own.
#pragma once

#include "kube/cluster_config.h"
#include "net/server_identity.h"
#include "operator/app/options.h"
#include "operator/app/probes.h"
#include "operator/app/review_sender.h"
#include "operator/app/telemetry.h"
#include "operator/metrics/endpoint.h"
#include "operator/rest/rest.h"

#include <memory>

namespace app {

// /healthz and /readyz over plain HTTP: the kubelet asks, and nothing is told to it. nullptr where
// the flag is empty. `probes` outlive it.
base::Result<std::unique_ptr<metrics::Endpoint>> start_probes(const OperatorFlags& flags,
                                                              const Probes& probes);

class Front {
public:
    // All of these outlive it. Failures as those of Gate and Rest.
    struct Parts {
        const OperatorFlags& flags;
        const kube::ClusterConfig& cluster;
        const net::ServerIdentity& identity;
        results::ResultStore& store;
        base::os::Path runs{};  // folder of merged results
        Telemetry& telemetry;
        const base::Clock& clock;
    };
    static base::Result<std::unique_ptr<Front>> start(Parts parts);
    ~Front();  // within a second or two, whoever is still being answered

    base::Result<> reload_certificate();

private:
    Front(std::unique_ptr<ReviewSender> reviews, const Parts& parts);
    base::Result<> open(const Parts& parts);

    // In order of dependence: what comes later ends first.
    std::unique_ptr<ReviewSender> reviews_;
    rights::ReviewedRights rights_;
    rest::StoreRuns runs_;
    std::unique_ptr<rest::Rest> rest_;
    std::unique_ptr<metrics::Endpoint> metrics_;
    std::unique_ptr<net::Gate> gate_;
};

}  // namespace app
