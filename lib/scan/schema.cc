#include "scan/schema.h"

#include "base/document.h"
#include "base/text.h"
#include "scan/schema_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace scan::schema {
namespace {

// More would only be cut off again, and a hostile file could hold a million.
constexpr std::size_t kProblemsMax = 1000;
// Foreign text in a sentence: enough to recognise it.
constexpr std::size_t kQuotedBytesMax = 60;
// Names of all fields fit into a sentence up to here.
constexpr std::size_t kListedFieldsMax = 12;

using Problems = std::vector<Problem>;

void add(Problems& problems, const Place& place, std::string sentence, bool unknown_field = false) {
    if (problems.size() >= kProblemsMax) return;
    problems.push_back({place, std::move(sentence), unknown_field});
}

std::string shown(const Json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    return base::ellipsize(base::dump_json(value), kQuotedBytesMax);
}

std::int64_t characters(std::string_view text) {
    return std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') || byte == 0x7f;
    });
}

void check_text(const Type& type, const Json& value, const Place& place, Problems& problems) {
    if (type.format == Format::Quantity && value.is_number_unsigned()) return;
    if (type.format == Format::Quantity && value.is_number()) {
        add(problems, place, fmt::format("{}, got {}", format_sentence(type.format), shown(value)));
        return;
    }
    if (!value.is_string()) {
        const bool quotable = value.is_number() || value.is_boolean();
        add(problems, place,
            fmt::format("must be a string, got {}{}", shown(value),
                        quotable ? "; put it in quotes" : ""));
        return;
    }
    const auto& text = value.get_ref<const std::string&>();
    const auto size = characters(text);
    if (size == 0 && type.min > 0) {
        add(problems, place, "must not be empty");
    } else if (size < type.min || size > type.max) {
        add(problems, place,
            fmt::format("must have at most {} characters, has {}", type.max, size));
    } else if (has_control(text)) {
        add(problems, place, "must not hold control characters");
    } else if (const auto fault = format_fault(type.format, text); size > 0 && !fault.empty()) {
        add(problems, place, fmt::format("{}, got {}", fault, shown(value)));
    }
}

void check_integer(const Type& type, const Json& value, const Place& place, Problems& problems) {
    if (!value.is_number_integer()) {
        add(problems, place, fmt::format("must be a whole number, got {}", shown(value)));
        return;
    }
    const bool huge = value.is_number_unsigned() &&
                      value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
    if (!huge && value.get<std::int64_t>() >= type.min && value.get<std::int64_t>() <= type.max) {
        return;
    }
    add(problems, place,
        fmt::format("must be between {} and {}, got {}", type.min, type.max, shown(value)));
}

void check_choice(const Type& type, const Json& value, const Place& place, Problems& problems) {
    const auto word = value.is_string() ? value.get<std::string>() : std::string();
    if (!word.empty() && std::ranges::find(type.words, word) != type.words.end()) return;
    if (type.words.size() == 1) {
        add(problems, place,
            fmt::format("must be \"{}\", got {}", type.words.front(), shown(value)));
        return;
    }
    const auto near = base::nearest_word(word, type.words);
    const auto hint = near.empty() ? "" : fmt::format("; did you mean {}?", near);
    add(problems, place,
        fmt::format("must be one of {}; got {}{}", fmt::join(type.words, ", "), shown(value),
                    hint));
}

void check_object(const Object& object, const Json& value, const Place& place, Problems& problems);
void check_value(const Type& type, const Json& value, const Place& place, Problems& problems);

void check_list(const Type& type, const Json& value, const Place& place, Problems& problems) {
    if (!value.is_array()) {
        add(problems, place, fmt::format("must be a list, got {}", shown(value)));
        return;
    }
    if (static_cast<std::int64_t>(value.size()) > type.max) {
        add(problems, place,
            fmt::format("must have at most {} items, has {}", type.max, value.size()));
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        check_value(*type.item, value[i], place.item(i), problems);
    }
}

void check_map(const Type& type, const Json& value, const Place& place, Problems& problems) {
    if (!value.is_object()) {
        add(problems, place, fmt::format("must be an object, got {}", shown(value)));
        return;
    }
    if (static_cast<std::int64_t>(value.size()) > type.max) {
        add(problems, place,
            fmt::format("must have at most {} members, has {}", type.max, value.size()));
    }
    for (const auto& [key, member] : value.items()) {
        const auto where = place.member(base::ellipsize(key, kQuotedBytesMax));
        check_text(*type.key, Json(key), where, problems);
        check_text(*type.item, member, where, problems);
    }
}

void check_value(const Type& type, const Json& value, const Place& place, Problems& problems) {
    switch (type.kind) {
    case Kind::Text: check_text(type, value, place, problems); return;
    case Kind::Integer: check_integer(type, value, place, problems); return;
    case Kind::Boolean:
        if (!value.is_boolean()) {
            add(problems, place, fmt::format("must be true or false, got {}", shown(value)));
        }
        return;
    case Kind::Choice: check_choice(type, value, place, problems); return;
    case Kind::Object: check_object(*type.object, value, place, problems); return;
    case Kind::List: check_list(type, value, place, problems); return;
    case Kind::Map: check_map(type, value, place, problems); return;
    }
}

