// IP addresses: text, and the class that the scope guard judges by.
#include "net/scope.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

namespace net {
namespace {

using base::ErrorKind;
using base::fail;
using Bytes16 = std::array<std::uint8_t, 16>;

constexpr Bytes16 kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpAddress from_v4(std::uint32_t value) {
    IpAddress address{.bytes = kMapped, .is_v4 = true};
    for (std::size_t i = 0; i < 4; ++i) {
        address.bytes[12 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
    return address;
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

// One part as inet_aton reads it: 0x… is hex, a leading 0 octal; at most 32 bits.
std::optional<std::uint64_t> parse_part(std::string_view part) {
    if (part.empty()) return std::nullopt;
    int radix = 10;
    if (part.starts_with("0x") || part.starts_with("0X")) {
        radix = 16;
        part.remove_prefix(2);
        if (part.empty()) return std::nullopt;
    } else if (part.size() > 1 && part.front() == '0') {
        radix = 8;
    }
    std::uint64_t value = 0;
    for (const char c : part) {
        const int digit = digit_of(c);
        if (digit >= radix) return std::nullopt;
        value = value * static_cast<std::uint64_t>(radix) + static_cast<std::uint64_t>(digit);
        if (value > 0xffff'ffffu) return std::nullopt;
    }
    return value;
}

// inet_aton(3): one to four parts; the last one fills all bytes that are left.
std::optional<std::uint32_t> parse_v4(std::string_view text) {
    std::uint64_t value = 0;
    for (int bytes_left = 4; bytes_left > 0; --bytes_left) {
        const auto dot = text.find('.');
        const auto part = parse_part(text.substr(0, dot));
        if (!part) return std::nullopt;
        if (dot == std::string_view::npos) {
            if (*part >> (8 * bytes_left) != 0) return std::nullopt;
            return static_cast<std::uint32_t>(value << (8 * bytes_left) | *part);
        }
        if (*part > 255) return std::nullopt;
        value = value << 8 | *part;
        text.remove_prefix(dot + 1);
    }
    return std::nullopt;
}

struct Block {
    std::uint32_t network;
    int bits;
    AddressClass address_class;
};

// The first match counts. IANA's special-purpose registry, and where clouds keep their metadata.
constexpr Block kBlocks[] = {
    {0x00000000, 8, AddressClass::Refused},   // 0.0.0.0/8, "this host": Linux connects to itself
    {0xa9fe0000, 16, AddressClass::Refused},  // 169.254.0.0/16, link-local: most clouds' metadata
    {0x646464c8, 32, AddressClass::Refused},  // 100.100.100.200, Alibaba's metadata
    {0xa83f8110, 32, AddressClass::Refused},  // 168.63.129.16, Azure's wire server
    {0xc00000c0, 32, AddressClass::Refused},  // 192.0.0.192, Oracle's older metadata
    {0xe0000000, 4, AddressClass::Refused},   // 224.0.0.0/4, multicast
    {0xffffffff, 32, AddressClass::Refused},  // broadcast
    {0x7f000000, 8, AddressClass::Loopback},  // 127.0.0.0/8
    {0x0a000000, 8, AddressClass::Private},   // 10.0.0.0/8
    {0xac100000, 12, AddressClass::Private},  // 172.16.0.0/12
    {0xc0a80000, 16, AddressClass::Private},  // 192.168.0.0/16
    {0x64400000, 10, AddressClass::Private},  // 100.64.0.0/10, carriers and Pod networks
    {0xc0000000, 24, AddressClass::Private},  // 192.0.0.0/24, protocol assignments
    {0xc6120000, 15, AddressClass::Private},  // 198.18.0.0/15, benchmarks
    {0xf0000000, 4, AddressClass::Private},   // 240.0.0.0/4, reserved; some Pod networks use it
};

AddressClass classify_v4(std::uint32_t value) {
    for (const auto& block : kBlocks) {
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
        if ((value & mask) == block.network) return block.address_class;
    }
    return AddressClass::Public;
}

std::uint32_t v4_at(const Bytes16& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
    return value;
}

bool has_prefix(const Bytes16& bytes, std::initializer_list<int> prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// The IPv4 address that a gateway or our own kernel would reach through this IPv6 one.
std::optional<std::uint32_t> embedded_v4(const Bytes16& bytes) {
    if (std::equal(bytes.begin(), bytes.begin() + 12, kMapped.begin())) return v4_at(bytes, 12);
    if (has_prefix(bytes, {0x00, 0x64, 0xff, 0x9b}))
        return v4_at(bytes, 12);                                  // NAT64, RFC 6052, RFC 8215
    if (has_prefix(bytes, {0x20, 0x02})) return v4_at(bytes, 2);  // 6to4, RFC 3056
    // IPv4-compatible, RFC 4291 §2.5.5.1; :: and ::1 look like it and are not.
    if (has_prefix(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) && v4_at(bytes, 12) > 0xffff) {
        return v4_at(bytes, 12);
    }
    return std::nullopt;
}

bool is_metadata_v6(const Bytes16& bytes) {
    return has_prefix(bytes, {0xfd, 0x00, 0x0e, 0xc2}) ||  // AWS: IMDS, EKS, DNS
           has_prefix(bytes,
                      {0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54});  // GCP
}

}  // namespace

AddressClass classify(const IpAddress& address) {
    const auto& bytes = address.bytes;
    if (const auto v4 = embedded_v4(bytes)) return classify_v4(*v4);
    if (bytes == Bytes16{}) return AddressClass::Refused;
    if (bytes == Bytes16{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
        return AddressClass::Loopback;
    if (bytes[0] == 0xff || is_metadata_v6(bytes)) return AddressClass::Refused;
    if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return AddressClass::Refused;  // fe80::/10
    if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0)
        return AddressClass::Private;                             // fec0::/10, site-local
    if ((bytes[0] & 0xfe) == 0xfc) return AddressClass::Private;  // fc00::/7
    if (bytes[0] == 0)
        return AddressClass::Refused;  // ::/8 is reserved: nothing honest lives there
    return AddressClass::Public;
}

std::string_view to_string(AddressClass address_class) {
    switch (address_class) {
    case AddressClass::Public: return "public";
    case AddressClass::Private: return "private";
    case AddressClass::Loopback: return "loopback";
    case AddressClass::Refused: return "refused";
    }
    return "unknown";
}

std::string IpAddress::text() const {
    if (is_v4) return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
    char buffer[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
    return buffer;
}

base::Result<IpAddress> parse_ip(std::string_view text) {
    if (text.size() > 64) return fail(ErrorKind::Invalid, "not an IP address: too long");
    const std::string shown(text);
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    if (bracketed) text = text.substr(1, text.size() - 2);
    if (text.contains(':')) {
        IpAddress address;
        if (::inet_pton(AF_INET6, std::string(text).c_str(), address.bytes.data()) == 1)
            return address;
    } else if (const auto v4 = bracketed ? std::nullopt : parse_v4(text)) {
        return from_v4(*v4);
    }
    return fail(ErrorKind::Invalid, fmt::format("\"{}\" is not an IP address", shown));
}

}  // namespace net
