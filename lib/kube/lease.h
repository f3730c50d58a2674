// A Lease as leader election uses it: read, claimed, written. Pure.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/resource.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

struct Lease {
    std::string holder{};              // empty: free
    std::chrono::seconds duration{0};  // 0: not told, or not between a second and an hour
    std::int64_t transitions = 0;
    std::string resource_version{};
    std::string record{};  // the whole spec: unlike before = its holder is alive
    std::string json{};    // the whole object
};
// Invalid: not a JSON object with a resourceVersion. TooLarge: more than 1 MiB.
base::Result<Lease> parse_lease(std::string_view json);

struct LeaseClaim {
    std::string holder{};  // empty: given back
    std::chrono::seconds duration{0};
    base::Instant now{};
    bool acquired = false;  // the holder changes: acquireTime is now
    std::int64_t transitions = 0;
};
// For create.
std::string new_lease(const ObjectKey& key, const LeaseClaim& claim);
// `lease` with the claim in its spec, all else as it was, resourceVersion included: for replace.
std::string claimed(const Lease& lease, const LeaseClaim& claim);

// metav1.MicroTime: "2026-01-31T12:00:00.000000Z", with just so many digits, or it is refused.
std::string micro_time(base::Instant instant);

}  // namespace kube
