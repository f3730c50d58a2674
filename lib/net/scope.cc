#include "net/scope.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace net {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

bool is_below(std::string_view host, std::string_view suffix) {
    return host.size() > suffix.size() && host.ends_with(suffix) &&
           host[host.size() - suffix.size() - 1] == '.';
}

bool is_or_below(std::string_view host, std::string_view name) {
    return host == name || is_below(host, name);
}

// Names that answer with a machine's identity and credentials, wherever they resolve to.
bool is_metadata_name(std::string_view host) {
    return host == "metadata" || host == "instance-data" ||
           is_or_below(host, "metadata.google.internal") || is_or_below(host, "metadata.goog") ||
           is_below(host, "instance-data");
}

// "kubernetes.default" and all below it by way of search domains: .svc, .svc.cluster.local.
bool is_cluster_api(std::string_view host) {
    return host == "kubernetes" || host == "kubernetes.default" ||
           host.starts_with("kubernetes.default.");
}

bool is_localhost(std::string_view host) { return is_or_below(host, "localhost"); }

// Names that only a cluster's own DNS answers, so a private address is what they should have.
bool is_cluster_local(std::string_view host) {
    return !is_localhost(host) &&
           (!host.contains('.') || is_below(host, "svc") || is_below(host, "cluster.local"));
}

bool covers(const AllowedHost& entry, const Url& url) {
    if (entry.port != 0 && entry.port != url.port) return false;
    return entry.suffix ? is_below(url.host, entry.host) : url.host == entry.host;
}

bool is_private_name(const std::vector<std::string>& names, std::string_view host) {
    return std::any_of(names.begin(), names.end(), [host](const std::string& name) {
        if (name == "*" || name == host) return true;
        return name.starts_with('.') && is_below(host, std::string_view(name).substr(1));
    });
}

auto forbidden(std::string message) { return fail(ErrorKind::Forbidden, std::move(message)); }

}  // namespace

Result<AllowedHost> parse_allowed_host(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return fail(ErrorKind::Invalid,
                    fmt::format("\"{}\" is not an allowed host: {}; write shop.example, "
                                "*.shop.example or shop.example:8443",
                                base::ellipsize(text, 80), why));
    };
    AllowedHost entry;
    auto rest = base::trim(text);
    entry.suffix = rest.starts_with("*.");
    if (entry.suffix) rest.remove_prefix(2);
    if (rest.ends_with(':') || rest.find_first_of("/\\@?#*% ") != std::string_view::npos)
        return wrong("it is more than a host and a port");
    // Through the URL parser, so that both sides of a comparison have the same form.
    const auto url = parse_url(fmt::format("https://{}", rest));
    if (!url) return wrong(url.error().message());
    if (entry.suffix && parse_ip(url->host)) return wrong("an address has no names below it");
    entry.host = url->host;
    const bool has_port = rest.rfind(':') != std::string_view::npos && !rest.ends_with(']');
    entry.port = has_port ? url->port : 0;
    return entry;
}

Scope::Scope(ScopeRules rules) : rules_(std::move(rules)) {}

bool Scope::same_origin(const Url& a, const Url& b) const {
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool Scope::is_listed(const Url& url, bool exact_only) const {
    return std::any_of(rules_.allowed.begin(), rules_.allowed.end(), [&](const AllowedHost& entry) {
        return covers(entry, url) && !(exact_only && entry.suffix);
    });
}

Result<> Scope::check_url(const Url& url) const {
    if (is_metadata_name(url.host)) {
        return forbidden(
            fmt::format("{} is a cloud metadata service: it is never scanned", url.host));
    }
    const auto hits = [&url](const AllowedHost& entry) { return covers(entry, url); };
    if (std::any_of(rules_.refused.begin(), rules_.refused.end(), hits)) {
        return forbidden(fmt::format(
            "{} belongs to Scanfleet or to the cluster: it is never scanned", url.origin()));
    }
    if (is_cluster_api(url.host) && !is_listed(url, true)) {
        return forbidden(
            fmt::format("{} is the cluster's API: name it in spec.target.allowedHosts", url.host));
    }
    const auto same = [&](const Url& origin) { return same_origin(origin, url); };
    const bool target = std::any_of(rules_.origins.begin(), rules_.origins.end(), same);
    if (!target && !is_listed(url, false)) {
        return forbidden(fmt::format("{} is out of scope: if it belongs to the target, add {} to "
                                     "spec.target.allowedHosts",
                                     url.origin(), url.host));
    }
    if (is_localhost(url.host)) return check_loopback(url, "loopback");
    if (const auto address = parse_ip(url.host)) return check_address(url, *address);
    return {};
}

Result<> Scope::check_address(const Url& url, const IpAddress& address) const {
    const auto text = address.text();
    const auto seen = classify(address);
    const auto hits = [&](const AllowedHost& entry) {
        return (entry.port == 0 || entry.port == url.port) && entry.host == text;
    };
    if (std::any_of(rules_.refused.begin(), rules_.refused.end(), hits)) {
        return forbidden(fmt::format(
            "{} ({}) belongs to Scanfleet or to the cluster: it is never scanned", url.host, text));
    }
    if (seen == AddressClass::Refused) {
        return forbidden(fmt::format(
            "{} ({}) is link-local, multicast, unspecified or a metadata address: it is "
            "never scanned",
            url.host, text));
    }
    TRY(check_pin(url, seen, text));
    if (seen == AddressClass::Loopback) return check_loopback(url, text);
    if (seen == AddressClass::Private) return check_private(url, text);
    return {};
}

Result<> Scope::check_loopback(const Url& url, std::string_view address) const {
    const auto& names = rules_.loopback_hosts;
    if (std::find(names.begin(), names.end(), url.host) != names.end()) return {};
    // A listed loopback literal means what it says; a listed name that turns to loopback is
    // rebinding.
    if (is_listed(url, true) && (is_localhost(url.host) || parse_ip(url.host))) return {};
    return forbidden(fmt::format(
        "{} ({}) is this machine itself: it is scanned only if spec.target.allowedHosts "
        "lists localhost or the loopback address",
        url.host, address));
}

Result<> Scope::check_private(const Url& url, std::string_view address) const {
    if (parse_ip(url.host) || is_cluster_local(url.host)) return {};
    if (is_private_name(rules_.private_names, url.host)) return {};
    return forbidden(fmt::format(
        "{} resolves to the private address {}: refused, since that may be DNS rebinding; "
        "if it is yours, start the operator with --private-domains={}",
        url.host, address, url.host));
}

Result<> Scope::check_pin(const Url& url, AddressClass seen, std::string_view address) const {
    bool pinned = false;
    for (const auto& [host, address_class] : rules_.pinned) {
        if (host != url.host) continue;
        if (address_class == seen) return {};
        pinned = true;
    }
    if (!pinned) return {};
    return forbidden(fmt::format(
        "{} now resolves to the {} address {}, which is of another class than discovery saw: "
        "refused as DNS rebinding; if it is right, scan again, with --private-domains if the "
        "address is private",
        url.host, to_string(seen), address));
}

}  // namespace net
