// Ingest in a cluster: behind TLS on an address of its own, for Pods that show their tokens.
#pragma once

#include "net/server.h"
#include "net/server_identity.h"
#include "operator/api/ingest.h"
#include "operator/api/pod_callers.h"
#include "operator/app/api_thread.h"
#include "operator/app/options.h"
#include "operator/control/desk.h"

#include <memory>

namespace app {

struct ClusterIngestOptions {
    Address address{};
    std::string issuer{};
    std::function<void(const api::IngestEvent&)> on_event{};
};

class ClusterIngest {
public:
    // Store, clock and identity outlive it; so does the API thread, which answers its questions.
    static base::Result<std::unique_ptr<ClusterIngest>>
    start(results::ResultStore& store, const base::Clock& clock,
          const net::ServerIdentity& identity, ApiThread& cluster, ClusterIngestOptions options);

    // Any thread.
    void order(const control::IngestOrder& order);
    void set_complete(bool complete) { callers_.set_complete(complete); }
    int port() const { return gate_->port(); }
    base::Result<> reload_certificate() { return gate_->reload_certificate(); }

private:
    ClusterIngest(results::ResultStore& store, const base::Clock& clock, ApiThread& cluster,
                  ClusterIngestOptions options);
    void refresh_keys();
    void review(std::string token);

    ApiThread& cluster_;
    api::TokenVerifier verifier_;
    api::PodCallers callers_;
    api::Ingest ingest_;
    std::unique_ptr<net::Gate> gate_;  // last: stops before what it hands requests to
};

}  // namespace app
