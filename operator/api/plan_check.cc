#include "operator/api/plan_check.h"

#include "base/text.h"
#include "net/scope.h"
#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

template <typename... Args>
std::unexpected<base::Error> too_far(fmt::format_string<Args...> format, Args&&... args) {
    return fail(ErrorKind::Invalid, "the plan goes beyond its job: " +
                                        fmt::format(format, std::forward<Args>(args)...));
}

// A rate as requests per period, compared without division.
struct Rate {
    std::int64_t requests = 0;
    std::int64_t period_millis = 1'000;
};

bool is_above(const Rate& a, const Rate& b) {
    // Honest numbers stay far below, and their products fit.
    constexpr std::int64_t kSane = 1'000'000'000;
    const bool is_limit = a.requests > 0 && a.period_millis > 0;
    if (!is_limit || a.requests > kSane || a.period_millis > kSane) return true;
    return a.requests * b.period_millis > b.requests * a.period_millis;
}

// The hosts that a job may touch. Empty `origins` with `any`: the user gave the document itself, so
// its servers are his words.
class Hosts {
public:
    static Result<Hosts> of(const scan::JobSpec& spec, const scan::ApiOptions& options) {
        Hosts hosts;
        const bool fetched =
            options.spec_url.starts_with("http://") || options.spec_url.starts_with("https://");
        hosts.any_ = !fetched && options.server_url.empty();
        for (const auto& text : {options.spec_url, options.server_url}) {
            const auto url = net::parse_url(text);
            if (url) hosts.names_.insert(url->host);
        }
        for (const auto& text : spec.allowed_hosts) {
            auto allowed = TRY(net::parse_allowed_host(text));
            hosts.allowed_.push_back(std::move(allowed));
        }
        return hosts;
    }

    bool has(std::string_view host) const {
        if (any_ || names_.contains(host)) return true;
        return std::ranges::any_of(allowed_, [&](const net::AllowedHost& allowed) {
            std::string_view name = allowed.host;
            if (!allowed.suffix) return name == host;
            while (name.starts_with('*') || name.starts_with('.')) name.remove_prefix(1);
            return host.size() > name.size() + 1 && host.ends_with(name) &&
                   host[host.size() - name.size() - 1] == '.';
        });
    }

private:
    bool any_ = false;
    std::set<std::string, std::less<>> names_;
    std::vector<net::AllowedHost> allowed_;
};

Result<> check_credentials(const scan::JobSpec& spec, const scan::PlanDocument& plan) {
    std::set<std::string_view> known;
    for (const auto& credential : spec.credentials) known.insert(credential.name);
    for (const auto& chunk : plan.chunks) {
        for (const auto& name : chunk.credentials) {
            if (!known.contains(name))
                return too_far("chunk {} wants credential '{}'", chunk.index, name);
        }
    }
    return {};
}

Result<> check_api_key(const Hosts& hosts, std::string_view key) {
    constexpr std::string_view kHost = "host:";
    if (!key.starts_with(kHost))
        return too_far("concurrency key '{}' is not one of the Api scanner", key);
    const auto url = net::parse_url(key.substr(kHost.size()));
    if (!url || !hosts.has(url->host))
        return too_far("concurrency key '{}' names a host that is not allowed", key);
    return {};
}

Result<> check_api(const scan::JobSpec& spec, const scan::ApiOptions& options,
                   const scan::PlanDocument& plan) {
    const auto hosts = TRY(Hosts::of(spec, options));
    const Rate job{.requests = options.rps,
                   .period_millis = std::int64_t{1'000} * options.rps_period_seconds};
    for (const auto& host : plan.head.hosts) {
        if (!hosts.has(host.host)) return too_far("host '{}' is not allowed", host.host);
    }
    for (const auto& limit : plan.head.limits) {
        TRY(check_api_key(hosts, limit.concurrency_key));
        if (is_above({.requests = limit.rps, .period_millis = limit.rps_period_millis}, job)) {
            return too_far("the rate of key '{}' is above the job's", limit.concurrency_key);
        }
    }
    for (const auto& chunk : plan.chunks) {
        TRY(check_api_key(hosts, chunk.concurrency_key));
        if (is_above({.requests = chunk.rps, .period_millis = chunk.rps_period_millis}, job)) {
            return too_far("the rate of chunk {} is above the job's", chunk.index);
        }
    }
    return {};
}

Result<> check_synthetic(const scan::SyntheticOptions& options, const scan::PlanDocument& plan) {
    if (!plan.head.hosts.empty()) return too_far("a Synthetic job has no hosts");
    if (plan.head.unit_count > static_cast<std::uint64_t>(options.unit_count)) {
        return too_far("{} units for a job of {}", plan.head.unit_count, options.unit_count);
    }
    for (const auto& chunk : plan.chunks) {
        const auto& key = chunk.concurrency_key;
        if (!key.empty() && !key.starts_with("synthetic:"))
            return too_far("concurrency key '{}'", key);
    }
    return {};
}

Result<> check_limits(const scan::JobSpec& spec, const scan::PlanDocument& plan) {
    std::set<std::string_view> limited;
    for (const auto& limit : plan.head.limits) {
        const auto& key = limit.concurrency_key;
        if (!limited.insert(key).second) return too_far("two limits for key '{}'", key);
        // More at once than the bound of spec.parallelism and of maxInFlightPerKey is a mistake or a lie.
        if (limit.max_in_flight < 0 || limit.max_in_flight > std::max(spec.parallelism, 1'000)) {
            return too_far("{} attempts at once for key '{}'", limit.max_in_flight, key);
        }
    }
    return {};
}

}  // namespace

Result<> check_plan(const scan::JobSpec& spec, const scan::PlanDocument& plan) {
    if (plan.head.scanner != spec.scanner_type()) {
        return too_far("it is for scanner {}, the job is for {}",
                       scan::to_string(plan.head.scanner), scan::to_string(spec.scanner_type()));
    }
    if (plan.chunks.size() > static_cast<std::size_t>(spec.chunks.max_count)) {
        return too_far("{} chunks, the job allows {}", plan.chunks.size(), spec.chunks.max_count);
    }
    TRY(check_credentials(spec, plan));
    TRY(check_limits(spec, plan));
    if (const auto* options = std::get_if<scan::ApiOptions>(&spec.scanner))
        return check_api(spec, *options, plan);
    return check_synthetic(std::get<scan::SyntheticOptions>(spec.scanner), plan);
}

}  // namespace api
