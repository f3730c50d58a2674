// The JSONPath subset of `login.tokenPath`: names and indices. "$.data.tokens[0].value", "token",
// "$['a b']".
#pragma once

#include "base/json.h"
#include "base/result.h"

#include <string_view>

namespace runner::api {

// The value at the path, or nullptr where the document has none. Invalid: not of the subset.
base::Result<const base::Json*> at_json_path(const base::Json& document, std::string_view path);

}  // namespace runner::api
