// Walking through JSON with simdjson, on demand: fields in their order, nothing built, nothing
// looked at twice. Private to lib/kube; whoever includes it must link simdjson::simdjson, which
// carries a macro that changes the size of its parser.
#pragma once

#include "base/result.h"

#include <simdjson.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace kube::json {

using simdjson::SUCCESS;
using Document = simdjson::ondemand::document;
using Value = simdjson::ondemand::value;
using Object = simdjson::ondemand::object;
using Array = simdjson::ondemand::array;

// One document at a time, copied to where simdjson may read beyond its end. Keeps its buffers for
// the next one, unless they grew beyond what an ordinary object needs. Not thread-safe.
class Parser {
public:
    // TooLarge: more than `bytes_max`. Invalid: not UTF-8, an open string, not an object at the
    // root. The walk finds what else is broken: check whole() at its end.
    base::Result<Object> open(std::string_view text, std::size_t bytes_max);

    // True if the walk met nothing broken and the root object ends where the text ends.
    bool whole(Object& root);

    // Where a piece of the copy stands in `text`, which must be the text opened last.
    std::string_view in(std::string_view text, std::string_view piece) const {
        return text.substr(static_cast<std::size_t>(piece.data() - buffer_.get()), piece.size());
    }

private:
    std::unique_ptr<simdjson::ondemand::parser> parser_{};
    Document document_{};
    std::unique_ptr<char[]> buffer_{};
    std::size_t capacity_ = 0;
    std::size_t size_ = 0;
};

// The characters of a name as they stand in the text: no member that we look for needs escapes.
// simdjson has made sure that the quote is there, and that eight bytes behind it may be read.
inline std::string_view name_of(simdjson::ondemand::raw_json_string raw) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;
    for (const char* at = raw.raw();; at += 8) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, at, 8);
        eight ^= kOnes * '"';  // the quote becomes zero; the lowest zero is found exactly
        const auto quotes = (eight - kOnes) & ~eight & kHighs;
        if (quotes == 0) continue;
        at += std::countr_zero(quotes) / 8;
        return {raw.raw(), static_cast<std::size_t>(at - raw.raw())};
    }
}

// Calls visit(name, value) for each field until it returns false. What is broken ends the walk;
// Parser::whole() tells.
template <typename Visit>
void each_field(Object object, Visit visit) {
    for (auto field : object) {
        simdjson::ondemand::raw_json_string name;
        Value value;
        if (field.key().get(name) != SUCCESS || field.value().get(value) != SUCCESS) return;
        if (!visit(name_of(name), value)) return;
    }
}

// The same for the members of `value`, if it is an object.
template <typename Visit>
void each_field_of(Value value, Visit visit) {
    Object object;
    if (value.get_object().get(object) == SUCCESS) each_field(object, visit);
}

// Calls visit(object) for each object in `value`, if it is an array, up to the first other item.
template <typename Visit>
void each_object_of(Value value, Visit visit) {
    Array array;
    if (value.get_array().get(array) != SUCCESS) return;
    for (auto item : array) {
        Object object;
        if (item.get_object().get(object) != SUCCESS) return;
        visit(object);
    }
}

// What is of another type counts as absent. A text is valid until the parser opens the next one.
inline std::string_view text_of(Value value) {
    std::string_view text;
    return value.get_string().get(text) == SUCCESS ? text : std::string_view();
}
inline std::int64_t integer_of(Value value) {
    std::int64_t number = 0;
    return value.get_int64().get(number) == SUCCESS ? number : 0;
}
inline bool bool_of(Value value) {
    bool truth = false;
    return value.get_bool().get(truth) == SUCCESS && truth;
}

}  // namespace kube::json
