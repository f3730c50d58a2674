// The system's clock: the only file in the tree that asks for the time.
#pragma once

#include "base/time.h"

namespace base::os {

// Lives as long as the program. Any thread.
const Clock& system_clock();

}  // namespace base::os
