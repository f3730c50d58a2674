// Random bytes from the kernel. Only at the edge: pure code takes its random values as arguments.
#pragma once

#include <cstddef>
#include <string>

namespace base::os {

std::string random_bytes(std::size_t count);  // getrandom(2); aborts if the kernel has none
std::string random_uuid();                    // RFC 9562 version 4
std::string random_token();                   // 32 bytes as 64 hex digits

}  // namespace base::os
