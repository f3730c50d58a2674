// A ResultStore in memory, held to the same contract tests as the embedded one.
//
// Gaps: nothing is durable; `done` is called by submit(), on the caller's thread; it is never full.
#pragma once

#include "operator/results/store.h"

#include <memory>

namespace results {

std::unique_ptr<ResultStore> make_memory_store();

}  // namespace results
