// TokenReview (authentication.k8s.io/v1) as bodies: what to ask, and what the answer says. Pure.
#pragma once

#include "operator/api/pod_token.h"

#include <string>
#include <string_view>

namespace api {

// The object to create.
std::string token_review_body(std::string_view token, std::string_view audience);

// Of the object that came back. Forbidden: not authenticated, not for our audience, not of a
// ServiceAccount's Pod. Invalid: no TokenReview.
base::Result<PodIdentity> parse_token_review(std::string_view json, std::string_view audience);

}  // namespace api
