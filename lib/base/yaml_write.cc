#include "base/yaml_write.h"

#include "base/json.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::size_t kWidth = 100;
// A folded text needs some room, however deep it stands.
constexpr std::size_t kWidthMin = 40;

bool is_plain_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./$ ,()=;+").find(c) != std::string_view::npos;
}

// What YAML 1.1 or 1.2 reads as something else than a string.
bool is_word_of_yaml(std::string_view text) {
    static constexpr std::array<std::string_view, 11> kWords = {
        "true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", ".nan"};
    const auto lower = to_lower(text);
    return std::ranges::find(kWords, lower) != kWords.end();
}

// True if the text needs no quotes anywhere: letters first, so that it is no number and no sign.
bool is_plain(std::string_view text) {
    if (text.empty() || text.back() == ' ' || is_word_of_yaml(text)) return false;
    const char first = text.front();
    const bool starts_well = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                             first == '.' || first == '$';
    const bool dotted_number = first == '.' && text.size() > 1 && text[1] >= '0' && text[1] <= '9';
    return starts_well && !dotted_number && std::ranges::all_of(text, is_plain_letter);
}

// Folding turns single newlines into spaces and back: only texts of words with one space between
// them survive it.
bool is_foldable(std::string_view text) {
    if (text.find_first_of("\n\t\r") != std::string_view::npos) return false;
    return text.find("  ") == std::string_view::npos && text.front() != ' ' && text.back() != ' ';
}

// A literal block keeps every byte but carriage returns, leading blanks and newlines at the end.
bool is_literal(std::string_view text) {
    if (text.find('\n') == std::string_view::npos || text.back() == '\n') return false;
    if (text.front() == ' ' || text.front() == '\n') return false;
    return std::ranges::none_of(text, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
    });
}

void write_folded(std::string& out, std::string_view text, const std::string& indent) {
    out += ">-";
    std::size_t column = kWidth;
    const auto width = std::max(kWidth, indent.size() + kWidthMin);
    for (const auto word : split(text, ' ')) {
        if (column + 1 + word.size() > width) {
            out += '\n' + indent;
            column = indent.size();
        } else {
            out += ' ', ++column;
        }
        out += word;
        column += word.size();
    }
}

void write_literal(std::string& out, std::string_view text, const std::string& indent) {
    out += "|-";
    for (const auto line : split(text, '\n')) {
        out += '\n';
        if (!line.empty()) (out += indent) += line;
    }
}

void write_text(std::string& out, const std::string& text, const std::string& indent) {
    if (is_plain(text) && indent.size() + text.size() <= kWidth) {
        out += text;
    } else if (!text.empty() && is_literal(text)) {
        write_literal(out, text, indent);
    } else if (indent.size() + text.size() > kWidth - 20 && is_foldable(text)) {
        write_folded(out, text, indent);
    } else {
        out += dump_json(text);
    }
}

void write_value(std::string& out, const Json& value, const std::string& indent);

std::string key_text(const std::string& key) { return is_plain(key) ? key : dump_json(key); }

// Behind `indent` of the first line, which the caller wrote.
void write_members(std::string& out, const Json& object, const std::string& indent) {
    bool first = true;
    for (const auto& [key, value] : object.items()) {
        if (!first) out += indent;
        first = false;
        out += key_text(key) + ':';
        const bool is_block = value.is_structured() && !value.empty();
        out += is_block ? '\n' : ' ';
        // Lists stand at the level of their key.
        const auto inner = value.is_array() ? indent : indent + "  ";
        if (is_block) out += inner;
        write_value(out, value, inner);
    }
}

void write_items(std::string& out, const Json& list, const std::string& indent) {
    bool first = true;
    for (const auto& item : list) {
        if (!first) out += indent;
        first = false;
        out += "- ";
        write_value(out, item, indent + "  ");
    }
}

void write_value(std::string& out, const Json& value, const std::string& indent) {
    if (value.is_object() && !value.empty()) {
        write_members(out, value, indent);
    } else if (value.is_array() && !value.empty()) {
        write_items(out, value, indent);
    } else {
        if (value.is_string()) {
            write_text(out, value.get_ref<const std::string&>(), indent);
        } else {
            out += dump_json(value);
        }
        out += '\n';
    }
}

}  // namespace

std::string dump_yaml(const Json& value) {
    std::string out;
    write_value(out, value, "");
    return out;
}

}  // namespace base
