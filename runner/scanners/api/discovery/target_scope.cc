#include "runner/scanners/api/discovery/target_scope.h"

#include "net/url.h"

#include <algorithm>

namespace runner::api {
namespace {

bool has_scheme(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

net::AddressClass net_class(scan::AddressClass address_class) {
    switch (address_class) {
    case scan::AddressClass::Public: return net::AddressClass::Public;
    case scan::AddressClass::Private: return net::AddressClass::Private;
    case scan::AddressClass::Loopback: return net::AddressClass::Loopback;
    }
    return net::AddressClass::Refused;
}

}  // namespace

base::Result<net::ScopeRules> scope_rules(const scan::Job& job, const std::string& server_url,
                                          bool local_mode) {
    const auto& options = std::get<scan::ApiOptions>(job.spec.scanner);
    net::ScopeRules rules;
    for (const auto& text : {options.server_url, options.spec_url, server_url}) {
        if (!has_scheme(text)) continue;
        const auto url = TRY(net::parse_url(text));
        rules.origins.push_back(url);
        if (local_mode) rules.loopback_hosts.push_back(url.host);
    }
    for (const auto& text : job.spec.allowed_hosts) {
        const auto host = TRY(net::parse_allowed_host(text));
        rules.allowed.push_back(host);
        if (local_mode && !host.suffix) rules.loopback_hosts.push_back(host.host);
    }
    if (local_mode) rules.private_names.emplace_back("*");
    return rules;
}

void pin_hosts(net::ScopeRules& rules, const std::vector<scan::PlanHost>& hosts) {
    for (const auto& host : hosts)
        rules.pinned.emplace_back(host.host, net_class(host.address_class));
}

bool is_allowed_host(const scan::Job& job, const net::Url& url) {
    return std::ranges::any_of(job.spec.allowed_hosts, [&](const std::string& text) {
        const auto allowed = net::parse_allowed_host(text);
        if (!allowed || (allowed->port != 0 && allowed->port != url.port)) return false;
        return allowed->suffix ? url.host.ends_with("." + allowed->host)
                               : url.host == allowed->host;
    });
}

}  // namespace runner::api
