#include "kube/kubeconfig.h"

#include "base/text.h"
#include "kube/in_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using base::os::Path;

// As parse_kubeconfig.
constexpr std::size_t kFileBytesMax = 10u << 20;

// False: the file is not there.
Result<bool> merge_file(const Path& path, Kubeconfig& into) {
    auto text = base::os::read_file(path, kFileBytesMax);
    if (!text && text.error().kind() == ErrorKind::NotFound) return false;
    if (!text) return std::unexpected(std::move(text).error().in_context("kubeconfig"));
    const auto parsed = TRY(parse_kubeconfig(*text, path.string()));
    merge_kubeconfig(into, parsed);
    return true;
}

// nullopt: none of the files is there.
Result<std::optional<Kubeconfig>> read_all(const std::vector<Path>& paths) {
    Kubeconfig config;
    bool found = false;
    for (const auto& path : paths) {
        const bool there = TRY(merge_file(path, config));
        found |= there;
    }
    if (!found) return std::nullopt;
    return config;
}

}  // namespace

std::vector<Path> kubeconfig_paths(const KubeconfigOptions& options,
                                   const Environment& environment) {
    if (!options.file.empty()) return {options.file};
    std::vector<Path> out;
    for (const auto part : base::split(value_in(environment, "KUBECONFIG"), ':')) {
        if (!part.empty() && std::find(out.begin(), out.end(), part) == out.end())
            out.emplace_back(part);
    }
    const auto home = value_in(environment, "HOME");
    if (out.empty() && !home.empty()) out.push_back(Path(home) / ".kube" / "config");
    return out;
}

Result<ClusterConfig> load_kubeconfig(const KubeconfigOptions& options,
                                      const Environment& environment) {
    const auto paths = kubeconfig_paths(options, environment);
    const auto config = TRY(read_all(paths));
    if (config) return choose(*config, options.choice);
    std::vector<std::string> names;
    for (const auto& path : paths) names.push_back(path.string());
    return fail(ErrorKind::NotFound,
                fmt::format("there is no kubeconfig{}{}: name one with --kubeconfig or KUBECONFIG",
                            names.empty() ? "" : " at ", base::join(names, ", ")));
}

Result<ClusterConfig> find_cluster(const KubeconfigOptions& options,
                                   const Environment& environment) {
    const bool asked = !options.file.empty() || options.choice != KubeconfigChoice{} ||
                       !value_in(environment, "KUBECONFIG").empty();
    const bool in_pod = !value_in(environment, "KUBERNETES_SERVICE_HOST").empty();
    if (asked || !in_pod) return load_kubeconfig(options, environment);
    const auto config = TRY(read_all(kubeconfig_paths(options, environment)));
    return config ? choose(*config, options.choice) : in_cluster_config(environment);
}

}  // namespace kube
