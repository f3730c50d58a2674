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

// The name of a member with a short hash, which the compiler computes for literals.
struct Key {
    std::string_view text;
    std::uint16_t tag;

    constexpr Key(const char* name) : Key(std::string_view(name)) {}
    constexpr Key(std::string_view name) : text(name), tag(tag_of(name)) {}
    constexpr std::uint64_t bit() const { return std::uint64_t{1} << ((tag ^ (tag >> 8)) % 64); }

    // Differs for nearly all members of one object.
    static constexpr std::uint16_t tag_of(std::string_view name) {
        if (name.empty()) return 0;
        const auto first = static_cast<unsigned char>(name.front());
        const auto last = static_cast<unsigned char>(name.back());
        return static_cast<std::uint16_t>((name.size() << 8) + first * 5u + last);
    }
};

struct Span {
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// One JSON object, read member by member. A fault makes its getter return an empty value
// and done() the first fault, so code that reads needs no branch a field. Unknown members are left
// alone: a newer writer may know more. Members are found fastest in the order in which they stand
// in the text. null counts as absent.
class Reader {
public:
    // `name` begins every sentence: "finding.severity must be …". Both must outlive the reader.
    Reader(Object object, std::string_view name);
    // An object inside another: faults go to the outermost one.
    Reader(Object object, std::string_view name, Reader& parent) : Reader(object, name) {
        parent_ = &parent;
        keeps_ = parent.keeps_;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // From now on copy(), texts() and integers() check, but leave their targets alone.
    void only_check() { keeps_ = false; }
    bool keeps() const { return keeps_; }

    // Valid until the next call; nullptr if there is none. A key that stands twice is found in
    // turns.
    // Inlined by force, as are the getters: then the hash of a literal is a constant and not a
    // store and a load, which doubles the speed of reading.
    [[gnu::always_inline]] const Element* find(const Key& key) {
        if ((present_ & key.bit()) == 0) return nullptr;
        if (next_ < count_ && is_at(next_, key.text, key.tag)) return &slots_[next_++].member.value;
        return search(key.text, key.tag);
    }

    // Text of min..max bytes.
    [[gnu::always_inline]] std::string_view text(const Key& key, Span bytes,
                                                 Need need = Need::Required) {
        const auto* value = find(key);
        return value ? text_of(*value, key.text, bytes)
                     : absent(key.text, need, std::string_view());
    }
    [[gnu::always_inline]] void copy(std::string& into, const Key& key, Span bytes,
                                     Need need = Need::Required) {
        const auto found = text(key, bytes, need);
        if (keeps_) into = found;
    }
    // Lower-case hex digits, exactly `digits`; empty when absent.
    [[gnu::always_inline]] std::string_view hex(const Key& key, std::size_t digits,
                                                Need need = Need::Required) {
        const auto* value = find(key);
        return value ? hex_of(*value, key.text, digits, need)
                     : absent(key.text, need, std::string_view());
    }
    [[gnu::always_inline]] std::int64_t
    integer(const Key& key, Span bounds, Need need = Need::Required, std::int64_t fallback = 0) {
        const auto* value = find(key);
        return value ? integer_of(*value, key.text, bounds) : absent(key.text, need, fallback);
    }
    bool boolean(const Key& key, Need need = Need::Required);
    [[gnu::always_inline]] std::optional<Object> object(const Key& key,
                                                        Need need = Need::Required) {
        const auto* value = find(key);
        if (value) return object_of(*value, key.text);
        return absent(key.text, need, std::optional<Object>());
    }
    // At most `count_max` items.
    [[gnu::always_inline]] std::optional<Array> array(const Key& key, std::size_t count_max,
                                                      Need need = Need::Required) {
        const auto* value = find(key);
        if (value) return array_of(*value, key.text, count_max);
        return absent(key.text, need, std::optional<Array>());
    }

    // Lists of strings and integers, each item within bounds; empty when absent.
    void texts(std::vector<std::string>& into, const Key& key, std::size_t count_max, Span bytes);
    void integers(std::vector<int>& into, const Key& key, std::size_t count_max, Span bounds);

    // A word of a closed list.
    template <typename From>
    [[gnu::always_inline]] auto word(const Key& key, From from, Need need = Need::Required) {
        using Value = typename decltype(from(std::string_view{}))::value_type;
        const auto spelled = text(key, {1, 64}, need);
        if (spelled.empty()) return Value{};
        const auto value = from(spelled);
        if (!value) refuse_word(key.text, spelled);
        return value.value_or(Value{});
    }

    bool failed() const { return parent_ ? parent_->failed() : fault_ != nullptr; }
    // "<path of this object>.<key> <sentence>"; only the first one is kept.
    void refuse(std::string_view key, std::string_view sentence);
    base::Result<> done() const;

private:
    std::string path() const;
    void refuse_word(std::string_view key, std::string_view word);
    template <typename Fallback>
    Fallback absent(std::string_view key, Need need, Fallback fallback) {
        if (need == Need::Required) refuse(key, "is missing");
        return fallback;
    }
    std::string_view text_of(const Element& value, std::string_view key, Span bytes);
    std::string_view hex_of(const Element& value, std::string_view key, std::size_t digits,
                            Need need);
    std::optional<Object> object_of(const Element& value, std::string_view key);
    std::int64_t integer_of(const Element& value, std::string_view key, Span bounds);
    std::optional<Array> array_of(const Element& value, std::string_view key,
                                  std::size_t count_max);

    // Most lines have fewer members; the others are searched for in the tape.
    static constexpr std::size_t kSlots = 24;
    struct Member {
        std::string_view key;
        Element value;
    };
    union Slot {  // not filled before it is used: there are two readers a finding
        Slot() {}
        Member member;
    };

    bool is_at(std::size_t slot, std::string_view key, std::uint16_t tag) const {
        return tags_[slot] == tag && slots_[slot].member.key == key;
    }
    const Element* search(std::string_view key, std::uint16_t tag);
    const Element* search_tape(std::string_view key);

    Object object_;
    Object::iterator rest_;       // the first member without a slot
    std::size_t count_ = 0;       // slots in use
    std::size_t next_ = 0;        // behind the member found last
    std::uint64_t present_ = 0;   // a bit for each tag: most absent members need no search
    std::uint16_t tags_[kSlots];  // of the keys: few wrong ones have to be compared
    Slot slots_[kSlots];
    std::string_view name_;
    Element found_;  // by search_tape()
    bool keeps_ = true;
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
