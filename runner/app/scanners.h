// The one list of scanners this runner has.
#pragma once

#include "runner/chunk_run.h"

namespace runner {

// Owns the scanners; they live as long as the program.
FindScanner built_in_scanners();

}  // namespace runner
