#include "operator/api/token_review.h"

#include "base/json.h"

#include <algorithm>

namespace api {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

namespace {

constexpr base::JsonLimits kLimits{.bytes_max = 256u << 10, .depth_max = 20, .nodes_max = 10'000};
constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

bool has_audience(const Json& status, std::string_view audience) {
    const Json* const list = base::find(status, "audiences");
    return list != nullptr && list->is_array() && std::ranges::any_of(*list, [&](const Json& one) {
               return one.is_string() && one.get_ref<const std::string&>() == audience;
           });
}

// `extra` maps names to lists; ours have one text each.
std::string extra_of(const Json& user, std::string_view name) {
    const Json* const extra = base::find(user, "extra");
    const Json* const list = extra == nullptr ? nullptr : base::find(*extra, name);
    if (list == nullptr || !list->is_array() || list->size() != 1) return {};
    const Json& only = list->front();
    return only.is_string() ? only.get<std::string>() : std::string();
}

// "system:serviceaccount:<namespace>:<name>"
std::string namespace_of(std::string_view username) {
    if (!username.starts_with(kAccountPrefix)) return {};
    username.remove_prefix(kAccountPrefix.size());
    const auto colon = username.find(':');
    return colon == std::string_view::npos ? std::string() : std::string(username.substr(0, colon));
}

}  // namespace

std::string token_review_body(std::string_view token, std::string_view audience) {
    return base::dump_json({{"apiVersion", "authentication.k8s.io/v1"},
                            {"kind", "TokenReview"},
                            {"spec", {{"token", token}, {"audiences", Json::array({audience})}}}});
}

Result<PodIdentity> parse_token_review(std::string_view json, std::string_view audience) {
    const auto review =
        TRY(base::with_context(base::parse_json(json, kLimits), "read TokenReview"));
    const Json* const status = base::find(review, "status");
    if (base::get_string(review, "kind") != "TokenReview" || status == nullptr)
        return fail(ErrorKind::Invalid, "the answer is no TokenReview");
    if (!base::get_bool(*status, "authenticated"))
        return fail(ErrorKind::Forbidden, "the cluster does not know the token");
    // An API server that knows no audiences answers without them: then the token may be anybody's.
    if (!has_audience(*status, audience))
        return fail(ErrorKind::Forbidden, "the token is for another audience");
    const Json* const user = base::find(*status, "user");
    if (user == nullptr) return fail(ErrorKind::Forbidden, "the token is nobody's");
    PodIdentity identity{.namespace_ = namespace_of(base::get_string(*user, "username")),
                         .name = extra_of(*user, "authentication.kubernetes.io/pod-name"),
                         .uid = extra_of(*user, "authentication.kubernetes.io/pod-uid")};
    if (identity.namespace_.empty() || identity.name.empty() || identity.uid.empty())
        return fail(ErrorKind::Forbidden, "the token is bound to no Pod");
    return identity;
}

}  // namespace api
