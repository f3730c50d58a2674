// Which cluster, and as whom: what a kubeconfig or a Pod's own files say, before any of the files
// named in it is read. Values only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kube {

// A program that gives out credentials.
// Source:
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
struct ExecPlugin {
    std::string api_version{};  // client.authentication.k8s.io/v1 or …/v1beta1
    std::string command{};      // without a slash: looked up in PATH
    std::vector<std::string> args{};
    std::vector<std::pair<std::string, std::string>> env{};
    std::string install_hint{};
    bool provide_cluster_info = false;
    bool needs_terminal = false;      // interactiveMode: Always
    std::string cluster_extension{};  // JSON the cluster's entry has for plug-ins; empty = none
    bool operator==(const ExecPlugin&) const = default;
};

struct Login {
    std::string user{};  // the entry's name, for messages
    // PEM; each counts more than its file.
    std::string client_certificate_pem{};
    std::string client_key_pem{};
    std::string client_certificate_file{};
    std::string client_key_file{};
    std::string token_file{};  // counts more than the token
    std::string token{};       // either counts more than the plug-in
    std::optional<ExecPlugin> exec{};
    // Impersonation.
    std::string as{};
    std::string as_uid{};
    std::vector<std::string> as_groups{};
    std::map<std::string, std::vector<std::string>> as_extra{};
    bool operator==(const Login&) const = default;
};

struct ClusterConfig {
    std::string server{};  // a URL, perhaps with a path, without a slash at the end
    std::string ca_pem{};  // counts more than the file; without either the system's authorities
    std::string ca_file{};
    bool verify = true;
    std::string tls_server_name{};  // what the certificate says, where that is not the URL's host
    std::string proxy{};
    std::string namespace_ = "default";  // of the context, or the Pod's
    std::string context{};               // its name; empty in a Pod
    Login login{};
    bool operator==(const ClusterConfig&) const = default;
};

}  // namespace kube
