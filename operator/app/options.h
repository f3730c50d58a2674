// The operator's flags.
#pragma once

#include "base/log.h"
#include "base/os/file.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace app {

struct Address {
    std::string host = "0.0.0.0";
    int port = 0;
};
// "HOST:PORT", "[::1]:8443" or ":PORT". Invalid otherwise.
base::Result<Address> parse_address(std::string_view text);

struct OperatorFlags {
    std::string namespace_{};  // empty = all
    std::string kubeconfig{};  // both empty in a Pod
    std::string context{};
    base::os::Path store = "/var/lib/scanfleet/store.db";
    std::string ingest_address = "0.0.0.0:8443";
    std::string ingest_url = "https://scanfleet-ingest.scanfleet-system.svc:8443";
    std::vector<std::string> ingest_names{};  // more names for the certificate we make ourselves
    base::os::Path tls_folder{};              // a mounted Secret; empty: a certificate of our own
    std::string rest_address = "0.0.0.0:8444";
    std::string metrics_address = "0.0.0.0:8080";
    bool metrics_secure = true;  // HTTPS, and only for whom RBAC lets read /metrics
    std::string health_address = "0.0.0.0:8081";
    std::string runner_image = "scanfleet.dev/runner:" SF_VERSION;
    std::vector<std::string> allowed_images{};
    std::vector<std::string> allowed_accounts{};
    std::string image_pull_policy = "IfNotPresent";
    bool leader_elect = false;
    std::string lease_namespace{};  // empty = our own
    std::string log_format = "json";
    std::string log_level = "info";
    int retry_seconds = 5;
};

// Exit code to leave with at once (help, version, a wrong flag: printed already), or the flags.
struct Parsed {
    int exit_code = -1;  // −1: go on
    OperatorFlags flags{};
};
Parsed parse_flags(int argc, char** argv);

}  // namespace app
