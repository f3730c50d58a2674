// The description of the job document. Heavy: include it in .cc files only.
#pragma once

#include "scan/schema.h"

namespace scan {

// Its model is Job (scan/job.h). Made once, at first use.
const schema::Object& job_schema();

// The conditions over several fields (job_rules.cc).
namespace rules {
using schema::Json;
using schema::Place;
using schema::Problem;
using Problems = std::vector<Problem>;

void one_spec_source(const Json& api, const Place& place, Problems& problems);
void personas_fit(const Json& api, const Place& place, Problems& problems);
void member_matches_type(const Json& scanner, const Place& place, Problems& problems);
void faults_hit_units(const Json& synthetic, const Place& place, Problems& problems);
void key_limit_has_keys(const Json& synthetic, const Place& place, Problems& problems);
void credential_names_differ(const Json& spec, const Place& place, Problems& problems);
void personas_have_credentials(const Json& spec, const Place& place, Problems& problems);
}  // namespace rules

}  // namespace scan
