// The description of a ScanJob's status. Heavy: include it in .cc files only.
#pragma once

#include "scan/schema.h"

namespace scan {

// Its model is JobStatus (scan/status.h). Made once, at first use.
const schema::Object& status_schema();

}  // namespace scan
