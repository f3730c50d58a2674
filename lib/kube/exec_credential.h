// What is said to a credential plug-in, and what it answers. Pure.
// Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/cluster_config.h"

#include <optional>
#include <string>
#include <string_view>

namespace kube {

struct ExecCredential {
    std::string token{};
    std::string certificate_pem{};
    std::string key_pem{};
    std::optional<base::Instant> expires{};
    bool operator==(const ExecCredential&) const = default;
};

// Invalid: an apiVersion that we do not speak, no command, or a plug-in that wants a terminal.
base::Result<> check_plugin(const ExecPlugin& plugin);

// The value of KUBERNETES_EXEC_INFO: the cluster too, if the plug-in wants it. `ca_pem`: of the
// cluster, wherever it came from.
std::string exec_info(const ExecPlugin& plugin, const ClusterConfig& cluster,
                      std::string_view ca_pem);

// Invalid: no ExecCredential of the version asked for, neither a token nor a certificate with its
// key, a token that no header can carry, an expirationTimestamp that is none. No message quotes the
// text: it is secret.
base::Result<ExecCredential> parse_exec_credential(std::string_view text, const ExecPlugin& plugin);

}  // namespace kube
