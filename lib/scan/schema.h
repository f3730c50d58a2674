// A declarative description of a document: every field with type, bounds, default, words and one
// sentence, bound to the members of a C++ model. Parsing, defaults, canonical JSON, error
// sentences, the reference page and the schema of the Kubernetes resource all come from it. Heavy
// (templates, nlohmann): include it in .cc files only.
#pragma once

#include "base/json.h"
#include "base/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace scan::schema {

using base::Json;

enum class Kind { Text, Integer, Boolean, Choice, Object, List, Map };

// What a text must look like beyond its length (scan/schema_format.h).
enum class Format {
    Any,
    DnsLabel,
    DnsName,  // of a Kubernetes object: labels with dots between
    HostPattern,
    HttpUrl,
    Intervals,
    FileKey,   // of a ConfigMap or Secret
    Image,     // of a container
    Quantity,  // Kubernetes' amounts: 100m, 512Mi; a plain integer is taken, too
    LabelKey,
    LabelValue,
    Time,  // RFC 3339
};

struct Object;

struct Type {
    Kind kind = Kind::Text;
    std::int64_t min = 0;  // of an integer; of the characters of a text; of the items of a list
    std::int64_t max = 0;
    Format format = Format::Any;
    std::vector<std::string_view> words{};   // Choice: in the order of the enumerators
    std::shared_ptr<const Object> object{};  // Object
    std::shared_ptr<const Type> item{};      // List, and the values of a Map
    std::shared_ptr<const Type> key{};       // Map: texts
    // List of objects: the member that no two items share. The API server sees to it, and so must a
    // rule.
    std::string_view unique{};
};

// A place in the document: "spec.personas[0].name" for people, "/spec/personas/0/name" for the
// marks.
struct Place {
    std::string path;
    std::string pointer;
    Place member(std::string_view name) const;
    Place item(std::size_t index) const;
};

struct Problem {
    Place place;
    std::string sentence;
    bool unknown_field = false;  // of a later version, maybe
};

struct Field {
    std::string_view name;
    std::string_view doc;  // one sentence
    bool required = false;
    bool required_in_cluster = false;  // local mode has another way to say it
    Type type;
    Json default_value;  // null = unset
    // Bound to the model that `owner` points to. set() wants a value that check() found nothing
    // wrong with; get() returns null for what is unset.
    std::function<void(void* owner, const Json& value)> set;
    std::function<Json(const void* owner)> get;
};

// A condition in the API server's language (CEL, over `self`).
// Source: https://kubernetes.io/docs/reference/using-api/cel/
struct Cel {
    std::string_view rule;
    std::string_view message;       // "must …"
    std::string_view field_path{};  // below the object: ".login"; empty: the object itself
};

// A condition over several fields. check() sees the document as written, so it must bear fields
// that are missing or of a wrong type (those have problems of their own).
struct Rule {
    std::string_view doc;
    // Empty: holds in a cluster only.
    std::function<void(const Json& object, const Place& place, std::vector<Problem>& problems)>
        check;
    // The same for the API server. Empty: the schema says it in another way, or cannot.
    std::vector<Cel> cel{};
};

struct Object {
    std::string_view name;
    std::string_view doc;
    std::vector<Field> fields;
    std::vector<Rule> rules;
};

// Everything that is wrong with `value`, in the order of the description; stops at about a thousand
// problems.
std::vector<Problem> check(const Object& object, const Json& value);
// Fills the model from a value without problems; absent and null members leave the model's
// defaults.
void assign(const Object& object, void* owner, const Json& value);
// The model as JSON, defaults written out, unset members left out.
Json write(const Object& object, const void* owner);
// Tables of all fields in Markdown, one a nested object, with bounds and defaults; then the rules.
std::string reference_markdown(const Object& object);
// The same without a title, below the heading `path`.
std::string reference_tables(const Object& object, std::string_view path);

// Types, as they stand in a description.
Type text(std::int64_t min, std::int64_t max, Format format = Format::Any);
Type integer(std::int64_t min, std::int64_t max);
Type boolean();
Type choice(std::vector<std::string_view> words);
Type object(Object description);
Type list(Type item, std::int64_t count_max, std::string_view unique = {});
Type map(Type key, Type value, std::int64_t count_max);
Type time();

// How a C++ member is read from and written to JSON of its type.
void read_into(const Type&, const Json& value, std::string& into);
void read_into(const Type&, const Json& value, int& into);
void read_into(const Type&, const Json& value, std::int64_t& into);
void read_into(const Type&, const Json& value, std::uint64_t& into);
void read_into(const Type&, const Json& value, bool& into);
void read_into(const Type&, const Json& value, std::chrono::seconds& into);
void read_into(const Type&, const Json& value, base::Instant& into);
void read_into(const Type&, const Json& value, std::map<std::string, std::string>& into);
std::size_t word_index(const Type& type, const Json& value);

