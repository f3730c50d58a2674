// The run that findings are compared with: New, Unchanged, Fixed.
#pragma once

#include "cli/local/data_folder.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Sorted fingerprints of the latest merged run of `job_name` among the runs beside `own` (which
// does not count, so a job's own name means the run before). nullopt: there is none, or its results
// cannot be read.
std::optional<std::vector<std::string>> baseline_fingerprints(const RunFolder& own,
                                                              std::string_view job_name);

}  // namespace cli
