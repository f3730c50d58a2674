#include "scan/clean_text.h"

#include "base/text.h"

#include <cstdint>

namespace scan {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// One character of valid UTF-8 at `at`.
struct Character {
    std::uint32_t code;
    std::size_t size;
};

Character character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3f), 2};
    if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
    return {(lead & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f),
            4};
}

bool is_line_character(std::uint32_t code) { return code == '\t' || code == '\n' || code == '\r'; }

bool is_harmful(std::uint32_t code) {
    if (code < 0x20) return !is_line_character(code);
    if (code >= 0x7f && code <= 0x9f) return true;
    // Direction marks, embeddings, overrides and isolates (Unicode TR 9).
    if (code == 0x061c || code == 0x200e || code == 0x200f) return true;
    if (code >= 0x202a && code <= 0x202e) return true;
    if (code >= 0x2066 && code <= 0x2069) return true;
    // Line and paragraph separator, zero width space, byte-order mark, non-characters.
    return code == 0x2028 || code == 0x2029 || code == 0x200b || code == 0xfeff ||
           (code & 0xfffe) == 0xfffe;
}

}  // namespace

bool is_clean(std::string_view text, Lines lines) {
    bool ascii = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) continue;
        if (byte >= 0x80) {
            ascii = false;
        } else if (lines == Lines::Join || !is_line_character(byte)) {
            return false;
        }
    }
    if (ascii) return true;
    if (!base::is_utf8(text)) return false;
    for (std::size_t at = 0; at < text.size();) {
        const auto [code, size] = character_at(text, at);
        if (is_harmful(code)) return false;
        at += size;
    }
    return true;
}

std::string clean(std::string_view text, Lines lines) {
    const std::string valid = base::to_utf8(text);
    std::string result;
    result.reserve(valid.size());
    for (std::size_t at = 0; at < valid.size();) {
        const auto [code, size] = character_at(valid, at);
        if (is_harmful(code)) {
            result += kReplacement;
        } else if (lines == Lines::Join && is_line_character(code)) {
            result += ' ';
        } else {
            result.append(valid, at, size);
        }
        at += size;
    }
    return result;
}

std::string clean_cut(std::string_view text, std::size_t bytes_max, Lines lines) {
    // A cut in the middle of a character would turn it into U+FFFD; ellipsize cuts between
    // characters.
    const std::string_view beginning = text.substr(0, bytes_max + 4);
    if (beginning.size() == text.size()) return base::ellipsize(clean(text, lines), bytes_max);
    return base::ellipsize(clean(beginning, lines), bytes_max - 1);
}

}  // namespace scan
