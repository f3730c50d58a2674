// Kubeconfig files of this machine.
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "kube/cluster_config.h"
#include "kube/environment.h"
#include "kube/kubeconfig_file.h"

#include <string>
#include <vector>

namespace kube {

struct KubeconfigOptions {
    std::string file{};  // --kubeconfig; empty = $KUBECONFIG, else ~/.kube/config
    KubeconfigChoice choice{};
};

// In order of precedence: the file of the option; the files of $KUBECONFIG, split at ':'; or
// ~/.kube/config.
std::vector<base::os::Path> kubeconfig_paths(const KubeconfigOptions& options,
                                             const Environment& environment);

// Reads and merges the files and picks the cluster and the user. Files of the list that are not
// there are skipped, that of the option is not. NotFound: none of them is there, or as choose();
// Forbidden, TooLarge, Invalid as the files are.
base::Result<ClusterConfig> load_kubeconfig(const KubeconfigOptions& options,
                                            const Environment& environment);

// As load_kubeconfig; but in a Pod where neither options nor $KUBECONFIG name anything and
// ~/.kube/config is not there, as in_cluster_config().
base::Result<ClusterConfig> find_cluster(const KubeconfigOptions& options,
                                         const Environment& environment);

}  // namespace kube
