// The description of the job document. Heavy: include it in .cc files only.
#pragma once

#include "scan/job.h"
#include "scan/schema.h"

namespace scan {

// Its model is Job (scan/job.h). Made once, at first use.
const schema::Object& job_schema();
// The part of it below `spec`; its model is JobSpec.
const schema::Object& spec_schema();

// Bounds where a document gives none: a string has 253 characters, a list 64 items, an item 512
// characters.
inline constexpr int kTextMax = 253;
inline constexpr int kListMax = 64;
inline constexpr int kItemMax = 512;
inline constexpr int kLabelMax = 63;
inline constexpr int kUrlMax = 2048;
inline constexpr int kYearMax = 31'536'000;  // seconds

// `spec.scanner` (job_schema_scanner.cc): one member for each type; in the model a variant.
schema::Object scanner_schema();
ScannerOptions read_scanner(const schema::Object& description, const schema::Json& value);
schema::Json write_scanner(const schema::Object& description, const ScannerOptions& options);
// `spec.runner` (job_schema_runner.cc); its model is RunnerSettings.
schema::Object runner_schema();

// The conditions over several fields (job_rules.cc).
namespace rules {
using schema::Json;
using schema::Place;
using schema::Problem;
using Problems = std::vector<Problem>;

void one_spec_source(const Json& api, const Place& place, Problems& problems);
void persona_fits_kind(const Json& persona, const Place& place, Problems& problems);
void personas_fit(const Json& api, const Place& place, Problems& problems);
void member_matches_type(const Json& scanner, const Place& place, Problems& problems);
void faults_hit_units(const Json& synthetic, const Place& place, Problems& problems);
void key_limit_has_keys(const Json& synthetic, const Place& place, Problems& problems);
void credential_names_differ(const Json& spec, const Place& place, Problems& problems);
void personas_have_credentials(const Json& spec, const Place& place, Problems& problems);
void pull_secrets_differ(const Json& runner, const Place& place, Problems& problems);
void toleration_fits(const Json& toleration, const Place& place, Problems& problems);
}  // namespace rules

}  // namespace scan
