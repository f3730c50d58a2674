// The scope guard: which hosts and addresses a scan may touch. Pure; the client asks it for each
// URL (redirects included) and again, where the socket is opened, for each resolved address.
#pragma once

#include "base/result.h"
#include "net/url.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

enum class AddressClass { Public, Private, Loopback, Refused };
// Refused: unspecified (0.0.0.0/8, ::), link-local (169.254.0.0/16, fe80::/10), multicast,
// broadcast, and the metadata addresses of clouds outside these ranges. An IPv6 form that embeds
// IPv4 (::ffff:0:0/96, ::/96, 64:ff9b::/96, 6to4) has the class of what it embeds.
AddressClass classify(const IpAddress& address);
std::string_view
to_string(AddressClass address_class);  // "public", "private", "loopback", "refused"

// A host that may be scanned: exact ("shop.svc"), or a suffix ("*.shop.svc"), with or without
// ":port".
struct AllowedHost {
    std::string host;
    bool suffix = false;  // names below `host`, not `host` itself
    int port = 0;         // 0 = any
};
// Invalid: a scheme, a path, '*' elsewhere than as the first label, or no host name.
base::Result<AllowedHost> parse_allowed_host(std::string_view text);

struct ScopeRules {
    std::vector<Url> origins{};          // the target's own (scheme, host, port)
    std::vector<AllowedHost> allowed{};  // spec.target.allowedHosts
    // Hosts that may resolve to loopback: those that the job names in local mode.
    std::vector<std::string> loopback_hosts{};
    // Names that may resolve to private ranges; a leading '.' is a suffix; "*" = any name of the
    // job (local mode). Cluster-local names (one label, *.svc, *.cluster.local) may always.
    std::vector<std::string> private_names{};
    // Classes pinned by discovery: another class at run time is rebinding and refused.
    // A pin only narrows: what the rules above refuse stays refused. A host pinned twice may be
    // either.
    std::vector<std::pair<std::string, AddressClass>> pinned{};
    // Never touched, whatever else says so: our own ingest and API, the cluster API's address.
    std::vector<AllowedHost> refused{};
};

class Scope {
public:
    explicit Scope(ScopeRules rules);

    // Forbidden with a sentence that names the host and what would allow it. Says nothing about
    // what a name resolves to: the client asks check_address too.
    base::Result<> check_url(const Url& url) const;
    // The address that the host of `url` (which passed check_url) resolved to. Forbidden: class
    // Refused always; another class than the pinned one; loopback and private ranges as the rules
    // say.
    base::Result<> check_address(const Url& url, const IpAddress& address) const;
    bool same_origin(const Url& a, const Url& b) const;

private:
    base::Result<> check_loopback(const Url& url, std::string_view address) const;
    base::Result<> check_private(const Url& url, std::string_view address) const;
    base::Result<> check_pin(const Url& url, AddressClass seen, std::string_view address) const;
    bool is_listed(const Url& url, bool exact_only) const;

    ScopeRules rules_;
};

}  // namespace net
