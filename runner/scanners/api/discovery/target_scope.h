// What this job may touch, for the scope guard.
#pragma once

#include "base/result.h"
#include "net/scope.h"
#include "scan/job.h"
#include "scan/plan_document.h"

#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

// The name of the specification among the inputs of the plan.
inline constexpr std::string_view kSpecificationInput = "openapi";

// `server_url` absolute, or empty while it is not known yet. In local mode loopback hosts that the
// job names count as listed, and private ranges are open to any name. Invalid: an allowedHosts
// entry or a URL that cannot be read.
base::Result<net::ScopeRules> scope_rules(const scan::Job& job, const std::string& server_url,
                                          bool local_mode);

void pin_hosts(net::ScopeRules& rules, const std::vector<scan::PlanHost>& hosts);

// Whether the job lets a server on `host` be scanned that only a fetched document names.
bool is_allowed_host(const scan::Job& job, const net::Url& url);

}  // namespace runner::api
