// The system's clock: the only file in the tree that asks for the time.
#pragma once

#include "base/time.h"

#include <chrono>

namespace base::os {

// Lives as long as the program. Any thread.
const Clock& system_clock();

// Of the same steady clock, for figures about what takes less than a millisecond. Nothing is
// decided by it. Any thread.
std::chrono::nanoseconds steady_nanoseconds();

}  // namespace base::os
