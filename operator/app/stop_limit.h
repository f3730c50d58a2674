// Ends the process at a given time, whatever still runs: a stop is graceful, and short.
#pragma once

#include "base/time.h"

#include <thread>

namespace app {

class StopLimit {
public:
    // What a merge has half done is done again at the next start, as after a crash.
    explicit StopLimit(base::Duration grace);

private:
    std::jthread thread_;  // gives up with the destructor
};

}  // namespace app
