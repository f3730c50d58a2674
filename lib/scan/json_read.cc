#include "scan/json_read.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace scan::json {
namespace {

using base::ErrorKind;
using base::fail;

// Foreign text in an error message: enough to recognise it.
constexpr std::size_t kQuotedBytesMax = 60;

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::uint64_t key_bit(std::string_view key) {
    if (key.empty()) return 1;
    const auto first = static_cast<unsigned char>(key.front());
    const auto last = static_cast<unsigned char>(key.back());
    return std::uint64_t{1} << ((key.size() * 7 + first * 31u + last) % 64);
}

}  // namespace

Reader::Reader(Object object, std::string_view name)
    : object_(object), at_(object.begin()), name_(name) {
    for (auto it = object_.begin(); it != object_.end(); ++it) present_ |= key_bit(it.key());
}

std::optional<Element> Reader::find(std::string_view key) {
    if ((present_ & key_bit(key)) == 0 || failed()) return std::nullopt;
    const auto begin = object_.begin();
    const auto end = object_.end();
    const auto start = at_;
    const auto take = [&](const Object::iterator& it) -> std::optional<Element> {
        const Element value = it.value();
        at_ = it;
        ++at_;
        if (value.is_null()) return std::nullopt;
        return value;
    };
    for (auto it = start; it != end; ++it) {
        if (it.key_equals(key)) return take(it);
    }
    for (auto it = begin; it != start; ++it) {
        if (it.key_equals(key)) return take(it);
    }
    return std::nullopt;
}

std::string_view Reader::text(std::string_view key, Span bytes, Need need) {
    const auto value = find(key);
    if (!value) {
        refuse_missing(key, need);
        return {};
    }
    std::string_view found;
    if (value->get_string().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be a string");
        return {};
    }
    const auto size = static_cast<std::int64_t>(found.size());
    if (size >= bytes.min && size <= bytes.max) return found;
    refuse(key, fmt::format("must have {} to {} bytes, has {}", bytes.min, bytes.max, size));
    return {};
}

std::string_view Reader::hex(std::string_view key, std::size_t digits, Need need) {
    const auto found = text(key, {0, static_cast<std::int64_t>(digits)}, need);
    if (found.empty() && (need == Need::Optional || failed())) return {};
    if (found.size() == digits && std::ranges::all_of(found, is_hex_digit)) return found;
    refuse(key, fmt::format("must be {} lower-case hex digits", digits));
    return {};
}

std::int64_t Reader::integer(std::string_view key, Span bounds, Need need, std::int64_t fallback) {
    const auto value = find(key);
    if (!value) {
        refuse_missing(key, need);
        return fallback;
    }
    std::int64_t found = 0;
    if (value->get_int64().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be an integer");
        return fallback;
    }
    if (found >= bounds.min && found <= bounds.max) return found;
    refuse(key, fmt::format("must be between {} and {}, is {}", bounds.min, bounds.max, found));
    return fallback;
}

bool Reader::boolean(std::string_view key, Need need) {
    const auto value = find(key);
    if (!value) {
        refuse_missing(key, need);
        return false;
    }
    bool found = false;
    if (value->get_bool().get(found) != simdjson::SUCCESS) refuse(key, "must be true or false");
    return found;
}

std::optional<Object> Reader::object(std::string_view key, Need need) {
    const auto value = find(key);
    if (!value) {
        refuse_missing(key, need);
        return std::nullopt;
    }
    Object found;
    if (value->get_object().get(found) == simdjson::SUCCESS) return found;
    refuse(key, "must be an object");
    return std::nullopt;
}

std::optional<Array> Reader::array(std::string_view key, std::size_t count_max, Need need) {
    const auto value = find(key);
    if (!value) {
        refuse_missing(key, need);
        return std::nullopt;
    }
    Array found;
    if (value->get_array().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be a list");
        return std::nullopt;
    }
    // size() saturates at 2^24 − 1, far beyond every bound but the plan's units, which are counted
    // as they are read.
    if (found.size() <= count_max) return found;
    refuse(key, fmt::format("must have at most {} items, has {}", count_max, found.size()));
    return std::nullopt;
}

void Reader::texts(std::string_view key, std::size_t count_max, Span bytes,
                   std::vector<std::string>& into) {
    const auto list = array(key, count_max, Need::Optional);
    into.resize(list ? list->size() : 0);
    for (std::size_t i = 0; i < into.size(); ++i) {
        std::string_view item;
        const bool is_text = list->at(i).get_string().get(item) == simdjson::SUCCESS;
        const auto size = static_cast<std::int64_t>(item.size());
        if (!is_text || size < bytes.min || size > bytes.max) {
            refuse(key, fmt::format("must hold strings of {} to {} bytes", bytes.min, bytes.max));
            return;
        }
        into[i] = item;
    }
}

void Reader::integers(std::string_view key, std::size_t count_max, Span bounds,
                      std::vector<int>& into) {
    const auto list = array(key, count_max, Need::Optional);
    into.resize(list ? list->size() : 0);
    for (std::size_t i = 0; i < into.size(); ++i) {
        std::int64_t item = 0;
        const bool is_integer = list->at(i).get_int64().get(item) == simdjson::SUCCESS;
        if (!is_integer || item < bounds.min || item > bounds.max) {
            refuse(key, fmt::format("must hold integers of {} to {}", bounds.min, bounds.max));
            return;
        }
        into[i] = static_cast<int>(item);
    }
}

std::string Reader::path() const {
    if (!parent_) return std::string(name_);
    return fmt::format("{}.{}", parent_->path(), name_);
}

void Reader::refuse(std::string_view key, std::string_view sentence) {
    if (failed()) return;
    auto* outermost = this;
    while (outermost->parent_) outermost = outermost->parent_;
    outermost->fault_ = std::make_unique<base::Error>(
        ErrorKind::Invalid, fmt::format("{}.{} {}", path(), key, sentence));
}

void Reader::refuse_word(std::string_view key, std::string_view word) {
    refuse(key, fmt::format("is not a known word: \"{}\"", base::ellipsize(word, kQuotedBytesMax)));
}

void Reader::refuse_missing(std::string_view key, Need need) {
    if (need == Need::Required) refuse(key, "is missing");
}

base::Result<> Reader::done() const {
    if (fault_) return std::unexpected(*fault_);
    return {};
}

base::Result<Object> Parser::parse_object(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        return fail(ErrorKind::TooLarge, fmt::format("a line has {} bytes; at most {} are allowed",
                                                     text.size(), bytes_max));
    }
    // simdjson reads up to SIMDJSON_PADDING bytes beyond the end.
    if (text.size() > capacity_ || !buffer_) {
        capacity_ = std::max<std::size_t>(text.size() + text.size() / 2, 4096);
        buffer_ = std::make_unique<char[]>(capacity_ + simdjson::SIMDJSON_PADDING);
    }
    if (!text.empty()) std::memcpy(buffer_.get(), text.data(), text.size());
    std::memset(buffer_.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    Element root;
    if (const auto error = parser_.parse(buffer_.get(), text.size(), false).get(root)) {
        return fail(ErrorKind::Invalid,
                    fmt::format("not JSON: {}", simdjson::error_message(error)));
    }
    Object object;
    if (root.get_object().get(object) != simdjson::SUCCESS) {
        return fail(ErrorKind::Invalid, "not a JSON object");
    }
    return object;
}

std::string to_text(Object value) { return simdjson::to_string(value); }

}  // namespace scan::json
