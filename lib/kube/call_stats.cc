#include "kube/call_stats.h"

#include <algorithm>

namespace kube {

void add_call(CallTable& table, const CallKey& key, const CallSample& sample) {
    auto& row = table[key];
    const auto bound =
        std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), sample.duration);
    row.count += 1;
    row.durations[static_cast<std::size_t>(bound - kDurationBounds.begin())] += 1;
    row.duration_sum += sample.duration;
    row.request_bytes += sample.request_bytes;
    row.response_bytes += sample.response_bytes;
}

}  // namespace kube
