// base::Json, declared only.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace base {
using Json = nlohmann::json;
}
