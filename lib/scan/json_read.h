// Strict reading of JSON lines with simdjson: typed members with bounds, one sentence for the first
// thing that is wrong. Private to lib/scan; the only header of ours that shows simdjson. Whoever
// includes it must link simdjson::simdjson: a macro that comes with the target changes the size of
// its parser.
#pragma once

#include "base/result.h"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scan::json {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

enum class Need { Required, Optional };

struct Span {
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// One JSON object, read member by member. After the first fault every getter returns an empty value
// and done() the fault, so code that reads needs no branch a field. Unknown members are left alone:
// a newer writer may know more. Members are found fastest in the order in which they stand in the
// text. null counts as absent.
class Reader {
public:
    // `name` begins every sentence: "finding.severity must be …". Both must outlive the reader.
    Reader(Object object, std::string_view name);
    // An object inside another: faults go to the outermost one.
    Reader(Object object, std::string_view name, Reader& parent) : Reader(object, name) {
        parent_ = &parent;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    std::optional<Element> find(std::string_view key);

    // Text of min..max bytes.
    std::string_view text(std::string_view key, Span bytes, Need need = Need::Required);
    // Lower-case hex digits, exactly `digits`; empty when absent.
    std::string_view hex(std::string_view key, std::size_t digits, Need need = Need::Required);
    std::int64_t integer(std::string_view key, Span bounds, Need need = Need::Required,
                         std::int64_t fallback = 0);
    bool boolean(std::string_view key, Need need = Need::Required);
    std::optional<Object> object(std::string_view key, Need need = Need::Required);
    // At most `count_max` items.
    std::optional<Array> array(std::string_view key, std::size_t count_max,
                               Need need = Need::Required);

    // Lists of strings and integers, each item within bounds; empty when absent.
    void texts(std::string_view key, std::size_t count_max, Span bytes,
               std::vector<std::string>& into);
    void integers(std::string_view key, std::size_t count_max, Span bounds, std::vector<int>& into);

    // A word of a closed list.
    template <typename From>
    auto word(std::string_view key, From from, Need need = Need::Required) {
        using Value = typename decltype(from(std::string_view{}))::value_type;
        const auto spelled = text(key, {1, 64}, need);
        if (spelled.empty()) return Value{};
        const auto value = from(spelled);
        if (!value) refuse_word(key, spelled);
        return value.value_or(Value{});
    }

    bool failed() const { return parent_ ? parent_->failed() : fault_ != nullptr; }
    // "<path of this object>.<key> <sentence>"; only the first one is kept.
    void refuse(std::string_view key, std::string_view sentence);
    base::Result<> done() const;

private:
    std::string path() const;
    void refuse_word(std::string_view key, std::string_view word);
    void refuse_missing(std::string_view key, Need need);

    Object object_;
    Object::iterator at_;  // behind the member found last
    std::uint64_t present_ =
        0;  // a bit for the hash of each key: most absent members are not searched for
    std::string_view name_;
    Reader* parent_ = nullptr;
    std::unique_ptr<base::Error> fault_{};
};

// Parses one line; keeps its buffers. An element is valid until the next call. Not thread-safe.
class Parser {
public:
    // Invalid: not one JSON object, or not UTF-8. TooLarge: more than `bytes_max`.
    base::Result<Object> parse_object(std::string_view text, std::size_t bytes_max);

private:
    simdjson::dom::parser parser_;
    std::unique_ptr<char[]> buffer_{};
    std::size_t capacity_ = 0;
};

// The value as compact JSON, members in their order.
std::string to_text(Object value);

}  // namespace scan::json
