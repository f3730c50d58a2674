// core::Status as JSON, with the field names of ScanJob.status: what local mode keeps in the store,
// and `get -o json` prints.
#pragma once

#include "base/result.h"
#include "operator/core/model.h"

#include <string>
#include <string_view>

namespace observe {

std::string status_to_json(const core::Status& status);
// Invalid: not written by status_to_json.
base::Result<core::Status> parse_status(std::string_view json);

}  // namespace observe
