// One kubeconfig file as values, and how several become one. Pure.
// Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#pragma once

#include "base/result.h"
#include "kube/cluster_config.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

struct KubeconfigCluster {
    std::string server{};
    std::string ca_pem{};
    std::string ca_file{};
    bool verify = true;
    std::string tls_server_name{};
    std::string proxy{};
    std::string exec_extension{};  // JSON
};
struct KubeconfigUser {
    Login login{};
    bool has_password = false;    // basic authentication, which API servers dropped in 1.19
    std::string auth_provider{};  // its name; dropped from kubectl in 1.26
};
struct KubeconfigContext {
    std::string cluster{};
    std::string user{};
    std::string namespace_{};
};
struct Kubeconfig {
    std::string current_context{};
    std::map<std::string, KubeconfigCluster> clusters{};
    std::map<std::string, KubeconfigUser> users{};
    std::map<std::string, KubeconfigContext> contexts{};
};

// `path` is for messages; file names in the text are relative to its folder. An empty text is an
// empty configuration. Unknown members are skipped. Invalid: not YAML, a member of another type,
// base64 that is none; the message has path, line and column. TooLarge: beyond 10 MiB.
base::Result<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view path);

// Adds what `into` does not have by name: the first file that says something wins.
void merge_kubeconfig(Kubeconfig& into, const Kubeconfig& later);

struct KubeconfigChoice {
    std::string context{};  // empty = the current one
    std::string cluster{};  // empty = the context's
    std::string user{};     // empty = the context's
    bool operator==(const KubeconfigChoice&) const = default;
};
// NotFound: no such context, cluster or user (the message names those there are). Invalid: no
// server, or a way of logging in that is gone (the message says what to use instead).
base::Result<ClusterConfig> choose(const Kubeconfig& config, const KubeconfigChoice& choice);

}  // namespace kube
