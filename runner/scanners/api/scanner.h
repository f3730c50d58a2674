// Api: finds what is wrong with an HTTP API that an OpenAPI document describes
// (docs/scanners/api.md).
#pragma once

#include "runner/scanner.h"

#include <memory>

namespace runner {

std::unique_ptr<Scanner> make_api_scanner();

}  // namespace runner
