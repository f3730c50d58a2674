// Units with their weights and budgets. Pure.
#pragma once

#include "base/document.h"
#include "runner/scanners/api/discovery/server.h"
#include "runner/scanners/api/openapi/model.h"
#include "scan/plan_document.h"

#include <string>
#include <vector>

namespace runner::api {

struct UnitPlan {
    const scan::Job& job;
    const Specification& specification;
    const ChosenServer& server;
    const base::Document& source;  // for lines
    std::string spec_uri;
};

// "host:http://shop.svc:80".
std::string concurrency_key(const net::Url& url);

// One unit per operation.
std::vector<scan::Unit> make_units(const UnitPlan& plan,
                                   const std::vector<const Operation*>& operations);

// Requests that the operation is expected to cost: baseline and checks of the level, within the
// budget.
std::int64_t expected_requests(const UnitPlan& plan, const Operation& operation);

}  // namespace runner::api
