// The API server as net::Client has to be told of it. Pure.
#pragma once

#include "base/result.h"
#include "kube/cluster_config.h"
#include "net/http.h"

#include <string>
#include <vector>

namespace kube {

struct Endpoint {
    std::string base{};  // before each request's path; its host is the name on the certificate
    std::vector<std::string> connect_to{};  // net::ClientOptions
    net::Headers headers{};  // of every request: Host where it differs, impersonation
};

// Invalid: a server URL or TLS name that is none, impersonation that no header can carry.
base::Result<Endpoint> endpoint_of(const ClusterConfig& cluster);

}  // namespace kube
