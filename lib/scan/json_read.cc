#include "scan/json_read.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace scan::json {
namespace {

using base::ErrorKind;
using base::fail;

// Foreign text in an error message: enough to recognise it.
constexpr std::size_t kQuotedBytesMax = 60;

constexpr auto kHexDigits = [] {
    std::array<bool, 256> digits{};
    for (const char c : std::string_view("0123456789abcdef")) {
        digits[static_cast<unsigned char>(c)] = true;
    }
    return digits;
}();

bool is_hex_digit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

}  // namespace

Reader::Reader(Object object, std::string_view name)
    : object_(object), rest_(object.begin()), name_(name) {
    const auto end = object_.end();
    for (; rest_ != end && count_ < kSlots; ++rest_) {
        const auto value = rest_.value();
        if (value.is_null()) continue;
        const Key key(rest_.key());
        slots_[count_].member = {key.text, value};
        tags_[count_++] = key.tag;
        present_ |= key.bit();
    }
    if (rest_ != end) present_ = ~std::uint64_t{0};
}

const Element* Reader::search(std::string_view key, std::uint16_t tag) {
    const auto start = next_;
    for (auto slot = start; slot < count_; ++slot) {
        if (!is_at(slot, key, tag)) continue;
        next_ = slot + 1;
        return &slots_[slot].member.value;
    }
    for (std::size_t slot = 0; slot < std::min(start, count_); ++slot) {
        if (!is_at(slot, key, tag)) continue;
        next_ = slot + 1;
        return &slots_[slot].member.value;
    }
    return search_tape(key);
}

const Element* Reader::search_tape(std::string_view key) {
    for (auto it = rest_; it != object_.end(); ++it) {
        if (!it.key_equals(key)) continue;
        found_ = it.value();
        return found_.is_null() ? nullptr : &found_;
    }
    return nullptr;
}

std::string_view Reader::text_of(const Element& value, std::string_view key, Span bytes) {
    std::string_view found;
    if (value.get_string().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be a string");
        return {};
    }
    const auto size = static_cast<std::int64_t>(found.size());
    if (size >= bytes.min && size <= bytes.max) return found;
    refuse(key, fmt::format("must have {} to {} bytes, has {}", bytes.min, bytes.max, size));
    return {};
}

std::string_view Reader::hex_of(const Element& value, std::string_view key, std::size_t digits,
                                Need need) {
    const auto found = text_of(value, key, {0, static_cast<std::int64_t>(digits)});
    if (found.size() == digits && std::ranges::all_of(found, is_hex_digit)) return found;
    if (!found.empty() || need == Need::Required) {
        refuse(key, fmt::format("must be {} lower-case hex digits", digits));
    }
    return {};
}

std::int64_t Reader::integer_of(const Element& value, std::string_view key, Span bounds) {
    std::int64_t found = 0;
    if (value.get_int64().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be an integer");
        return 0;
    }
    if (found >= bounds.min && found <= bounds.max) return found;
    refuse(key, fmt::format("must be between {} and {}, is {}", bounds.min, bounds.max, found));
    return 0;
}

bool Reader::boolean(const Key& key, Need need) {
    const auto* value = find(key);
    if (!value) return absent(key.text, need, false);
    bool found = false;
    if (value->get_bool().get(found) != simdjson::SUCCESS) {
        refuse(key.text, "must be true or false");
    }
    return found;
}

std::optional<Object> Reader::object_of(const Element& value, std::string_view key) {
    Object found;
    if (value.get_object().get(found) == simdjson::SUCCESS) return found;
    refuse(key, "must be an object");
    return std::nullopt;
}

std::optional<Array> Reader::array_of(const Element& value, std::string_view key,
                                      std::size_t count_max) {
    Array found;
    if (value.get_array().get(found) != simdjson::SUCCESS) {
        refuse(key, "must be a list");
        return std::nullopt;
    }
    // size() saturates at 2^24 − 1, beyond every bound.
    if (found.size() <= count_max) return found;
    refuse(key, fmt::format("must have at most {} items, has {}", count_max, found.size()));
    return std::nullopt;
}

void Reader::texts(std::vector<std::string>& into, const Key& key, std::size_t count_max,
                   Span bytes) {
    const auto list = array(key, count_max, Need::Optional);
    if (keeps_) into.resize(list ? list->size() : 0);
    if (!list) return;
    std::size_t next = 0;
    for (const auto element : *list) {
        std::string_view item;
        const bool is_text = element.get_string().get(item) == simdjson::SUCCESS;
        const auto size = static_cast<std::int64_t>(item.size());
        if (!is_text || size < bytes.min || size > bytes.max) {
            refuse(key.text,
                   fmt::format("must hold strings of {} to {} bytes", bytes.min, bytes.max));
            return;
        }
        if (keeps_) into[next++] = item;
    }
}

void Reader::integers(std::vector<int>& into, const Key& key, std::size_t count_max, Span bounds) {
    const auto list = array(key, count_max, Need::Optional);
    if (keeps_) into.resize(list ? list->size() : 0);
    if (!list) return;
    std::size_t next = 0;
    for (const auto element : *list) {
        std::int64_t item = 0;
        const bool is_integer = element.get_int64().get(item) == simdjson::SUCCESS;
        if (!is_integer || item < bounds.min || item > bounds.max) {
            refuse(key.text, fmt::format("must hold integers of {} to {}", bounds.min, bounds.max));
            return;
        }
        if (keeps_) into[next++] = static_cast<int>(item);
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
