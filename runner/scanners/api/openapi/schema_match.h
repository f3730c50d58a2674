// Whether a value is what a schema documents: types, required members, enums; enough to tell an
// answer from an error page.
#pragma once

#include "base/json_fwd.h"
#include "runner/scanners/api/openapi/resolver.h"

#include <string_view>

namespace runner::api {

// Lenient where schemas are: unknown keywords pass, additional members pass. False only for a clear
// contradiction, or for a schema that documents nothing (then nothing is proved).
bool matches_schema(const Resolver& resolver, const base::Json* schema, const base::Json& value);

// Whether a property of this name stands anywhere in the schema, to depth 6.
bool documents_property(const Resolver& resolver, const base::Json* schema, std::string_view name);

}  // namespace runner::api
