#include "scan/schema_openapi.h"

#include "scan/schema_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace scan::schema {
namespace {

constexpr std::string_view kRules = "x-kubernetes-validations";

void add_rule(Json& schema, Json rule) {
    auto& rules = schema[std::string(kRules)];
    if (rules.is_null()) rules = Json::array();
    rules.push_back(std::move(rule));
}

Json rule_of(std::string rule, std::string_view message) {
    return {{"rule", std::move(rule)}, {"message", message}};
}

// Whether `text` (a CEL expression) has the format.
std::string matches(Format format, std::string_view text) {
    return fmt::format("{}.matches(r'{}')", text, format_regex(format));
}

void add_format(Json& schema, const Type& type) {
    if (format_regex(type.format).empty()) return;
    auto rule = matches(type.format, "self");
    if (type.min == 0) rule = "self == '' || " + rule;
    add_rule(schema, rule_of(std::move(rule), format_sentence(type.format)));
}

// Kubernetes takes amounts as text or as a plain integer.
Json quantity(const Type& type) {
    Json schema = {{"x-kubernetes-int-or-string", true}, {"maxLength", type.max}};
    const auto as_text =
        fmt::format("type(self) == string && {}", matches(type.format, "string(self)"));
    add_rule(schema, rule_of(fmt::format("(type(self) == int && int(self) >= 0) || ({})", as_text),
                             format_sentence(type.format)));
    return schema;
}

// What a program of ours writes must not be refused for an empty text.
Json text_schema(const Type& type, Defaults defaults) {
    if (type.format == Format::Quantity) return quantity(type);
    if (type.format == Format::Time) return {{"type", "string"}, {"format", "date-time"}};
    Json schema = {{"type", "string"}, {"maxLength", type.max}};
    if (type.min > 0 && defaults != Defaults::LeftOut) schema["minLength"] = type.min;
    add_format(schema, type);
    return schema;
}

Json integer_schema(const Type& type) {
    const bool fits = type.max <= std::numeric_limits<std::int32_t>::max();
    return {{"type", "integer"},
            {"format", fits ? "int32" : "int64"},
            {"minimum", type.min},
            {"maximum", type.max}};
}

Json type_schema(const Type& type, Defaults defaults);

// Items have no defaults: `kubectl apply` and Argo CD compare lists as a whole, so that what the
// server added would look like a difference for ever.
Json list_schema(const Type& type, Defaults defaults) {
    const auto within = defaults == Defaults::LeftOut ? defaults : Defaults::Described;
    Json schema = {{"type", "array"},
                   {"maxItems", type.max},
                   {"items", type_schema(*type.item, within)},
                   {"x-kubernetes-list-type", type.unique.empty() ? "atomic" : "map"}};
    if (!type.unique.empty()) {
        schema["x-kubernetes-list-map-keys"] = Json::array({std::string(type.unique)});
    }
    return schema;
}

Json map_schema(const Type& type) {
    Json schema = {{"type", "object"},
                   {"maxProperties", type.max},
                   {"additionalProperties", text_schema(*type.item, Defaults::Described)},
                   {"x-kubernetes-map-type", "atomic"}};
    const auto rule = fmt::format("self.all(key, key.size() <= {} && {})", type.key->max,
                                  matches(type.key->format, "key"));
    add_rule(schema, rule_of(rule, fmt::format("each key {}", format_sentence(type.key->format))));
    return schema;
}

Json type_schema(const Type& type, Defaults defaults) {
    switch (type.kind) {
    case Kind::Text: return text_schema(type, defaults);
    case Kind::Integer: return integer_schema(type);
    case Kind::Boolean: return {{"type", "boolean"}};
    case Kind::Choice: return {{"type", "string"}, {"enum", type.words}};
    case Kind::Object: return openapi(*type.object, defaults);
    case Kind::List: return list_schema(type, defaults);
    case Kind::Map: return map_schema(type);
    }
    return {};
}

bool is_empty(const Json& value) {
    return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
           (value.is_structured() && value.empty());
}

bool has_defaults(const Object& object);

// Empty texts and lists are left out: they mean the same as none. A nested object needs a default
// of its own where its members have some, or they would not be filled in.
Json default_of(const Field& field) {
    if (field.required || is_empty(field.default_value)) return {};
    if (field.type.kind != Kind::Object) return field.default_value;
    return has_defaults(*field.type.object) ? Json::object() : Json();
}

bool has_defaults(const Object& object) {
    return std::ranges::any_of(object.fields,
                               [](const Field& field) { return !default_of(field).is_null(); });
}

// The field's sentence, then what its object or items are, unless they say the same; then a default
// that the schema does not carry.
std::string description_of(const Field& field, Defaults defaults) {
    std::string text(field.doc);
    const auto& type = field.type.kind == Kind::List ? *field.type.item : field.type;
    if (type.object && type.object->doc != field.doc) text += fmt::format(" {}", type.object->doc);
    const auto unsaid = default_of(field);
    if (defaults == Defaults::Described && !unsaid.is_object() && !unsaid.is_null()) {
        const auto shown = unsaid.is_string() ? unsaid.get<std::string>() : base::dump_json(unsaid);
        text += fmt::format(" Default: `{}`.", shown);
    }
    return text;
}

}  // namespace

Json openapi_rule(const Cel& cel) {
    auto rule = rule_of(std::string(cel.rule), cel.message);
    if (!cel.field_path.empty()) rule["fieldPath"] = cel.field_path;
    return rule;
}

Json openapi(const Object& object, Defaults defaults) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}};
    auto required = Json::array();
    for (const auto& field : object.fields) {
        auto property = type_schema(field.type, defaults);
        property["description"] = description_of(field, defaults);
        const auto default_value = defaults == Defaults::Written ? default_of(field) : Json();
        if (!default_value.is_null()) property["default"] = default_value;
        const std::string name(field.name);
        if (field.required || field.required_in_cluster) required.push_back(name);
        schema["properties"][name] = std::move(property);
    }
    if (!required.empty()) schema["required"] = std::move(required);
    for (const auto& rule : object.rules) {
        for (const auto& cel : rule.cel) add_rule(schema, openapi_rule(cel));
    }
    return schema;
}

}  // namespace scan::schema
