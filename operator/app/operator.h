// The operator as a process: everything wired together, and the loop that feeds the controller.
#pragma once

#include "base/os/signals.h"
#include "base/result.h"
#include "operator/app/options.h"

namespace app {

// Returns after SIGTERM or SIGINT, within a few seconds: what was asked of the API server is
// through, the Lease is given back. Invalid, NotFound, Forbidden …: what could not be started.
base::Result<> run_operator(const OperatorFlags& flags, base::os::SignalWatch& signals);

}  // namespace app
