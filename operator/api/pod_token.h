// What a projected ServiceAccount token says of its Pod. Pure.
#pragma once

#include "base/jwt.h"
#include "base/result.h"
#include "base/time.h"

#include <string>
#include <vector>

namespace api {

inline constexpr std::string_view kIngestAudience = "scanfleet-ingest";

struct PodIdentity {
    std::string namespace_;
    std::string name;
    std::string uid;
    bool operator==(const PodIdentity&) const = default;
};

// What clocks of a cluster may differ by.
inline constexpr base::Duration kClockLeeway{60'000};

struct TokenRules {
    std::string issuer;
    std::string audience{kIngestAudience};
};

// Everything but the signature: issuer, audience, times, and the claims `kubernetes.io` (namespace,
// pod.name, pod.uid), which must agree with the subject. Invalid: the first rule that is broken;
// the message holds none of the token.
base::Result<PodIdentity> check_pod_claims(const base::Jwt& token, const TokenRules& rules,
                                           base::Instant now);

}  // namespace api
