#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <optional>

namespace base {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<unsigned> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

// Byte → 6-bit value, −1 for what is no base64 character; both alphabets of RFC 4648 (§4 and §5).
constexpr std::array<int, 256> kBase64Values = [] {
    std::array<int, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kBase64.size(); ++i) {
        values[static_cast<unsigned char>(kBase64[i])] = static_cast<int>(i);
    }
    values['-'] = 62;
    values['_'] = 63;
    return values;
}();

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::unexpected<Error> not_base64() {
    return fail(ErrorKind::Invalid, "the text is not base64; encode the value once more");
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kHexDigits[byte >> 4];
        out += kHexDigits[byte & 15];
    }
    return out;
}

Result<std::string> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) {
        return fail(ErrorKind::Invalid, "hex text has an odd number of digits");
    }
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const auto high = hex_value(text[at]);
        const auto low = hex_value(text[at + 1]);
        if (!high || !low) {
            return fail(ErrorKind::Invalid, fmt::format("no hex digits at position {}", at + 1));
        }
        out += static_cast<char>(*high << 4 | *low);
    }
    return out;
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += i <= group.size() ? kBase64[bits >> (18 - 6 * i) & 63] : '=';
        }
    }
    return out;
}

Result<std::string> base64_decode(std::string_view text) {
    const std::size_t padded = text.size();
    while (!text.empty() && text.back() == '=' && padded - text.size() < 2) text.remove_suffix(1);
    const bool has_padding = text.size() != padded;
    if (text.size() % 4 == 1 || (has_padding && padded % 4 != 0)) return not_base64();
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const int value = kBase64Values[static_cast<unsigned char>(c)];
        if (value < 0) return not_base64();
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xFF);
    }
    // Left-over bits must be zero (RFC 4648 §3.5), or two texts would mean the same bytes.
    if ((bits & ((1u << held) - 1)) != 0) return not_base64();
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool room = text[at] == '%' && text.size() - at > 2;
        const auto high = room ? hex_value(text[at + 1]) : std::nullopt;
        const auto low = room ? hex_value(text[at + 2]) : std::nullopt;
        if (!high || !low) {
            out += text[at];
            continue;
        }
        out += static_cast<char>(*high << 4 | *low);
        at += 2;
    }
    return out;
}

}  // namespace base
