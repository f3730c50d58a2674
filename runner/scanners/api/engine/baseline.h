// Finding one valid request per operation.
#pragma once

#include "runner/scanners/api/engine/work.h"

namespace runner::api {

// Up to 6 variants, the first 2xx wins: required parts only; everything; second examples; the next
// harvested id; all properties without optional parameters; generated values only. Sets
// run.baseline, or leaves run.refused. Safe requests are sent a second time to learn the volatile
// keys. What a 2xx answer holds goes into the group's harvest.
OrHalt<void> find_baseline(UnitRun& run);

}  // namespace runner::api
