#include "operator/api/pod_token.h"

#include "base/json.h"

#include <algorithm>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Result;

Result<PodIdentity> check_pod_claims(const base::Jwt& token, const TokenRules& rules,
                                     base::Instant now) {
    if (token.issuer.empty() || token.issuer != rules.issuer)
        return fail(ErrorKind::Invalid, "the token is from another issuer");
    if (std::ranges::find(token.audiences, rules.audience) == token.audiences.end())
        return fail(ErrorKind::Invalid, "the token is for another audience");
    TRY(base::check_times(token, now, kClockLeeway));
    const auto claims = TRY(base::parse_json(token.claims));
    const base::Json* const bound = base::find(claims, "kubernetes.io");
    const base::Json* const pod = bound == nullptr ? nullptr : base::find(*bound, "pod");
    if (pod == nullptr) return fail(ErrorKind::Invalid, "the token is bound to no Pod");
    PodIdentity identity{.namespace_ = base::get_string(*bound, "namespace"),
                         .name = base::get_string(*pod, "name"),
                         .uid = base::get_string(*pod, "uid")};
    if (identity.namespace_.empty() || identity.name.empty() || identity.uid.empty())
        return fail(ErrorKind::Invalid, "the token names its Pod in part only");
    if (!token.subject.starts_with("system:serviceaccount:" + identity.namespace_ + ":"))
        return fail(ErrorKind::Invalid, "the subject of the token lives in another namespace");
    return identity;
}

}  // namespace api
