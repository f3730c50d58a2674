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

// Numeric hosts in odd forms (decimal, hex, octal IPv4) are normalised to dotted form so that the
// scope guard sees what a resolver would make of them. The path stays as it is (dot segments too);
// blanks and bytes beyond ASCII in path and query become %XX. The fragment is dropped. Invalid:
// another scheme, no host, a host that a resolver could read in another way than we do, bad port,
// control characters, a backslash or a second '@' before the path. TooLarge: above 64 KiB.
base::Result<Url> parse_url(std::string_view text);
// RFC 3986 §5.2 with http(s) results only; dot segments are removed. Failures as above.
base::Result<Url> resolve(const Url& base_url, std::string_view reference);
// The form of Url::host: lower case, one trailing dot dropped, odd numbers made dotted, IPv6
// compressed and without brackets (they are required in `text`). Invalid: not a host name of ASCII
// letters, digits, '-', '_' and '.'.
base::Result<std::string> normalize_host(std::string_view text);

std::string build_query(const std::vector<std::pair<std::string, std::string>>& parameters);

// An IP address, IPv4 as IPv4-mapped IPv6.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};
    bool is_v4 = false;  // written as IPv4; "::ffff:1.2.3.4" has the same bytes and false
    std::string text() const;
    bool operator==(const IpAddress&) const = default;
};
// Any form inet_aton takes, IPv6 with or without brackets. Invalid otherwise (zone ids too).
base::Result<IpAddress> parse_ip(std::string_view text);

}  // namespace net