void check_unknown(const Object& object, const Json& value, const Place& place,
                   Problems& problems) {
    std::vector<std::string_view> names;
    for (const auto& field : object.fields) names.push_back(field.name);
    for (const auto& [key, ignored] : value.items()) {
        if (std::ranges::find(names, key) != names.end()) continue;
        std::string hint;
        if (const auto near = base::nearest_word(key, names); !near.empty()) {
            hint = fmt::format("; did you mean \"{}\"?", near);
        } else if (names.size() <= kListedFieldsMax) {
            hint = fmt::format("; known here: {}", fmt::join(names, ", "));
        }
        add(problems, place.member(base::ellipsize(key, kQuotedBytesMax)),
            fmt::format("unknown field{}", hint), true);
    }
}

void check_object(const Object& object, const Json& value, const Place& place, Problems& problems) {
    if (!value.is_object()) {
        add(problems, place, fmt::format("must be an object, got {}", shown(value)));
        return;
    }
    check_unknown(object, value, place, problems);
    for (const auto& field : object.fields) {
        const auto* member = base::find(value, field.name);
        if (member && !member->is_null()) {
            check_value(field.type, *member, place.member(field.name), problems);
        } else if (field.required) {
            add(problems, place.member(field.name), "is missing");
        }
    }
    for (const auto& rule : object.rules) {
        if (rule.check) rule.check(value, place, problems);
    }
}

}  // namespace

Place Place::member(std::string_view name) const {
    return {path.empty() ? std::string(name) : fmt::format("{}.{}", path, name),
            fmt::format("{}/{}", pointer, base::escape_pointer(name))};
}

Place Place::item(std::size_t index) const {
    return {fmt::format("{}[{}]", path, index), fmt::format("{}/{}", pointer, index)};
}

std::vector<Problem> check(const Object& object, const Json& value) {
    Problems problems;
    check_object(object, value, {}, problems);
    return problems;
}

void assign(const Object& object, void* owner, const Json& value) {
    for (const auto& field : object.fields) {
        const auto* member = base::find(value, field.name);
        if (member && !member->is_null()) field.set(owner, *member);
    }
}

Json write(const Object& object, const void* owner) {
    auto out = Json::object();
    for (const auto& field : object.fields) {
        auto value = field.get(owner);
        if (!value.is_null()) out[std::string(field.name)] = std::move(value);
    }
    return out;
}

Type text(std::int64_t min, std::int64_t max, Format format) {
    return {.kind = Kind::Text, .min = min, .max = max, .format = format};
}
Type integer(std::int64_t min, std::int64_t max) {
    return {.kind = Kind::Integer, .min = min, .max = max};
}
Type boolean() { return {.kind = Kind::Boolean}; }
Type choice(std::vector<std::string_view> words) {
    return {.kind = Kind::Choice, .words = std::move(words)};
}
Type object(Object description) {
    return {.kind = Kind::Object, .object = std::make_shared<const Object>(std::move(description))};
}
Type list(Type item, std::int64_t count_max, std::string_view unique) {
    return {.kind = Kind::List,
            .max = count_max,
            .item = std::make_shared<const Type>(std::move(item)),
            .unique = unique};
}
Type map(Type key, Type value, std::int64_t count_max) {
    return {.kind = Kind::Map,
            .max = count_max,
            .item = std::make_shared<const Type>(std::move(value)),
            .key = std::make_shared<const Type>(std::move(key))};
}
Type time() {
    constexpr std::int64_t kTimeMax = 40;  // with nanoseconds and an offset it has 35
    return text(1, kTimeMax, Format::Time);
}

void read_into(const Type&, const Json& value, std::string& into) {
    into = value.is_string() ? value.get<std::string>() : base::dump_json(value);
}
void read_into(const Type&, const Json& value, int& into) { into = value.get<int>(); }
void read_into(const Type&, const Json& value, std::int64_t& into) {
    into = value.get<std::int64_t>();
}
void read_into(const Type&, const Json& value, std::uint64_t& into) {
    into = value.get<std::uint64_t>();
}
void read_into(const Type&, const Json& value, bool& into) { into = value.get<bool>(); }
void read_into(const Type&, const Json& value, std::chrono::seconds& into) {
    into = std::chrono::seconds(value.get<std::int64_t>());
}
void read_into(const Type&, const Json& value, base::Instant& into) {
    into = base::parse_instant(value.get_ref<const std::string&>()).value_or(base::Instant{});
}
void read_into(const Type& type, const Json& value, std::map<std::string, std::string>& into) {
    into.clear();
    for (const auto& [key, member] : value.items()) read_into(*type.item, member, into[key]);
}
std::size_t word_index(const Type& type, const Json& value) {
    const auto found = std::ranges::find(type.words, value.get_ref<const std::string&>());
    return static_cast<std::size_t>(found - type.words.begin());
}

Json to_json(const Type& type, const std::string& value) {
    return value.empty() && type.min > 0 ? Json() : Json(value);
}
Json to_json(const Type&, int value) { return value; }
Json to_json(const Type&, std::int64_t value) { return value; }
Json to_json(const Type&, std::uint64_t value) { return value; }
Json to_json(const Type&, bool value) { return value; }
Json to_json(const Type&, std::chrono::seconds value) { return std::int64_t{value.count()}; }
Json to_json(const Type&, base::Instant value) {
    // The API server's own times have no fractions.
    constexpr std::size_t kSecondsBytes = std::string_view("2026-01-31T12:00:00").size();
    return base::format_instant(value).substr(0, kSecondsBytes) + "Z";
}
Json to_json(const Type&, const std::map<std::string, std::string>& value) {
    auto out = Json::object();
    for (const auto& [key, member] : value) out[key] = member;
    return out;
}
Json list_json(std::vector<Json> items) { return Json(std::move(items)); }

}  // namespace scan::schema
