// `scanfleet scan api URL …`: a job without a job file. Pure, apart from how a secret is looked up.
#pragma once

#include "base/result.h"
#include "scan/job.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct ApiScanFlags {
    std::string spec_url{};
    std::string name{};  // of the job; empty = from the URL's host
    std::string server_url{};
    std::string authorization{};  // passive, active, intrusive
    // Personas: "[NAME=]VALUE", where VALUE is the secret itself, @FILE or env:VARIABLE.
    std::vector<std::string> bearers{};
    std::vector<std::string> headers{};  // VALUE: "Name: value"
    std::vector<std::string> basics{};   // VALUE: "user:password"
    std::vector<std::string> allowed_hosts{};
    std::vector<std::string> include{};
    std::vector<std::string> exclude{};
    std::string fail_on{};  // "high" or "high:3"
    std::optional<int> parallelism{};
    std::optional<int> chunks{};
    std::optional<int> rps{};
    std::optional<int> deadline_seconds{};
};

struct ApiScan {
    scan::Job job;
    // Secret name → file → content: what --credential would give.
    std::map<std::string, std::map<std::string, std::string>> secrets{};
};

// Text of a file, or of an environment variable ("env:NAME").
using ReadSecret = std::function<base::Result<std::string>(std::string_view where)>;

// Invalid: a flag that cannot be read (the message names it), or a job that is not valid.
base::Result<ApiScan> api_scan(const ApiScanFlags& flags, const ReadSecret& read);

}  // namespace cli
