#include "scan/schema.h"

#include "base/document.h"
#include "base/text.h"

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
// Unit numbers of a Synthetic job.
constexpr std::size_t kIntervalNumbersMax = 1'000'000;

using Problems = std::vector<Problem>;

void add(Problems& problems, const Place& place, std::string sentence) {
    if (problems.size() < kProblemsMax) problems.push_back({place, std::move(sentence)});
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

bool is_host_pattern(std::string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    const bool plain = std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view(".-_:[]").find(c) != std::string_view::npos ||
               static_cast<unsigned char>(c) >= 0x80;
    });
    return plain && !text.empty() && text.front() != ':' && text.front() != '.';
}

bool is_http_url(std::string_view text) {
    const auto after = text.find("://");
    if (after == std::string_view::npos || after + 3 == text.size()) return false;
    const auto scheme = base::to_lower(text.substr(0, after));
    return (scheme == "http" || scheme == "https") &&
           text.find_first_of(" \t\r\n") == std::string_view::npos;
}

// Empty if the text has the format, else what it must be.
std::string_view format_fault(Format format, const std::string& text) {
    switch (format) {
    case Format::Any: return {};
    case Format::DnsLabel:
        if (base::is_dns_label(text)) return {};
        return "must be lower-case letters, digits and '-', with a letter or digit at both ends";
    case Format::HostPattern:
        if (is_host_pattern(text)) return {};
        return "must be a host name or *.suffix, with or without :port";
    case Format::HttpUrl:
        if (is_http_url(text)) return {};
        return "must be a URL that begins with http:// or https://";
    case Format::Intervals:
        if (base::parse_intervals(text, kIntervalNumbersMax)) return {};
        return "must be numbers and ranges such as 0-4,7";
    }
    return {};
}

void check_text(const Type& type, const Json& value, const Place& place, Problems& problems) {
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
    } else if (const auto fault = format_fault(type.format, text); !fault.empty()) {
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
            fmt::format("unknown field{}", hint));
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
    for (const auto& rule : object.rules) rule.check(value, place, problems);
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
Type list(Type item, std::int64_t count_max) {
    return {.kind = Kind::List,
            .max = count_max,
            .item = std::make_shared<const Type>(std::move(item))};
}

void read_into(const Type&, const Json& value, std::string& into) {
    into = value.get<std::string>();
}
void read_into(const Type&, const Json& value, int& into) { into = value.get<int>(); }
void read_into(const Type&, const Json& value, std::int64_t& into) {
    into = value.get<std::int64_t>();
}
void read_into(const Type&, const Json& value, bool& into) { into = value.get<bool>(); }
void read_into(const Type&, const Json& value, std::chrono::seconds& into) {
    into = std::chrono::seconds(value.get<std::int64_t>());
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
Json to_json(const Type&, bool value) { return value; }
Json to_json(const Type&, std::chrono::seconds value) { return std::int64_t{value.count()}; }
Json list_json(std::vector<Json> items) { return Json(std::move(items)); }

}  // namespace scan::schema
