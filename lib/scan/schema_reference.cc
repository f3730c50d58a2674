#include "scan/schema.h"
#include "scan/schema_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scan::schema {
namespace {

std::string type_name(const Type& type) {
    switch (type.kind) {
    case Kind::Text: return "string";
    case Kind::Integer: return "integer";
    case Kind::Boolean: return "bool";
    case Kind::Choice: return fmt::format("`{}`", fmt::join(type.words, "` `"));
    case Kind::Object: return "object";
    case Kind::List: return fmt::format("list of {}", type_name(*type.item));
    case Kind::Map: return fmt::format("map of {}", type_name(*type.item));
    }
    return {};
}

std::string bounds(const Type& type) {
    switch (type.kind) {
    case Kind::Text:
        if (type.format == Format::Time) return std::string(format_name(type.format)).substr(2);
        return fmt::format("{}..{} characters{}", type.min, type.max, format_name(type.format));
    case Kind::Integer: return fmt::format("{}..{}", type.min, type.max);
    case Kind::List: {
        const auto item = bounds(*type.item);
        const auto each = item.empty() ? item : fmt::format(", each {}", item);
        return fmt::format("≤ {} items{}", type.max, each);
    }
    case Kind::Map:
        return fmt::format("≤ {} members, keys {}, values {}", type.max, bounds(*type.key),
                           bounds(*type.item));
    case Kind::Boolean:
    case Kind::Choice:
    case Kind::Object: return "";
    }
    return "";
}

std::string default_text(const Field& field) {
    if (field.required) return "**required**";
    if (field.required_in_cluster) return "**required** in a cluster";
    if (field.default_value.is_null() || field.default_value.is_object()) return "–";
    return fmt::format("`{}`", base::dump_json(field.default_value));
}

void write_table(std::string& out, const Object& object) {
    out += "| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n";
    for (const auto& field : object.fields) {
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", field.name, type_name(field.type),
                           default_text(field), bounds(field.type), field.doc);
    }
    for (const auto& rule : object.rules) {
        out += fmt::format("\n- {}{}", rule.check ? "" : "In a cluster: ", rule.doc);
    }
    if (!object.rules.empty()) out += '\n';
}

// The object of a field: its own, or that of its items.
const Object* nested(const Type& type) {
    if (type.object) return type.object.get();
    return type.item ? nested(*type.item) : nullptr;
}

void write_object(std::string& out, const Object& object, const std::string& path) {
    if (!path.empty()) out += fmt::format("\n## {}\n\n", path);
    out += fmt::format("{}\n\n", object.doc);
    write_table(out, object);
    for (const auto& field : object.fields) {
        const auto* inner = nested(field.type);
        if (!inner) continue;
        const auto dot = path.empty() ? "" : ".";
        const auto brackets = field.type.kind == Kind::List ? "[]" : "";
        write_object(out, *inner, fmt::format("{}{}{}{}", path, dot, field.name, brackets));
    }
}

}  // namespace

std::string reference_markdown(const Object& object) {
    auto out = fmt::format("# {}\n\n", object.name);
    write_object(out, object, "");
    return out;
}

std::string reference_tables(const Object& object, std::string_view path) {
    std::string out;
    write_object(out, object, std::string(path));
    return out;
}

}  // namespace scan::schema
