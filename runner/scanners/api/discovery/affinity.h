// Resource groups: operations that create, list and read the same things. Pure.
#pragma once

#include "runner/scanners/api/openapi/model.h"

#include <string>
#include <vector>

namespace runner::api {

// One name per operation, in their order: the path before the first "{…}" (at least one segment)
// and the first tag. While one group holds more than half of all operations, its members' prefixes
// grow by their next literal segment. ≤ 256 bytes.
std::vector<std::string> affinities_of(const std::vector<const Operation*>& operations);

}  // namespace runner::api
