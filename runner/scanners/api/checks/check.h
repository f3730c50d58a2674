// A check: one file, one row in the list (checks/list.cc).
#pragma once

#include "runner/scanners/api/engine/work.h"
#include "scan/job.h"

#include <span>
#include <string_view>
#include <vector>

namespace runner::api {

enum class Ran { No, Yes };
enum class Needs { Nothing, Baseline };

struct Check {
    std::string_view id;        // rule id
    scan::Authorization level;  // least level at which it may send anything
    Needs needs;
    // Whether it means anything for the operation; decides what is planned. Level and filters come
    // on top.
    bool (*applies)(const Operation& operation, const scan::ApiOptions& options);
    // Requests it sends beyond the baseline, for weights.
    std::int64_t (*requests)(const Specification& specification, const Operation& operation,
                             scan::Authorization level);
    // Adds to run.found. Ran::No: it had nothing to work on.
    OrHalt<Ran> (*run)(UnitRun& run);
};

// In the order they run.
std::span<const Check> all_checks();

// Those that includeChecks and excludeChecks (ids or prefixes) leave, for this operation.
std::vector<const Check*> planned_checks(const Operation& operation,
                                         const scan::ApiOptions& options);
// Whether findings of this rule are wanted; a check may find more than its own rule (api.5xx).
bool is_rule_wanted(const scan::ApiOptions& options, std::string_view rule_id);

// One per check file.
bool auth_missing_applies(const Operation& operation, const scan::ApiOptions& options);
OrHalt<Ran> run_auth_missing(UnitRun& run);
OrHalt<Ran> run_exposure(UnitRun& run);
bool cors_applies(const Operation& operation, const scan::ApiOptions& options);
OrHalt<Ran> run_cors(UnitRun& run);
OrHalt<Ran> run_headers(UnitRun& run);
OrHalt<Ran> run_error_leak(UnitRun& run);
bool bola_applies(const Operation& operation, const scan::ApiOptions& options);
OrHalt<Ran> run_bola(UnitRun& run);

}  // namespace runner::api
