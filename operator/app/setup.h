// What the operator finds out before it starts: which cluster, whose tokens, which certificate.
#pragma once

#include "base/os/signals.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "kube/connection.h"
#include "net/server_identity.h"
#include "operator/app/options.h"
#include "operator/app/probes.h"

#include <memory>
#include <optional>
#include <string>

namespace app {

base::Result<kube::ClusterConfig> cluster_of(const OperatorFlags& flags);
// "host:port" of the API server, for metrics; empty: no URL.
std::string host_of(const kube::ClusterConfig& cluster);

// Whose tokens the cluster's Pods have: asked of the cluster, else read from our own token. Waits
// for an API server that is away, and says so in /readyz. nullopt: asked to stop meanwhile.
base::Result<std::optional<std::string>> wait_for_issuer(kube::Connection& connection,
                                                         const kube::ClusterConfig& cluster,
                                                         Probes& probes,
                                                         base::os::SignalWatch& signals);

base::Result<std::unique_ptr<net::IdentityKeeper>>
identity_of(const OperatorFlags& flags, const base::os::Path& data, base::Instant now);

}  // namespace app
