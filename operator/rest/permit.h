// Which right a route needs, and waiting for the answer. Private to operator/rest.
#pragma once

#include "net/server.h"
#include "operator/rest/route.h"
#include "operator/rights/rights.h"

#include <optional>

namespace rest {

// nullopt: everybody may. `namespace_` of a list comes from its query.
std::optional<rights::Question> question_of(const Route& route, std::string_view namespace_);

// nullopt: yes. Else 401, 403, or 503 (also after `timeout`). Blocks.
std::optional<net::Reply> refuse(rights::Rights& rights, std::string_view token,
                                 const rights::Question& question, base::Duration timeout);

net::Reply unauthenticated_reply();

}  // namespace rest
