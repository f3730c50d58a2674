// Whether a plan document stays within its job: a plan can narrow what the spec allows, never widen
// it. Pure.
#pragma once

#include "base/result.h"
#include "scan/job.h"
#include "scan/plan_document.h"

namespace api {

// Invalid, with the thing that goes too far: another scanner, more chunks than maxCount, a
// credential the job does not list, a host that is neither the target's nor allowed, a rate above
// the job's, a key that is not the scanner's.
base::Result<> check_plan(const scan::JobSpec& spec, const scan::PlanDocument& plan);

}  // namespace api
