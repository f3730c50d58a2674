#include "scan/report/markup.h"

#include "scan/clean_text.h"

#include <array>
#include <cstdint>

namespace scan::report {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

// A zero-width space, written as an entity so that it can be seen in the file: "@name" and "#12"
// are no mention and no reference with it in between.
constexpr std::string_view kBreak = "&#8203;";

// `before` and `after`: the text around `c`.
void append_markdown(std::string& out, char c, std::string_view before, std::string_view after) {
    switch (c) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '|': out += "&#124;"; return;
    case '`': out += "&#96;"; return;
    case '@':
    case '#':
        out += c;
        out += kBreak;
        return;
    // "www." and "http://" become links by themselves.
    case '.': out += before.ends_with("www") || before.ends_with("WWW") ? "&#46;" : "."; return;
    case ':': out += after.starts_with('/') ? "&#58;" : ":"; return;
    default: break;
    }
    if (std::string_view("\\*_[]~$").find(c) != std::string_view::npos) out += '\\';
    out += c;
}

struct Range {
    std::uint32_t first, last;
};

// Unicode's East Asian Width W and F, and emoji, in coarse blocks.
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115f},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0x33ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0x9fff},
                                          {0xa000, 0xa4cf},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0x1f300, 0x1faff},
                                          {0x20000, 0x3fffd}}};
constexpr std::array<Range, 6> kZero = {{{0x0300, 0x036f},
                                         {0x200c, 0x200d},
                                         {0x20d0, 0x20ff},
                                         {0xfe00, 0xfe0f},
                                         {0xfe20, 0xfe2f},
                                         {0x0483, 0x0489}}};

template <std::size_t N>
bool lies_in(const std::array<Range, N>& ranges, std::uint32_t code) {
    for (const auto& range : ranges) {
        if (code >= range.first && code <= range.last) return true;
    }
    return false;
}

std::size_t width_of(std::uint32_t code) {
    if (code < 0x300) return 1;
    if (lies_in(kZero, code)) return 0;
    return lies_in(kWide, code) ? 2 : 1;
}

std::size_t size_of(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte < 0x80) return 1;
    if (byte < 0xe0) return 2;
    return byte < 0xf0 ? 3 : 4;
}

// The character at `at` of valid UTF-8.
std::uint32_t code_at(std::string_view text, std::size_t at, std::size_t size) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i]));
    };
    if (size == 1) return byte(0);
    std::uint32_t code = byte(0) & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3f);
    return code;
}

}  // namespace

std::string escape_markup(std::string_view text, std::size_t bytes_max) {
    return escaped(clean_cut(text, bytes_max, Lines::Join));
}

std::string escape_lines(std::string_view text, std::size_t bytes_max) {
    return escaped(clean_cut(text, bytes_max, Lines::Keep));
}

std::string escape_markdown(std::string_view text, std::size_t bytes_max) {
    const auto clean_text = clean_cut(text, bytes_max, Lines::Join);
    std::string out;
    for (std::size_t i = 0; i < clean_text.size(); ++i) {
        const std::string_view all = clean_text;
        append_markdown(out, clean_text[i], all.substr(0, i), all.substr(i + 1));
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto size = size_of(text[at]);
        width += width_of(code_at(text, at, size));
        at += size;
    }
    return width;
}

std::string fit(std::string_view text, std::size_t width, Pad pad) {
    // Four bytes a column are enough for any character.
    const auto clean_text = clean_cut(text, width * 4 + 16, Lines::Join);
    const auto whole = display_width(clean_text);
    std::string out;
    std::size_t used = 0;
    if (whole <= width) {
        out = clean_text;
        used = whole;
    } else {
        for (std::size_t at = 0; at < clean_text.size();) {
            const auto size = size_of(clean_text[at]);
            const auto next = width_of(code_at(clean_text, at, size));
            if (used + next + 1 > width) break;
            out.append(clean_text, at, size);
            used += next;
            at += size;
        }
        out += "…";
        ++used;
    }
    if (pad == Pad::Yes && used < width) out.append(width - used, ' ');
    return out;
}

}  // namespace scan::report
