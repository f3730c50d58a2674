// Synthetic: sleeps, finds and fails on order. For smoke tests, load tests and kill tests.
#pragma once

#include "runner/scanner.h"

#include <memory>

namespace runner {

// Every finding and fault follows from the job and the unit's number alone, so runs can be
// compared.
std::unique_ptr<Scanner> make_synthetic_scanner();

}  // namespace runner
