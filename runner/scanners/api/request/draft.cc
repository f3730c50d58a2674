#include "runner/scanners/api/request/draft.h"

#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"

#include <algorithm>

namespace runner::api {
namespace {

using base::Json;

// OpenAPI 3.0.3 §4.7.12: such header parameters are ignored; the body and the client set them.
bool is_reserved_header(std::string_view name) {
    return base::equals_ignoring_case(name, "accept") ||
           base::equals_ignoring_case(name, "content-type") ||
           base::equals_ignoring_case(name, "content-length") ||
           base::equals_ignoring_case(name, "host");
}

bool is_filled_here(const Specification& specification, const Parameter& parameter) {
    if (parameter.place == Place::Path) return true;
    if (parameter.place == Place::Header && is_reserved_header(parameter.name)) return false;
    if (is_auth_carrier(parameter.name)) return false;
    return std::ranges::none_of(specification.schemes, [&](const SecurityScheme& scheme) {
        return scheme.kind == SchemeKind::ApiKey && scheme.name == parameter.name &&
               scheme.in == to_string(parameter.place);
    });
}

// `example` and `examples` beside a schema: 3.x wraps the latter's values in objects that may be
// references.
const Json* example_of(const Resolver& resolver, const Json* object, std::size_t index) {
    if (object == nullptr) return nullptr;
    const auto* examples = base::find(*object, "examples");
    const auto* example = base::find(*object, "example");
    if (example != nullptr && (index == 0 || examples == nullptr)) return example;
    if (examples == nullptr || !examples->is_object() || examples->empty()) return nullptr;
    auto it = examples->begin();
    std::advance(it, static_cast<std::ptrdiff_t>(std::min(index, examples->size() - 1)));
    const auto* wrapped = resolver.follow(&it.value());
    return wrapped == nullptr ? nullptr : base::find(*wrapped, "value");
}

Json parameter_value(const Specification& specification, const Parameter& parameter,
                     const DraftChoice& choice, SchemaValues& values) {
    if (choice.known) {
        if (auto known = choice.known(parameter.name, parameter.schema)) return *known;
    }
    if (const auto* example =
            example_of(specification.resolver, parameter.object, choice.example_index))
        return *example;
    auto value = values.value(parameter.name, parameter.schema);
    // An empty path segment would be another path.
    const bool empty =
        value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty());
    return parameter.place == Place::Path && empty ? Json("1") : value;
}

void add_body(const Specification& specification, const DraftChoice& choice, SchemaValues& values,
              Draft& draft) {
    const auto& bodies = draft.operation->bodies;
    if (bodies.empty()) return;
    draft.body_spec = &bodies.front();
    const auto* example =
        example_of(specification.resolver, draft.body_spec->object, choice.example_index);
    // The document's example of the whole body, unless all properties are asked for.
    const bool use_example = example != nullptr && choice.properties == Optional::Left;
    draft.body = use_example ? *example : values.value({}, draft.body_spec->schema);
    // The job's own values and harvested ids still win inside it.
    if (!use_example || !draft.body.is_object() || !choice.known) return;
    for (auto& [name, value] : draft.body.items()) {
        if (auto known = choice.known(name, nullptr)) value = *known;
    }
}

}  // namespace

const Argument* Draft::find(Place place, std::string_view name) const {
    const auto it = std::ranges::find_if(arguments, [&](const Argument& a) {
        return a.parameter->place == place && a.parameter->name == name;
    });
    return it == arguments.end() ? nullptr : &*it;
}

Argument* Draft::find(Place place, std::string_view name) {
    return const_cast<Argument*>(std::as_const(*this).find(place, name));
}

Draft make_draft(const Specification& specification, const Operation& operation,
                 const DraftChoice& choice, Chance& chance) {
    SchemaValues values(specification.resolver,
                        {.all_properties = choice.properties == Optional::Sent,
                         .example_index = choice.example_index,
                         .known = choice.known},
                        chance);
    Draft draft{.operation = &operation};
    for (const auto& parameter : operation.parameters) {
        if (!parameter.required && choice.parameters == Optional::Left) continue;
        if (!is_filled_here(specification, parameter)) continue;
        draft.arguments.push_back(
            {&parameter, parameter_value(specification, parameter, choice, values)});
    }
    add_body(specification, choice, values, draft);
    return draft;
}

}  // namespace runner::api
