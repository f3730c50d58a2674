#include "runner/scanners/api/discovery/units.h"

#include "base/text.h"
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/discovery/affinity.h"
#include "runner/scanners/api/engine/unit_params.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

// A valid request, sent twice.
constexpr std::int64_t kBaselineRequests = 2;
// Intrusive checks need more tries (scanner options, maxRequestsPerOperation).
constexpr std::int64_t kIntrusiveFactor = 4;
// Assumed time of one answer, until the last run's times are known.
constexpr std::int64_t kLatencyMillis = 100;
constexpr std::int64_t kWeightMax = 86'400'000;

const scan::ApiOptions& options_of(const scan::Job& job) {
    return std::get<scan::ApiOptions>(job.spec.scanner);
}

std::int64_t budget_of(const scan::Job& job) {
    const std::int64_t per_operation = options_of(job).max_requests_per_operation;
    return job.spec.authorization == scan::Authorization::Intrusive
               ? per_operation * kIntrusiveFactor
               : per_operation;
}

// Seconds under the share of the rate that one chunk of many gets.
std::int64_t weight_of(const scan::Job& job, std::int64_t requests) {
    const auto& options = options_of(job);
    const std::int64_t rps = std::max(options.rps, 1);
    const std::int64_t by_rate =
        requests * 1000 * options.rps_period_seconds * std::max(job.spec.parallelism, 1) / rps;
    return std::clamp<std::int64_t>(std::max(requests * kLatencyMillis, by_rate), 1, kWeightMax);
}

// maxRequests of the job, shared out in proportion to the weights; what rounding leaves goes to the
// first ones.
void share_out(std::int64_t total, std::vector<scan::Unit>& units) {
    std::int64_t weights = 0;
    for (const auto& unit : units) weights += unit.weight_millis;
    std::int64_t left = total;
    for (auto& unit : units) {
        const auto share = static_cast<std::int64_t>(
            static_cast<double>(total) * static_cast<double>(unit.weight_millis) /
            static_cast<double>(std::max<std::int64_t>(weights, 1)));
        unit.requests = std::min(unit.requests, share);
        left -= unit.requests;
    }
    for (auto& unit : units) {
        if (left <= 0) return;
        if (unit.requests > 0) continue;
        unit.requests = 1;
        --left;
    }
}

std::string params_of(const UnitPlan& plan, const Operation& operation) {
    const auto mark = plan.source.mark_near(operation.pointer);
    return to_json(UnitParams{.pointer = operation.pointer,
                              .server = plan.server.url.text(),
                              .server_label = plan.server.label,
                              .spec_uri = base::ellipsize(plan.spec_uri, 500),
                              .line = mark.line,
                              .column = mark.column,
                              .defect = base::ellipsize(operation.defect, 300)});
}

}  // namespace

std::string concurrency_key(const net::Url& url) {
    return base::ellipsize(fmt::format("host:{}://{}:{}", url.scheme, url.host, url.port), 256);
}

std::int64_t expected_requests(const UnitPlan& plan, const Operation& operation) {
    const auto level = plan.job.spec.authorization;
    std::int64_t requests = kBaselineRequests;
    for (const auto* check : planned_checks(operation, options_of(plan.job))) {
        if (check->level <= level)
            requests += check->requests(plan.specification, operation, level);
    }
    return std::clamp<std::int64_t>(requests, 1, std::max<std::int64_t>(budget_of(plan.job), 1));
}

std::vector<scan::Unit> make_units(const UnitPlan& plan,
                                   const std::vector<const Operation*>& operations) {
    const auto affinities = affinities_of(operations);
    const auto key = concurrency_key(plan.server.url);
    std::vector<scan::Unit> units;
    units.reserve(operations.size());
    for (std::size_t i = 0; i < operations.size(); ++i) {
        const auto& operation = *operations[i];
        units.push_back({.id = scan::unit_id(operation.id()),
                         .weight_millis = weight_of(plan.job, expected_requests(plan, operation)),
                         .affinity = affinities[i],
                         .concurrency_key = key,
                         .requests = budget_of(plan.job),
                         .params_json = params_of(plan, operation)});
    }
    const auto total = options_of(plan.job).max_requests;
    if (total > 0) share_out(total, units);
    return units;
}

}  // namespace runner::api
