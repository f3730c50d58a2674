// Discovery of the Api scanner: specification → units.
#pragma once

#include "runner/scanner.h"

#include <expected>

namespace runner::api {

// Loads the specification, stores it for the chunks, chooses the server and sees that it answers.
// Failures as in load.h and server.h; TargetUnavailable when the server does not answer.
std::expected<Discovery, Stop> discover(const DiscoveryContext& context);

}  // namespace runner::api