template <typename T>
void read_into(const Type& type, const Json& value, std::optional<T>& into);
template <typename T>
void read_into(const Type& type, const Json& value, std::vector<T>& into);
template <typename T>
void read_into(const Type& type, const Json& value, T& into) {
    if constexpr (std::is_enum_v<T>) {
        into = static_cast<T>(word_index(type, value));
    } else {
        assign(*type.object, &into, value);
    }
}
template <typename T>
void read_into(const Type& type, const Json& value, std::optional<T>& into) {
    read_into(type, value, into.emplace());
}
template <typename T>
void read_into(const Type& type, const Json& value, std::vector<T>& into) {
    into.clear();
    for (const auto& item : value) read_into(*type.item, item, into.emplace_back());
}

// A text that may not be empty is unset when it is.
Json to_json(const Type& type, const std::string& value);
Json to_json(const Type&, int value);
Json to_json(const Type&, std::int64_t value);
Json to_json(const Type&, std::uint64_t value);
Json to_json(const Type&, bool value);
Json to_json(const Type&, std::chrono::seconds value);
Json to_json(const Type&, base::Instant value);  // whole seconds
Json to_json(const Type&, const std::map<std::string, std::string>& value);
Json list_json(std::vector<Json> items);

template <typename T>
Json to_json(const Type& type, const std::optional<T>& value);
template <typename T>
Json to_json(const Type& type, const std::vector<T>& value);
template <typename T>
Json to_json(const Type& type, const T& value) {
    if constexpr (std::is_enum_v<T>) {
        return to_json(
            type, std::string(type.words.at(static_cast<std::size_t>(std::to_underlying(value)))));
    } else {
        return write(*type.object, &value);
    }
}
template <typename T>
Json to_json(const Type& type, const std::optional<T>& value) {
    return value ? to_json(type, *value) : Json();
}
template <typename T>
Json to_json(const Type& type, const std::vector<T>& value) {
    std::vector<Json> items;
    for (const auto& item : value) items.push_back(to_json(*type.item, item));
    return list_json(std::move(items));
}

// Builds the description of an object whose model is `Owner`, which is default-constructible: its
// own defaults are the document's.
template <typename Owner>
class Describe {
public:
    Describe(std::string_view name, std::string_view doc) {
        object_.name = name, object_.doc = doc;
    }

    template <typename Member>
    Describe& field(std::string_view name, Member Owner::* member, Type type,
                    std::string_view doc) {
        return custom(
            name, type, doc,
            [member, type](Owner& owner, const Json& value) {
                read_into(type, value, owner.*member);
            },
            [member, type](const Owner& owner) { return to_json(type, owner.*member); });
    }

    // A nested object of the document whose fields live in the same model.
    Describe& group(std::string_view name, Object nested, std::string_view doc) {
        const auto type = object(std::move(nested));
        return custom(
            name, type, doc,
            [type](Owner& owner, const Json& value) { assign(*type.object, &owner, value); },
            [type](const Owner& owner) {
                auto value = write(*type.object, &owner);
                return value.empty() ? Json() : value;
            });
    }

    // A field that must hold this word and is not kept in the model.
    Describe& constant(std::string_view name, std::string_view word, std::string_view doc) {
        return custom(
            name, choice({word}), doc, [](Owner&, const Json&) {},
            [word](const Owner&) { return Json(std::string(word)); });
    }

    // A field that no single member holds: set(Owner&, value) and get(const Owner&) do it.
    template <typename Set, typename Get>
    Describe& custom(std::string_view name, Type type, std::string_view doc, Set set, Get get) {
        Field field;
        field.name = name;
        field.doc = doc;
        field.type = std::move(type);
        field.set = [set](void* owner, const Json& value) {
            set(*static_cast<Owner*>(owner), value);
        };
        field.get = [get](const void* owner) { return get(*static_cast<const Owner*>(owner)); };
        const Owner defaults{};
        field.default_value = field.get(&defaults);
        object_.fields.push_back(std::move(field));
        return *this;
    }

    // The field added last must be there.
    Describe& required() {
        object_.fields.back().required = true;
        return *this;
    }

    Describe& required_in_cluster() {
        object_.fields.back().required_in_cluster = true;
        return *this;
    }

    Describe& rule(std::string_view doc, decltype(Rule::check) check, std::vector<Cel> cel = {}) {
        object_.rules.push_back({doc, std::move(check), std::move(cel)});
        return *this;
    }

    // Holds in a cluster only.
    Describe& cluster_rule(std::string_view doc, std::vector<Cel> cel) {
        return rule(doc, {}, std::move(cel));
    }

    Object done() { return std::move(object_); }

private:
    Object object_{};
};

}  // namespace scan::schema
