// The address for probes and scrapers: /healthz, /readyz, /metrics, each where its source is given.
#pragma once

#include "base/result.h"
#include "net/server.h"
#include "operator/rights/rights.h"

#include <functional>
#include <memory>
#include <string>

namespace metrics {

struct EndpointSources {
    // Failure: 503 with the sentence. Quick; on the gate's thread.
    std::function<base::Result<>()> healthy{};
    std::function<base::Result<>()> ready{};
    // Quick (some ms), on the gate's thread or the one that `rights` answers on, even after the
    // endpoint is gone.
    std::function<std::string()> metrics{};
    // Who may read metrics ("get" on the path /metrics); nullptr: everybody that can connect.
    // Outlives the endpoint.
    rights::Rights* rights = nullptr;
};

// Bounded by small limits of its own gate: no bodies, few connections, one thread.
class Endpoint {
public:
    // Of `options` the address, port, certificate and key count. Failures as Gate::start.
    static base::Result<std::unique_ptr<Endpoint>> start(const net::GateOptions& options,
                                                         EndpointSources sources);
    int port() const { return gate_->port(); }
    base::Result<> reload_certificate() { return gate_->reload_certificate(); }

private:
    explicit Endpoint(EndpointSources sources)
        : sources_(std::make_shared<const EndpointSources>(std::move(sources))) {}
    net::Admission admit(const net::RequestHead& head);
    net::Admission admit_metrics(const net::RequestHead& head);

    const std::shared_ptr<const EndpointSources> sources_;
    std::unique_ptr<net::Gate> gate_;  // last: it asks the rest
};

}  // namespace metrics
