#include "base/redact.h"
#include "base/redact_rules.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace base::redact {
namespace {

// JSON inside of a string inside of JSON …; deeper ones are scrubbed as text.
constexpr int kNestingMax = 3;
constexpr std::size_t kNpos = std::string_view::npos;
constexpr std::string_view kBlank = " \t\r\n";
// RFC 8259 §7: the letters behind a backslash, and what they mean.
constexpr std::string_view kLetters = "\"\\bfnrt/";
constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t/";

void append_character(std::string& out, std::uint32_t c) {
    const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
    if (c < 0x80) return byte(c);
    if (c < 0x800) {
        byte(0xC0 | c >> 6);
    } else {
        byte(0xE0 | c >> 12);
        byte(0x80 | (c >> 6 & 63));
    }
    byte(0x80 | (c & 63));
}

// What stands between the quotes, unescaped; nothing if an escape is broken. Halves of surrogate
// pairs come out as three bytes each: only a string that is changed is written again, and its rest
// is for people.
std::optional<std::string> unescape(std::string_view raw) {
    if (raw.find('\\') == kNpos) return std::string(raw);
    std::string out;
    out.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] != '\\') {
            out += raw[at];
            continue;
        }
        if (++at == raw.size()) return std::nullopt;
        const auto letter = kLetters.find(raw[at]);
        if (letter != kNpos) {
            out += kMeanings[letter];
            continue;
        }
        std::uint32_t c = 0;
        const std::string_view digits = raw.substr(std::min(at + 1, raw.size()), 4);
        const auto* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, c, 16);
        if (raw[at] != 'u' || digits.size() != 4 || stopped != end) return std::nullopt;
        append_character(out, c);
        at += 4;
    }
    return to_working(out);  // escapes may have spelt the marker's word
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto meaning = kMeanings.find(c);
        if (meaning != kNpos && c != '/') {
            out += '\\';
            out += kLetters[meaning];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == 'E' || c == '-' || c == '+' ||
           c == '.';
}

bool is_number(std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789eE+-.") == kNpos;
}

// PINs and one-time codes have at least four digits; smaller numbers count or switch something.
bool is_code(std::string_view word) {
    constexpr std::size_t kDigitsMin = 4;
    return word.size() >= kDigitsMin && word.find_first_not_of("0123456789") == kNpos;
}

// Walks over the tokens and copies them; only strings and numbers may change, so the structure
// stays as it is, whether it is valid or not.
class JsonScrubber {
public:
    JsonScrubber(std::string_view text, int nesting) : text_(text), nesting_(nesting) {}

    std::optional<std::string> run() {
        while (at_ < text_.size()) {
            if (!take_token()) return std::nullopt;
        }
        if (!open_.empty()) return std::nullopt;
        return std::move(out_);
    }

private:
    struct Open {
        bool is_object = false;
        bool is_secret = false;     // a list that belongs to a secret name
        bool names_secret = false;  // {"name": "X-Api-Key", "value": …}
        bool expects_name = false;  // the value of "name" comes next
    };

    bool take_token() {
        const char c = text_[at_];
        if (c == '"') return take_string();
        if (c == '{' || c == '[') return open(c);
        if (c == '}' || c == ']') return close();
        if (is_word(c)) return take_word();
        if (c == ',') value_is_secret_ = false;
        return (c == ',' || c == ':' || kBlank.find(c) != kNpos) && copy(1);
    }

    bool copy(std::size_t count) {
        out_ += text_.substr(at_, count);
        at_ += count;
        return true;
    }

    bool open(char c) {
        open_.push_back({.is_object = c == '{', .is_secret = c == '[' && is_secret()});
        value_is_secret_ = false;
        return copy(1);
    }

    bool close() {
        if (open_.empty()) return false;
        open_.pop_back();
        value_is_secret_ = false;
        return copy(1);
    }

    bool is_secret() const {
        return value_is_secret_ || (!open_.empty() && open_.back().is_secret);
    }

    bool take_word() {
        std::size_t end = at_;
        while (end < text_.size() && is_word(text_[end])) ++end;
        const std::string_view word = text_.substr(at_, end - at_);
        const bool is_literal = word == "true" || word == "false" || word == "null";
        if (open_.empty() || !(is_literal || is_number(word))) return false;
        if (!is_secret() || !is_code(word)) return copy(word.size());
        out_ += '"';
        out_ += kMarker;
        out_ += '"';
        at_ = end;
        return true;
    }

    std::optional<std::size_t> string_end() const {
        for (std::size_t end = at_ + 1; end < text_.size(); ++end) {
            if (text_[end] == '"') return end;
            if (text_[end] == '\\') ++end;
        }
        return std::nullopt;
    }

    bool take_string() {
        const auto end = string_end();
        if (!end || open_.empty()) return false;
        const std::string_view raw = text_.substr(at_ + 1, *end - at_ - 1);
        const auto content = unescape(raw);
        if (!content) return false;
        const auto next = text_.find_first_not_of(kBlank, *end + 1);
        const bool is_key = open_.back().is_object && next != kNpos && text_[next] == ':';
        const std::string scrubbed =
            is_key ? scrub_working(*content, kNestingMax) : scrub_value(*content);
        const bool changed = scrubbed != *content;
        if (is_key) note_key(*content);
        out_ += '"';
        out_ += changed ? escape(scrubbed) : std::string(raw);
        out_ += '"';
        at_ = *end + 1;
        return true;
    }

    void note_key(const std::string& key) {
        Open& object = open_.back();
        const bool is_value_of_secret = object.names_secret && key == "value";
        value_is_secret_ = is_value_of_secret || is_secret_name(key);
        object.expects_name = key == "name" || key == "key";
        key_ = key;
    }

    std::string scrub_value(const std::string& content) {
        Open& parent = open_.back();
        if (parent.is_object && parent.expects_name) {
            parent.names_secret = is_secret_name(content);
            parent.expects_name = false;
        }
        if (!is_secret() || content.empty()) return scrub_working(content, nesting_ + 1);
        if (!is_cookie_name(key_)) return std::string(1, kMarker);
        const auto replaced = replace(content, find_cookie_values(content, key_, 0));
        return scrub_working(replaced ? *replaced : content, nesting_ + 1);
    }

    std::string_view text_;
    int nesting_;
    std::size_t at_ = 0;
    std::string out_;
    std::vector<Open> open_;
    std::string key_;
    bool value_is_secret_ = false;
};

}  // namespace

std::optional<std::string> scrub_json(std::string_view working, int nesting) {
    const auto first = working.find_first_not_of(kBlank);
    if (nesting >= kNestingMax || first == kNpos) return std::nullopt;
    const char last = working[working.find_last_not_of(kBlank)];
    const bool is_object = working[first] == '{' && last == '}';
    const bool is_array = working[first] == '[' && last == ']';
    if (!is_object && !is_array) return std::nullopt;
    return JsonScrubber(working, nesting).run();
}

}  // namespace base::redact
