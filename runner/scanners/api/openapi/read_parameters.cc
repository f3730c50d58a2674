#include "runner/scanners/api/openapi/read_parts.h"

#include "base/document.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace runner::api {
namespace {

using base::Json;

// An operation with more parameters than this is not written by people; the rest is passed over.
constexpr std::size_t kParametersMax = 256;

std::optional<Place> place_of(std::string_view in) {
    if (in == "path") return Place::Path;
    if (in == "query") return Place::Query;
    if (in == "header") return Place::Header;
    if (in == "cookie") return Place::Cookie;
    return std::nullopt;
}

Style style_of(std::string_view word, Place place) {
    if (word == "simple") return Style::Simple;
    if (word == "label") return Style::Label;
    if (word == "matrix") return Style::Matrix;
    if (word == "form") return Style::Form;
    if (word == "spaceDelimited") return Style::SpaceDelimited;
    if (word == "pipeDelimited") return Style::PipeDelimited;
    if (word == "deepObject") return Style::DeepObject;
    return place == Place::Query || place == Place::Cookie ? Style::Form : Style::Simple;
}

// 2.0 says it with collectionFormat: csv (default), ssv, tsv, pipes, multi.
void read_collection_format(const Json& source, Parameter& parameter) {
    const auto format = base::get_string(source, "collectionFormat", "csv");
    parameter.style = style_of({}, parameter.place);
    if (format == "ssv") parameter.style = Style::SpaceDelimited;
    if (format == "pipes") parameter.style = Style::PipeDelimited;
    parameter.explode = format == "multi";
}

void read_style(const Json& source, Parameter& parameter) {
    parameter.style = style_of(base::get_string(source, "style"), parameter.place);
    parameter.explode = base::get_bool(source, "explode", parameter.style == Style::Form);
}

// OpenAPI 3 `content` instead of `schema`: exactly one media type.
void read_content(const Reading& reading, const Json& source, Parameter& parameter) {
    const auto* content = base::find(source, "content");
    if (content == nullptr || !content->is_object() || content->empty()) return;
    const auto first = content->begin();
    parameter.as_json = first.key().find("json") != std::string::npos;
    parameter.schema = reading.resolver().follow(base::find(first.value(), "schema"));
}

// 2.0 `in: body` and `in: formData` become bodies.
struct BodyParts {
    const Json* body = nullptr;
    std::string body_pointer{};
    std::vector<const Json*> form{};
    std::string form_pointer{};
};

struct Collected {
    std::vector<Parameter> parameters{};
    BodyParts bodies{};
};

void add_plain(const Reading& reading, const Json& source, Parameter parameter, Collected& out) {
    parameter.required = base::get_bool(source, "required", parameter.place == Place::Path);
    if (parameter.place == Place::Path) parameter.required = true;
    parameter.object = &source;
    if (reading.is_v2) {
        parameter.schema = &source;
        read_collection_format(source, parameter);
    } else {
        parameter.schema = reading.resolver().follow(base::find(source, "schema"));
        read_style(source, parameter);
        if (parameter.schema == nullptr) read_content(reading, source, parameter);
    }
    const auto same = [&](const Parameter& p) {
        return p.name == parameter.name && p.place == parameter.place;
    };
    std::erase_if(out.parameters, same);
    out.parameters.push_back(std::move(parameter));
}

// Empty, or why the parameter makes the operation unusable.
std::string add_one(const Reading& reading, const Json& raw, const std::string& pointer,
                    Collected& out) {
    const auto* source = reading.resolver().follow(&raw);
    if (source == nullptr || !source->is_object())
        return fmt::format("the parameter at {} cannot be resolved", pointer);
    const auto in = base::get_string(*source, "in");
    if (reading.is_v2 && in == "body") {
        out.bodies.body = source;
        out.bodies.body_pointer = pointer;
        return {};
    }
    const auto name = base::get_string(*source, "name");
    if (name.empty()) return fmt::format("the parameter at {} has no name", pointer);
    if (reading.is_v2 && in == "formData") {
        out.bodies.form.push_back(source);
        out.bodies.form_pointer = pointer;
        return {};
    }
    const auto place = place_of(in);
    if (!place) return fmt::format("the parameter at {} has no usable 'in'", pointer);
    add_plain(reading, *source, {.name = name, .place = *place, .pointer = pointer}, out);
    return {};
}

void add_list(const Reading& reading, const Json* list, const std::string& pointer,
              Operation& operation, Collected& out) {
    if (list == nullptr || !list->is_array()) return;
    for (std::size_t i = 0; i < list->size() && i < kParametersMax; ++i) {
        auto defect =
            add_one(reading, (*list)[i], fmt::format("{}/parameters/{}", pointer, i), out);
        if (!defect.empty() && operation.defect.empty()) operation.defect = std::move(defect);
    }
}

std::vector<std::string> consumes(const Reading& reading, const Json& source) {
    const auto* list = base::find(source, "consumes");
    if (list == nullptr) list = base::find(reading.root, "consumes");
    std::vector<std::string> out;
    if (list != nullptr && list->is_array()) {
        for (const auto& item : *list) {
            if (item.is_string()) out.push_back(item.get<std::string>());
        }
    }
    return out;
}

// 2.0 form parameters as one object schema, so that one generator serves both versions.
const Json* form_schema(const Reading& reading, const std::vector<const Json*>& fields) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    for (const auto* field : fields) {
        const auto name = base::get_string(*field, "name");
        Json property = *field;
        property.erase("required");  // a bool here, a list in schemas
        if (base::get_string(*field, "type") == "file")
            property["type"] = "string", property["format"] = "binary";
        if (base::get_bool(*field, "required")) schema["required"].push_back(name);
        schema["properties"][name] = std::move(property);
    }
    return &reading.out.made->emplace_back(std::move(schema));
}

