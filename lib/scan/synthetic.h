// Units of a Synthetic job: planned by pure code, no discovery run needed up to 10 000 units.
#pragma once

#include "scan/job.h"
#include "scan/plan_document.h"

namespace scan {

std::vector<Unit> synthetic_units(const SyntheticOptions& options);
base::Result<PlanDocument> plan_synthetic(const JobSpec& spec);
// True for jobs whose plan needs neither input nor network: whoever drives them plans them.
bool is_planned_without_discovery(const JobSpec& spec);

}  // namespace scan
