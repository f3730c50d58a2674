// What all threads of one gate share.
#pragma once

#include "net/gate/limits.h"
#include "net/server.h"

#include <memory>

namespace boost::asio::ssl {
class context;
}

namespace net::gate {

struct Shared {
    Shared(GateOptions given, Admit decide, std::shared_ptr<boost::asio::ssl::context> context)
        : options(std::move(given)), admit(std::move(decide)), tls(std::move(context)) {}

    // Constant after construction.
    const GateOptions options;
    const Admit admit;
    const std::shared_ptr<boost::asio::ssl::context> tls;  // nullptr = plain HTTP
    // Thread-safe by themselves.
    Counters counters;
    Seats seats{options.connections_max, options.connections_per_address_max, counters};
    BodyBudget budget{options.bodies_in_flight_max};
};

}  // namespace net::gate
