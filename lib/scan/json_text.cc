#include "scan/json_text.h"

#include "base/text.h"
#include "scan/clean_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace scan {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// Bytes that stand for themselves in JSON and in a report. Nearly all text is made of these alone,
// so it is looked at once and copied once.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) plain[byte] = byte != '"' && byte != '\\';
    return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void append_escaped(std::string& out, char c) {
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
        out += c;
        return;
    }
    out += "\\u00";
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
}

template <typename T>
void append_number(std::string& out, T value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

}  // namespace

void JsonText::separate() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':' && last != '\n') out_ += ',';
}

void JsonText::escape(std::string_view value) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool high = static_cast<unsigned char>(value[i]) >= 0x80;
        if (high || is_plain(value[i])) continue;
        out_.append(value, done, i - done);
        append_escaped(out_, value[i]);
        done = i + 1;
    }
    out_.append(value, done);
}

JsonText& JsonText::open(char bracket) {
    separate();
    out_ += bracket;
    return *this;
}

JsonText& JsonText::close(char bracket) {
    out_ += bracket;
    return *this;
}

JsonText& JsonText::key(std::string_view name) {
    text(name);
    out_ += ':';
    return *this;
}

JsonText& JsonText::text(std::string_view value) {
    separate();
    out_ += '"';
    if (std::ranges::all_of(value, is_plain)) {
        out_ += value;
    } else if (controls_ == Controls::Replace && !is_clean(value, Lines::Keep)) {
        escape(clean(value, Lines::Keep));
    } else if (!base::is_utf8(value)) {
        escape(base::to_utf8(value));
    } else {
        escape(value);
    }
    out_ += '"';
    return *this;
}

JsonText& JsonText::number(std::int64_t value) {
    separate();
    append_number(out_, value);
    return *this;
}

JsonText& JsonText::number(std::uint64_t value) {
    separate();
    append_number(out_, value);
    return *this;
}

JsonText& JsonText::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonText& JsonText::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

JsonText& JsonText::optional_member(std::string_view name, std::string_view value) {
    return value.empty() ? *this : member(name, value);
}

JsonText& JsonText::texts(std::string_view name, std::span<const std::string> values) {
    if (values.empty()) return *this;
    key(name).open('[');
    for (const auto& value : values) text(value);
    return close(']');
}

}  // namespace scan
