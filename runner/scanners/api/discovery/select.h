// Which operations become units. Pure.
#pragma once

#include "runner/scanners/api/openapi/model.h"
#include "scan/job.h"

#include <string>
#include <vector>

namespace runner::api {

struct Selection {
    std::vector<const Operation*> operations{};
    std::vector<std::string> notices{};  // what was left out, and what would run it
};

// Globs on "METHOD /template", a tag or an operationId.
bool matches_any(const std::vector<std::string>& globs, const Operation& operation);

// includeOperations, excludeOperations, then the level: below Intrusive only GET, HEAD, OPTIONS and
// what allowUnsafeOperations names. TRACE never: it is no operation of an API.
Selection select_operations(const Specification& specification, const scan::ApiOptions& options,
                            scan::Authorization level);

}  // namespace runner::api
