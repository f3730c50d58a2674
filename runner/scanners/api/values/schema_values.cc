#include "runner/scanners/api/values/schema_values.h"

#include "base/json.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/values/formats.h"
#include "runner/scanners/api/values/pattern.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace runner::api {
namespace {

using base::Json;

constexpr int kDepthMax = 6;
// Longer texts test nothing more.
constexpr std::size_t kTextBytesMax = 512;
// Properties of one object: a body beyond this is no longer a request.
constexpr std::size_t kPropertiesMax = 200;

const Json* nth(const Json& list, std::size_t index) {
    if (!list.is_array() || list.empty()) return nullptr;
    return &list[std::min(index, list.size() - 1)];
}

std::size_t get_size(const Json& schema, std::string_view key, std::size_t fallback) {
    const auto value = base::get_int(schema, key, static_cast<std::int64_t>(fallback));
    return value < 0 ? fallback : static_cast<std::size_t>(value);
}

bool in_list(const Json* list, std::string_view word) {
    return list != nullptr && list->is_array() &&
           std::ranges::any_of(*list, [&](const Json& item) { return item == word; });
}

void walk_properties(const Resolver& resolver, const Json* raw, int depth, std::size_t& count,
                     const std::function<void(std::string_view, const Json&, bool)>& take) {
    const auto* schema = resolver.follow(raw);
    if (schema == nullptr || depth > kDepthMax) return;
    const auto* required = base::find(*schema, "required");
    if (const auto* properties = base::find(*schema, "properties");
        properties != nullptr && properties->is_object()) {
        for (const auto& [name, property] : properties->items()) {
            const auto* resolved = resolver.follow(&property);
            if (resolved != nullptr && ++count <= kPropertiesMax)
                take(name, *resolved, in_list(required, name));
        }
    }
    if (const auto* all = base::find(*schema, "allOf"); all != nullptr && all->is_array()) {
        for (const auto& part : *all) walk_properties(resolver, &part, depth + 1, count, take);
    }
    for (const auto* key : {"oneOf", "anyOf"}) {
        const auto* choices = base::find(*schema, key);
        if (choices != nullptr && choices->is_array() && !choices->empty()) {
            walk_properties(resolver, &choices->front(), depth + 1, count, take);
        }
    }
}

std::size_t leaves(const Resolver& resolver, const Json* raw, int depth) {
    const auto* schema = resolver.follow(raw);
    if (schema == nullptr || depth > kDepthMax) return 0;
    const auto type = schema_type(*schema);
    if (type == "array") return leaves(resolver, base::find(*schema, "items"), depth + 1);
    std::size_t count = 0;
    bool any = false;
    each_property(resolver, schema, [&](std::string_view, const Json& property, bool) {
        any = true;
        count += leaves(resolver, &property, depth + 1);
    });
    return any ? count : 1;
}

}  // namespace

std::string_view schema_type(const Json& schema) {
    const auto* type = base::find(schema, "type");
    if (type != nullptr && type->is_string()) return type->get_ref<const std::string&>();
    if (type != nullptr && type->is_array()) {
        for (const auto& item : *type) {
            if (item.is_string() && item != "null") return item.get_ref<const std::string&>();
        }
    }
    for (const auto* key : {"properties", "additionalProperties", "required"}) {
        if (base::find(schema, key) != nullptr) return "object";
    }
    return base::find(schema, "items") != nullptr ? "array" : "";
}

void each_property(const Resolver& resolver, const Json* schema,
                   const std::function<void(std::string_view, const Json&, bool)>& take) {
    std::size_t count = 0;
    walk_properties(resolver, schema, 0, count, take);
}

std::size_t count_leaves(const Resolver& resolver, const Json* schema) {
    return schema == nullptr ? 0 : leaves(resolver, schema, 0);
}

Json SchemaValues::value(std::string_view name, const Json* raw, int depth) {
    const auto* schema = resolver_.follow(raw);
    if (choice_.known && !name.empty()) {
        if (auto known = choice_.known(name, schema)) return *known;
    }
    if (schema == nullptr || !schema->is_object()) return "sf" + chance_.hex(6);
    if (auto value = given(*schema)) return *value;
    return of_type(name, *schema, depth);
}

std::optional<Json> SchemaValues::given(const Json& schema) const {
    if (const auto* example = base::find(schema, "example");
        example != nullptr && choice_.example_index == 0) {
        return *example;
    }
    if (const auto* examples = base::find(schema, "examples")) {
        if (const auto* one = nth(*examples, choice_.example_index)) return *one;
    }
    if (const auto* example = base::find(schema, "example")) return *example;
    if (const auto* value = base::find(schema, "default"); value != nullptr && !value->is_null())
        return *value;
    if (const auto* value = base::find(schema, "const")) return *value;
    if (const auto* words = base::find(schema, "enum")) {
        if (const auto* one = nth(*words, choice_.example_index)) return *one;
    }
    return std::nullopt;
}

