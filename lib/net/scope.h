// The scope guard: which hosts and addresses a scan may touch. Pure; the client asks it for each URL (redirects
// included) and again, where the socket is opened, for each resolved address.
#pragma once

#include "base/result.h"
#include "net/url.h"

#include <string>
#include <utility>
#include <vector>

namespace net {

enum class AddressClass { Public, Private, Loopback, Refused };
// Refused: 0.0.0.0/8, 169.254.0.0/16, fe80::/10, multicast, fd00:ec2::254, 100.100.100.200, 168.63.129.16, and the same
// inside ::ffff:0:0/96 and 64:ff9b::/96.
AddressClass classify(const IpAddress& address);

// A host that may be scanned: exact ("shop.svc"), or a suffix ("*.shop.svc"), with or without ":port".
struct AllowedHost {
    std::string host;
    bool suffix = false;
    int port = 0;  // 0 = any
};
base::Result<AllowedHost> parse_allowed_host(std::string_view text);

struct ScopeRules {
    std::vector<Url> origins{};              // the target's own (scheme, host, port)
    std::vector<AllowedHost> allowed{};      // spec.target.allowedHosts
    // Hosts that may resolve to loopback: those that the job names in local mode.
    std::vector<std::string> loopback_hosts{};
    // Names that may resolve to private ranges; a leading '.' is a suffix; "*" = any name of the job (local mode).
    std::vector<std::string> private_names{};
    // Classes pinned by discovery: another class at run time is rebinding and refused.
    std::vector<std::pair<std::string, AddressClass>> pinned{};
};

class Scope {
public:
    explicit Scope(ScopeRules rules);

    // Forbidden with a sentence that names the host and what would allow it.
    base::Result<> check_url(const Url& url) const;
    // The address a name resolved to. Refused always: link-local, metadata, unspecified, multicast, IPv6 forms that
    // embed refused IPv4; loopback and private ranges as the rules say.
    base::Result<> check_address(const Url& url, const IpAddress& address) const;
    bool same_origin(const Url& a, const Url& b) const;

private:
    ScopeRules rules_;
};

}  // namespace net
