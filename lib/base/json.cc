#include "base/json.h"

#include "base/read_tree.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace base {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

// Hands bytes to nlohmann's parser and tells how far it has read: the parser itself tells its place
// only in syntax errors, and we need it for duplicate keys, limits and marks.
struct CountingIterator {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at = nullptr;
    const char** reached = nullptr;

    reference operator*() const { return *at; }
    CountingIterator& operator++() {
        *reached = ++at;
        return *this;
    }
    CountingIterator operator++(int) {
        const CountingIterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const CountingIterator& other) const { return at == other.at; }
};

// The start of a token whose end has just been read.
class TokenStarts {
public:
    TokenStarts(std::string_view text, const char* const& reached)
        : text_(text), reached_(reached) {}

    std::size_t end() const { return static_cast<std::size_t>(reached_ - text_.data()); }
    std::size_t bracket() const { return end() - 1; }

    // A quote that an even number of backslashes precedes opened the string: quotes inside are
    // escaped.
    std::size_t string() const {
        std::size_t at = end() - 1;
        while (at > 0) {
            at = text_.rfind('"', at - 1);
            std::size_t backslashes = 0;
            while (backslashes < at && text_[at - 1 - backslashes] == '\\') ++backslashes;
            if (backslashes % 2 == 0) return at;
        }
        return at;
    }

    // Numbers and words end where the next character, which was read already, is none of theirs.
    std::size_t word() const {
        std::size_t at = end();
        if (at > 0 && !is_word(text_[at - 1])) --at;
        while (at > 0 && is_word(text_[at - 1])) --at;
        return at;
    }

private:
    static bool is_word(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' || c == '+' ||
               c == '-' || c == '.';
    }

    std::string_view text_;
    const char* const& reached_;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
// object key - invalid literal; last read: '{a'; expected string literal" → "invalid literal;
// expected string literal". What was read last stays out: it may be anything, secrets included.
std::string reason_of(std::string_view what) {
    const auto dash = what.find(" - ");
    if (dash != std::string_view::npos) what.remove_prefix(dash + 3);
    const auto last_read = what.find("; last read: ");
    if (last_read == std::string_view::npos) return std::string(what);
    const auto expected = what.rfind("; expected ");
    std::string reason(what.substr(0, last_read));
    if (expected != std::string_view::npos && expected > last_read) {
        reason += what.substr(expected);
    }
    return reason;
}

// nlohmann's SAX interface, which calls these by name.
class JsonEvents {
public:
    JsonEvents(TreeBuilder& builder, TokenStarts starts) : builder_(builder), starts_(starts) {}

    bool null() { return builder_.scalar(nullptr, starts_.word()); }
    bool boolean(bool value) { return builder_.scalar(value, starts_.word()); }
    bool number_integer(std::int64_t value) { return builder_.scalar(value, starts_.word()); }
    bool number_unsigned(std::uint64_t value) { return builder_.scalar(value, starts_.word()); }
    bool number_float(double value, const std::string& /*digits*/) {
        return builder_.scalar(value, starts_.word());
    }
    bool string(std::string& value) { return builder_.scalar(std::move(value), starts_.string()); }
    bool binary(Json::binary_t& /*value*/) { return false; }  // JSON text has none
    bool start_object(std::size_t /*unknown*/) { return builder_.open_object(starts_.bracket()); }
    bool start_array(std::size_t /*unknown*/) { return builder_.open_array(starts_.bracket()); }
    bool key(std::string& value) { return builder_.key(std::move(value), starts_.string()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) {
        const std::size_t end = starts_.end();
        return builder_.stop(ErrorKind::Invalid, "not JSON: " + reason_of(error.what()),
                             end > 0 ? end - 1 : 0);
    }

private:
    bool close() {
        builder_.close();
        return true;
    }

    TreeBuilder& builder_;
    TokenStarts starts_;
};

}  // namespace

bool read_json(std::string_view text, TreeBuilder& builder) {
    const char* reached = text.data();
    JsonEvents events(builder, TokenStarts(text, reached));
    const CountingIterator first{text.data(), &reached};
    const CountingIterator last{text.data() + text.size(), &reached};
    try {
        return Json::sax_parse(first, last, &events) && builder.is_done();
    } catch (const nlohmann::detail::exception& error) {
        const std::size_t end = static_cast<std::size_t>(reached - text.data());
        return builder.stop(ErrorKind::Invalid, "not JSON: " + reason_of(error.what()), end);
    }
}

Error to_error(const ReadFailure& failure, std::string_view text) {
    Places places(text);
    return Error(failure.kind, fmt::format("{}: {}", places.name(failure.offset), failure.message));
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("the JSON text has {}; at most {} are read",
                                format_bytes(text.size()), format_bytes(limits.bytes_max)));
    }
    if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
    if (!is_utf8(text)) {
        const ReadFailure failure{.message = "not UTF-8", .offset = first_invalid_utf8(text)};
        return std::unexpected(to_error(failure, text));
    }
    TreeBuilder builder(text, {.nodes_max = limits.nodes_max,
                               .depth_max = limits.depth_max,
                               .bytes_max = limits.bytes_max});
    if (!read_json(text, builder)) return std::unexpected(to_error(*builder.failure(), text));
    return builder.take_root();
}

std::string dump_json(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_json_pretty(const Json& value) {
    return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json* find(const Json& value, std::string_view key) {
    if (!value.is_object()) return nullptr;
    const auto& members = value.get_ref<const Json::object_t&>();
    const auto member = members.find(key);
    return member == members.end() ? nullptr : &member->second;
}

std::string get_string(const Json& value, std::string_view key, std::string_view fallback) {
    const Json* const member = find(value, key);
    if (member == nullptr || !member->is_string()) return std::string(fallback);
    return member->get<std::string>();
}

std::int64_t get_int(const Json& value, std::string_view key, std::int64_t fallback) {
    const Json* const member = find(value, key);
    if (member == nullptr || !member->is_number_integer()) return fallback;
    const bool fits =
        !member->is_number_unsigned() || std::in_range<std::int64_t>(member->get<std::uint64_t>());
    return fits ? member->get<std::int64_t>() : fallback;
}

bool get_bool(const Json& value, std::string_view key, bool fallback) {
    const Json* const member = find(value, key);
    return member != nullptr && member->is_boolean() ? member->get<bool>() : fallback;
}

}  // namespace base