Json SchemaValues::of_type(std::string_view name, const Json& schema, int depth) {
    for (const auto* key : {"oneOf", "anyOf"}) {
        const auto* choices = base::find(schema, key);
        const bool simple = base::find(schema, "properties") == nullptr;
        if (simple && choices != nullptr && choices->is_array() && !choices->empty() &&
            depth < kDepthMax) {
            return value({}, nth(*choices, choice_.example_index), depth + 1);
        }
    }
    if (const auto* all = base::find(schema, "allOf");
        all != nullptr && all->is_array() && !all->empty()) {
        const auto* first = resolver_.follow(&all->front());
        const bool scalar = first != nullptr && schema_type(*first) != "object" &&
                            base::find(*first, "allOf") == nullptr;
        if (!scalar) return object(schema, depth);
        if (schema_type(schema).empty()) return value({}, first, depth + 1);
    }
    const auto type = schema_type(schema);
    if (type == "object") return object(schema, depth);
    if (type == "array") return array(name, schema, depth);
    if (type == "integer" || type == "number") return number(schema, type == "integer");
    if (type == "boolean") return true;
    if (type == "null") return nullptr;
    return text(name, schema);
}

void SchemaValues::add_properties(const Json& schema, int depth, Json& out) {
    each_property(resolver_, &schema,
                  [&](std::string_view name, const Json& property, bool required) {
                      if (base::get_bool(property, "readOnly") || out.contains(name)) return;
                      if (!required && !choice_.all_properties) return;
                      // A cycle of required properties has no valid value; it ends at the depth
                      // limit as null.
                      out[std::string(name)] =
                          depth < kDepthMax ? value(name, &property, depth + 1) : Json(nullptr);
                  });
}

Json SchemaValues::object(const Json& schema, int depth) {
    Json out = Json::object();
    add_properties(schema, depth, out);
    return out;
}

Json SchemaValues::array(std::string_view name, const Json& schema, int depth) {
    Json out = Json::array();
    const auto* items = base::find(schema, "items");
    const auto count = std::clamp<std::size_t>(get_size(schema, "minItems", 1), 1, 16);
    if (depth >= kDepthMax) return out;
    // Items are named like their list: ids of `productIds` are harvested as those of `productId`.
    const auto item_name = name.empty() ? std::string() : singular(name);
    for (std::size_t i = 0; i < count; ++i) out.push_back(value(item_name, items, depth + 1));
    return out;
}

Json SchemaValues::number(const Json& schema, bool integer) const {
    const auto bound = [&](std::string_view key) -> std::optional<double> {
        const auto* value = base::find(schema, key);
        return value != nullptr && value->is_number() ? std::optional(value->get<double>())
                                                      : std::nullopt;
    };
    auto low = bound("minimum");
    const auto high = bound("maximum");
    // 3.1 has a number here, before it was a flag beside `minimum`.
    if (const auto exclusive = bound("exclusiveMinimum")) low = *exclusive + 1;
    if (low && base::get_bool(schema, "exclusiveMinimum")) low = *low + 1;
    double value = 1;
    if (low) value = *low;
    if (high && value > *high) value = *high;
    if (const auto step = bound("multipleOf"); step && *step > 0)
        value = std::ceil(value / *step) * *step;
    const bool whole = integer || std::floor(value) == value;
    constexpr double kExact = 9e15;  // doubles hold integers exactly up to 2^53
    if (whole && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
    return value;
}

Json SchemaValues::text(std::string_view name, const Json& schema) {
    const LengthBounds bounds{get_size(schema, "minLength", 0),
                              std::min(get_size(schema, "maxLength", 64), kTextBytesMax)};
    if (const auto pattern = base::get_string(schema, "pattern"); !pattern.empty()) {
        if (auto made = text_for_pattern(pattern, bounds, chance_)) return *made;
    }
    const auto format = base::get_string(schema, "format");
    auto made = text_for_format(format, chance_);
    // Many documents have the name and forget the format.
    if (!made && format.empty() && plain_name(name).ends_with("email"))
        made = text_for_format("email", chance_);
    if (!made && format.empty() && plain_name(name).ends_with("password"))
        made = text_for_format("password", chance_);
    auto out = made ? *made : "sf" + chance_.hex(6);
    const auto least = std::min(bounds.min, kTextBytesMax);
    while (out.size() < least) out += chance_.hex(std::min<std::size_t>(8, least - out.size()));
    if (out.size() > bounds.max && bounds.max > 0) out.resize(bounds.max);
    return out;
}

}  // namespace runner::api
