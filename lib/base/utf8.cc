#include "base/read_tree.h"
#include "base/text.h"

#include <simdjson.h>

#include <algorithm>

namespace base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Sequence {
    std::size_t size = 1;  // bytes to take
    bool valid = false;
};

bool within(std::string_view bytes, std::size_t at, unsigned low, unsigned high) {
    if (at >= bytes.size()) return false;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    return byte >= low && byte <= high;
}

// Bounds of the second byte: Unicode standard, table 3-7 (no overlong forms, no surrogates, ≤
// U+10FFFF).
std::pair<unsigned, unsigned> second_byte_bounds(unsigned lead) {
    switch (lead) {
    case 0xE0: return {0xA0, 0xBF};
    case 0xED: return {0x80, 0x9F};
    case 0xF0: return {0x90, 0xBF};
    case 0xF4: return {0x80, 0x8F};
    default: return {0x80, 0xBF};
    }
}

// The sequence at the front of `bytes`; an invalid one is as long as its maximal valid start, which
// is what the Unicode standard (3.9, "U+FFFD substitution of maximal subparts") replaces by one
// character.
Sequence first_sequence(std::string_view bytes) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    if (lead < 0x80) return {1, true};
    if (lead < 0xC2 || lead > 0xF4) return {1, false};
    const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const auto [low, high] = second_byte_bounds(lead);
    if (!within(bytes, 1, low, high)) return {1, false};
    for (std::size_t at = 2; at < size; ++at) {
        if (!within(bytes, at, 0x80, 0xBF)) return {at, false};
    }
    return {size, true};
}

}  // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string to_utf8(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    while (!bytes.empty()) {
        const Sequence sequence = first_sequence(bytes);
        out += sequence.valid ? bytes.substr(0, sequence.size) : kReplacement;
        bytes.remove_prefix(sequence.size);
    }
    return out;
}

std::size_t first_invalid_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const Sequence sequence = first_sequence(text.substr(at));
        if (!sequence.valid) break;
        at += sequence.size;
    }
    return at;
}

}  // namespace base