void add_bodies_v2(const Reading& reading, const Json& source, const BodyParts& parts,
                   Operation& operation) {
    const auto types = consumes(reading, source);
    if (parts.body != nullptr) {
        operation.bodies.push_back(
            {.media_type = types.empty() ? "application/json" : types.front(),
             .required = base::get_bool(*parts.body, "required"),
             .schema = reading.resolver().follow(base::find(*parts.body, "schema")),
             .object = parts.body,
             .pointer = parts.body_pointer});
        const auto json =
            std::ranges::find_if(types, [](const std::string& t) { return media_rank(t) == 0; });
        if (json != types.end()) operation.bodies.back().media_type = *json;
    }
    if (parts.form.empty()) return;
    const bool has_file = std::ranges::any_of(
        parts.form, [](const Json* field) { return base::get_string(*field, "type") == "file"; });
    const bool multipart = has_file || (!types.empty() && types.front() == "multipart/form-data");
    const bool required = std::ranges::any_of(
        parts.form, [](const Json* f) { return base::get_bool(*f, "required"); });
    operation.bodies.push_back(
        {.media_type = multipart ? "multipart/form-data" : "application/x-www-form-urlencoded",
         .required = required,
         .schema = form_schema(reading, parts.form),
         .pointer = parts.form_pointer});
}

}  // namespace

int media_rank(std::string_view media_type) {
    const auto type = base::to_lower(media_type.substr(0, media_type.find(';')));
    if (type == "application/json" || type.ends_with("+json") || type == "*/*") return 0;
    if (type == "application/x-www-form-urlencoded") return 1;
    if (type == "multipart/form-data") return 2;
    return type.starts_with("text/") ? 3 : 4;
}

void read_parameters(const Reading& reading, const ParameterLists& lists, Operation& operation) {
    Collected out;
    add_list(reading, base::find(lists.path_item, "parameters"), lists.path_pointer, operation,
             out);
    add_list(reading, base::find(lists.operation, "parameters"), operation.pointer, operation, out);
    operation.parameters = std::move(out.parameters);
    add_bodies_v2(reading, lists.operation, out.bodies, operation);
}

}  // namespace runner::api
