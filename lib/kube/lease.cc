#include "kube/lease.h"

#include "base/json.h"

#include <algorithm>

namespace kube {
namespace {

using base::Json;

// A Lease has a few hundred bytes, and managedFields.
constexpr base::JsonLimits kLimits{.bytes_max = 1u << 20, .depth_max = 64, .nodes_max = 50'000};
// A holder that asks for longer would keep others out after its death.
constexpr std::int64_t kDurationSecondsMax = 3600;

void put_claim(Json& spec, const LeaseClaim& claim) {
    spec["holderIdentity"] = claim.holder;
    spec["leaseDurationSeconds"] = claim.duration.count();
    spec["renewTime"] = micro_time(claim.now);
    spec["leaseTransitions"] = claim.transitions;
    if (claim.acquired) spec["acquireTime"] = micro_time(claim.now);
}

}  // namespace

std::string micro_time(base::Instant instant) {
    auto text = base::format_instant(instant);  // milliseconds
    text.insert(text.size() - 1, "000");
    return text;
}

base::Result<Lease> parse_lease(std::string_view json) {
    const auto object = TRY(base::parse_json(json, kLimits));
    Lease lease;
    lease.json = json;
    if (const auto* metadata = base::find(object, "metadata"))
        lease.resource_version = base::get_string(*metadata, "resourceVersion");
    if (lease.resource_version.empty())
        return base::fail(base::ErrorKind::Invalid, "a Lease has no resourceVersion");
    const auto* spec = base::find(object, "spec");
    if (spec == nullptr || !spec->is_object()) return lease;
    lease.record = base::dump_json(*spec);
    lease.holder = base::get_string(*spec, "holderIdentity");
    const auto seconds = base::get_int(*spec, "leaseDurationSeconds");
    if (seconds >= 1 && seconds <= kDurationSecondsMax)
        lease.duration = std::chrono::seconds(seconds);
    lease.transitions =
        std::clamp<std::int64_t>(base::get_int(*spec, "leaseTransitions"), 0, INT32_MAX - 1);
    return lease;
}

std::string new_lease(const ObjectKey& key, const LeaseClaim& claim) {
    Json object = {{"apiVersion", kLeases.api_version()},
                   {"kind", kLeases.kind},
                   {"metadata", {{"name", key.name}, {"namespace", key.namespace_}}}};
    put_claim(object["spec"], claim);
    return base::dump_json(object);
}

std::string claimed(const Lease& lease, const LeaseClaim& claim) {
    auto object = base::parse_json(lease.json, kLimits);
    if (!object) return {};  // it has been parsed before
    auto& spec = (*object)["spec"];
    if (!spec.is_object()) spec = Json::object();
    put_claim(spec, claim);
    return base::dump_json(*object);
}

}  // namespace kube
