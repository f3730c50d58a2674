#include "runner/scanners/api/openapi/schema_match.h"

#include "base/json.h"

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

constexpr int kDepthMax = 6;
// Of a long list the first items say enough.
constexpr std::size_t kItemsMax = 20;

bool is_of_type(const Json& value, std::string_view type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    return true;
}

bool type_fits(const Json& schema, const Json& value) {
    if (value.is_null() && base::get_bool(schema, "nullable")) return true;
    const auto* type = base::find(schema, "type");
    if (type == nullptr) return true;
    if (type->is_string()) return is_of_type(value, type->get_ref<const std::string&>());
    if (!type->is_array()) return true;
    return std::ranges::any_of(*type, [&](const Json& one) {
        return one.is_string() && is_of_type(value, one.get_ref<const std::string&>());
    });
}

bool fits(const Resolver& resolver, const Json* raw, const Json& value, int depth);

bool object_fits(const Resolver& resolver, const Json& schema, const Json& value, int depth) {
    const auto* required = base::find(schema, "required");
    if (required != nullptr && required->is_array()) {
        for (const auto& name : *required) {
            if (name.is_string() && !value.contains(name.get_ref<const std::string&>()))
                return false;
        }
    }
    const auto* properties = base::find(schema, "properties");
    if (properties == nullptr || !properties->is_object() || properties->empty()) return true;
    bool any = false;
    for (const auto& [name, property] : properties->items()) {
        const auto* member = base::find(value, name);
        if (member == nullptr) continue;
        any = true;
        if (!fits(resolver, &property, *member, depth + 1)) return false;
    }
    // An object that has none of the documented members is another object.
    return any || value.empty();
}

bool choice_fits(const Resolver& resolver, const Json& schema, const Json& value, int depth) {
    for (const auto* key : {"oneOf", "anyOf"}) {
        const auto* choices = base::find(schema, key);
        if (choices == nullptr || !choices->is_array() || choices->empty()) continue;
        const bool one = std::ranges::any_of(*choices, [&](const Json& choice) {
            return fits(resolver, &choice, value, depth + 1);
        });
        if (!one) return false;
    }
    const auto* all = base::find(schema, "allOf");
    if (all == nullptr || !all->is_array()) return true;
    return std::ranges::all_of(
        *all, [&](const Json& part) { return fits(resolver, &part, value, depth + 1); });
}

bool fits(const Resolver& resolver, const Json* raw, const Json& value, int depth) {
    const auto* schema = resolver.follow(raw);
    if (schema == nullptr || !schema->is_object() || depth > kDepthMax) return true;
    if (!type_fits(*schema, value)) return false;
    const auto* words = base::find(*schema, "enum");
    if (words != nullptr && words->is_array() && std::ranges::find(*words, value) == words->end())
        return false;
    if (!choice_fits(resolver, *schema, value, depth)) return false;
    if (value.is_object()) return object_fits(resolver, *schema, value, depth);
    const auto* items = base::find(*schema, "items");
    if (!value.is_array() || items == nullptr) return true;
    const auto end = value.begin() + static_cast<std::ptrdiff_t>(std::min(value.size(), kItemsMax));
    return std::all_of(value.begin(), end,
                       [&](const Json& item) { return fits(resolver, items, item, depth + 1); });
}

bool documents(const Resolver& resolver, const Json* raw, std::string_view name, int depth) {
    const auto* schema = resolver.follow(raw);
    if (schema == nullptr || !schema->is_object() || depth > kDepthMax) return false;
    const auto* properties = base::find(*schema, "properties");
    if (properties != nullptr && properties->is_object()) {
        if (properties->contains(name)) return true;
        for (const auto& property : *properties) {
            if (documents(resolver, &property, name, depth + 1)) return true;
        }
    }
    for (const auto* key : {"items", "additionalProperties"}) {
        const auto* below = base::find(*schema, key);
        if (below != nullptr && below->is_object() && documents(resolver, below, name, depth + 1))
            return true;
    }
    for (const auto* key : {"allOf", "oneOf", "anyOf"}) {
        const auto* parts = base::find(*schema, key);
        if (parts == nullptr || !parts->is_array()) continue;
        for (const auto& part : *parts) {
            if (documents(resolver, &part, name, depth + 1)) return true;
        }
    }
    return false;
}

}  // namespace

bool matches_schema(const Resolver& resolver, const Json* raw, const Json& value) {
    const auto* schema = resolver.follow(raw);
    if (schema == nullptr || !schema->is_object() || schema->empty()) return false;
    return fits(resolver, schema, value, 0);
}

bool documents_property(const Resolver& resolver, const Json* schema, std::string_view name) {
    return schema != nullptr && documents(resolver, schema, name, 0);
}

}  // namespace runner::api
