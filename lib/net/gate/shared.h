// What all threads of one gate share.
#pragma once

#include "net/gate/limits.h"
#include "net/gate/tls.h"
#include "net/server.h"

#include <memory>

namespace net::gate {

struct Shared {
    Shared(GateOptions given, Admit decide, TlsBox::Context context)
        : options(std::move(given)), admit(std::move(decide)), tls(std::move(context)) {}

    // Constant after construction.
    const GateOptions options;
    const Admit admit;
    // Thread-safe by themselves.
    TlsBox tls;
    Counters counters;
    Seats seats{options.connections_max, options.connections_per_address_max, counters};
    BodyBudget budget{options.bodies_in_flight_max};
};

}  // namespace net::gate
