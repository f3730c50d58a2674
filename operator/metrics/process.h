// What the kernel says of this process, with the names every Prometheus client has.
#pragma once

#include <string>

namespace metrics {

// In the text exposition format: process_cpu_seconds_total, process_resident_memory_bytes,
// process_virtual_memory_bytes, process_start_time_seconds, process_open_fds, process_max_fds. What
// cannot be read is left out. Any thread.
std::string process_text();

}  // namespace metrics
