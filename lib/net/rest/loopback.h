// A free port on 127.0.0.1: cpprest cannot tell which one it got when asked for any.
#pragma once

#include "base/result.h"

namespace net::rest {

// Free when asked; somebody else may take it before the caller does. Internal: no sockets left.
base::Result<int> free_loopback_port();

}  // namespace net::rest
