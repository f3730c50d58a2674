#include "operator/control/scan_job.h"

#include "base/json.h"
#include "operator/control/names.h"
#include "operator/observe/status_json.h"

namespace control {
namespace {

using base::ErrorKind;
using base::Json;
using base::Result;

base::Instant time_of(const Json& object, std::string_view member) {
    return base::parse_instant(base::get_string(object, member)).value_or(base::Instant{});
}

std::string member_text(const Json& object, std::string_view parent, std::string_view member) {
    const Json* inner = base::find(object, parent);
    return inner == nullptr ? std::string() : base::get_string(*inner, member);
}

void read_conditions(const Json& status, JobStatus& out) {
    const Json* conditions = base::find(status, "conditions");
    if (conditions == nullptr || !conditions->is_array()) return;
    for (const Json& one : *conditions) {
        out.since[base::get_string(one, "type")] = {.status = base::get_string(one, "status"),
                                                    .at = time_of(one, "lastTransitionTime")};
    }
    const auto suspended = out.since.find("Suspended");
    if (suspended != out.since.end() && suspended->second.status == "True")
        out.facts.suspended_since = suspended->second.at;
}

JobStatus status_of(const Json& object) {
    JobStatus out;
    const Json* status = base::find(object, "status");
    if (status == nullptr || !status->is_object()) return out;
    out.observed_generation = base::get_int(*status, "observedGeneration", -1);
    out.run_id = base::get_string(*status, "runID");
    out.rerun = base::get_string(*status, "rerun");
    out.plan_sha256 = member_text(*status, "plan", "sha256");
    out.trace_id = member_text(*status, "trace", "traceID");
    out.json = base::dump_json(*status);
    // A status that somebody else broke is as good as none: it is made anew from the store.
    if (auto facts = observe::parse_status(out.json)) out.facts = std::move(*facts);
    for (const auto& condition : out.facts.conditions) {
        if (condition.reason == scan::Reason::FindingsThresholdExceeded) out.facts.gate_hit = true;
    }
    read_conditions(*status, out);
    return out;
}

// Only what a job file has: the rest of the metadata is the API server's.
Result<scan::Job> job_of(const Json& object, const kube::ObjectKey& key) {
    Json document = {{"apiVersion", kGroupVersion},
                     {"kind", "ScanJob"},
                     {"metadata", {{"name", key.name}, {"namespace", key.namespace_}}}};
    if (const Json* spec = base::find(object, "spec")) document["spec"] = *spec;
    return scan::parse_job(base::dump_json(document), "ScanJob");
}

}  // namespace

Result<ScanJob> parse_scan_job(std::string_view object_json) {
    const Json object = TRY(base::with_context(base::parse_json(object_json), "read a ScanJob"));
    const Json* metadata = base::find(object, "metadata");
    if (metadata == nullptr) return base::fail(ErrorKind::Invalid, "a ScanJob without metadata");
    ScanJob out;
    out.key = {.namespace_ = base::get_string(*metadata, "namespace"),
               .name = base::get_string(*metadata, "name")};
    out.uid = base::get_string(*metadata, "uid");
    if (out.key.namespace_.empty() || out.key.name.empty() || out.uid.empty())
        return base::fail(ErrorKind::Invalid, "a ScanJob without name, namespace or uid");
    out.resource_version = base::get_string(*metadata, "resourceVersion");
    out.generation = base::get_int(*metadata, "generation");
    out.deleting = !base::get_string(*metadata, "deletionTimestamp").empty();
    out.created_at = time_of(*metadata, "creationTimestamp");
    out.status = status_of(object);
    out.job = job_of(object, out.key);
    return out;
}

}  // namespace control
