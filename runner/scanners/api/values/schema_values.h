// One valid value for a schema.
#pragma once

#include "base/json_fwd.h"
#include "runner/scanners/api/openapi/resolver.h"
#include "runner/scanners/api/values/chance.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace runner::api {

struct ValueChoice {
    bool all_properties = false;    // else the required ones only
    std::size_t example_index = 0;  // which of several examples or enum words
    // Values that go before all others, by property name: the job's own, then harvested ids.
    std::function<std::optional<base::Json>(std::string_view name, const base::Json* schema)>
        known{};
};

// Order: known > example > examples > default > const > enum > format > type and bounds. Read-only
// properties are left out, depth ≤ 6, arrays as short as they may be (at least 1), text ≤ 512
// bytes. Always gives a value.
class SchemaValues {
public:
    SchemaValues(const Resolver& resolver, ValueChoice choice, Chance& chance)
        : resolver_(resolver), choice_(std::move(choice)), chance_(chance) {}

    base::Json value(std::string_view name, const base::Json* schema, int depth = 0);

private:
    std::optional<base::Json> given(const base::Json& schema) const;
    base::Json of_type(std::string_view name, const base::Json& schema, int depth);
    base::Json object(const base::Json& schema, int depth);
    base::Json array(std::string_view name, const base::Json& schema, int depth);
    base::Json text(std::string_view name, const base::Json& schema);
    base::Json number(const base::Json& schema, bool integer) const;
    void add_properties(const base::Json& schema, int depth, base::Json& out);

    const Resolver& resolver_;
    ValueChoice choice_;
    Chance& chance_;
};

// The type a schema asks for: "object", "array", "string", "integer", "number", "boolean", or ""
// where nothing says so.
std::string_view schema_type(const base::Json& schema);

// Properties that a schema documents at any depth of allOf, oneOf, anyOf: calls `take(name, schema,
// required)`.
void each_property(const Resolver& resolver, const base::Json* schema,
                   const std::function<void(std::string_view, const base::Json&, bool)>& take);

// Scalar properties below a body schema, to depth 6: how many places a payload can go.
std::size_t count_leaves(const Resolver& resolver, const base::Json* schema);

}  // namespace runner::api
