// JSON → Specification. Pure.
#pragma once

#include "base/result.h"
#include "runner/scanners/api/openapi/model.h"

#include <memory>

namespace runner::api {

// OpenAPI 2.0, 3.0, 3.1; 3.2 with a notice. Invalid: not an OpenAPI document of these versions (the
// sentence says which field is wrong). What is wrong with one operation becomes its `defect`; what
// can be passed over becomes a notice.
base::Result<Specification> read_specification(std::shared_ptr<const base::Json> document);

}  // namespace runner::api
