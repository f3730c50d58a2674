// URLs (RFC 3986, http and https only) and IP addresses. Pure.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

struct Url {
    std::string scheme;  // "http" or "https"
    std::string host;    // lower case, no trailing dot, IPv6 without brackets
    int port = 0;        // always set: 80 or 443 by default
    std::string path = "/";
    std::string query{};     // without '?'
    std::string userinfo{};  // never sent on, never printed

    // "https://host:port", the port only if it is not the scheme's own.
    std::string origin() const;
    std::string text() const;  // without userinfo
    bool operator==(const Url&) const = default;
};

// Invalid: another scheme, no host, bad port, control characters, numeric hosts in odd forms (decimal, hex, octal IPv4)
// are normalised to dotted form so that the scope guard sees them.
base::Result<Url> parse_url(std::string_view text);
// RFC 3986 §5.2 with http(s) results only.
base::Result<Url> resolve(const Url& base_url, std::string_view reference);

std::string build_query(const std::vector<std::pair<std::string, std::string>>& parameters);

// An IP address, IPv4 as IPv4-mapped IPv6.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4 = false;
    std::string text() const;
    bool operator==(const IpAddress&) const = default;
};
// Any form inet_aton takes, IPv6 with or without brackets.
base::Result<IpAddress> parse_ip(std::string_view text);

}  // namespace net
