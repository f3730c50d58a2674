// One admitted request on its way through ingest.
#pragma once

#include "net/server.h"
#include "operator/api/route.h"

#include <memory>
#include <string>

namespace api {

struct Call {
    Route route;
    results::AttemptKey attempt;  // the caller
    std::string digest;           // of the uncompressed body, where the route has one
    std::string body;
    net::Respond respond;
    // Held by every call: ~Ingest waits until the last is gone.
    std::shared_ptr<void> busy;
};

}  // namespace api
