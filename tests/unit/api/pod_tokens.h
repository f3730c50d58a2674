// Claims of projected ServiceAccount tokens, as a cluster writes them.
#pragma once

#include "base/json.h"
#include "base/time.h"

#include <chrono>
#include <string>

namespace api::pod_tokens {

inline constexpr const char* kIssuer = "https://kubernetes.default.svc.cluster.local";

// Of Pod default/shop-c0-1 with UID "uid-1", an hour from `now` on.
inline base::Json claims(base::Instant now) {
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return {{"aud", base::Json::array({"scanfleet-ingest"})},
            {"exp", second + 3'600},
            {"iat", second},
            {"nbf", second},
            {"iss", kIssuer},
            {"jti", "5e0b3cb8-3b7c-4a0e-9f3e-0a8a1d2f7c11"},
            {"sub", "system:serviceaccount:default:scanfleet-runner"},
            {"kubernetes.io",
             {{"namespace", "default"},
              {"node", {{"name", "node-1"}, {"uid", "node-uid"}}},
              {"pod", {{"name", "shop-c0-1"}, {"uid", "uid-1"}}},
              {"serviceaccount", {{"name", "scanfleet-runner"}, {"uid", "account-uid"}}}}}};
}

inline base::Json claims_of(base::Instant now, const std::string& name, const std::string& uid) {
    auto of = claims(now);
    of["kubernetes.io"]["pod"] = {{"name", name}, {"uid", uid}};
    return of;
}

}  // namespace api::pod_tokens
