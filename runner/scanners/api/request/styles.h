// Parameter styles (OpenAPI 3.0.3 §4.7.12.2, RFC 6570). Pure.
#pragma once

#include "base/json.h"
#include "runner/scanners/api/openapi/model.h"

#include <string>
#include <utility>
#include <vector>

namespace runner::api {

// A scalar as text: strings bare, numbers and booleans as JSON, null as "", the rest as compact
// JSON.
std::string scalar_text(const base::Json& value);

// The text that replaces "{name}" in a path, percent-encoded.
std::string path_text(const Parameter& parameter, const base::Json& value);

// Pairs for a query or a form, not encoded yet.
std::vector<std::pair<std::string, std::string>> query_pairs(const Parameter& parameter,
                                                             const base::Json& value);

// The value of a header or a cookie.
std::string plain_text(const Parameter& parameter, const base::Json& value);

}  // namespace runner::api
