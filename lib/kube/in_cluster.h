// The cluster a Pod runs in, as its ServiceAccount.
// Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "kube/environment.h"

namespace kube {

inline constexpr const char* kServiceAccountFolder =
    "/var/run/secrets/kubernetes.io/serviceaccount";

// From KUBERNETES_SERVICE_HOST and _PORT and the files `token`, `ca.crt`, `namespace` of `folder`;
// token and authority are only named: whoever connects reads them, again and again, as they rotate.
// NotFound: not in a Pod, or one without a ServiceAccount token. Invalid: a port that is none.
base::Result<ClusterConfig> in_cluster_config(const Environment& environment,
                                              const base::os::Path& folder = kServiceAccountFolder);

}  // namespace kube
