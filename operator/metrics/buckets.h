// The bounds of our histograms, in seconds and bytes. Private to operator/metrics.
#pragma once

#include <vector>

namespace metrics::buckets {

// controller-runtime's.
inline const std::vector<double> kReconcile{
    0.005, 0.01, 0.025, 0.05, 0.1,  0.15, 0.2,  0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6,
    0.7,   0.8,  0.9,   1.0,  1.25, 1.5,  1.75, 2.0,  2.5, 3.0,  3.5, 4.0,  4.5, 5,
    6,     7,    8,     9,    10,   15,   20,   25,   30,  40,   50,  60};
// client-go's work queue: from 10 ns by tens.
inline const std::vector<double> kQueue{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3,
                                        1e-2, 1e-1, 1,    10,   100,  1'000};
// client-go's REST client.
inline const std::vector<double> kRest{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60};
inline const std::vector<double> kRestBytes{
    64, 256, 512, 1'024, 4'096, 16'384, 65'536, 262'144, 1'048'576, 4'194'304, 16'777'216};
// A job has 30 minutes unless told otherwise, a chunk 8.
inline const std::vector<double> kJob{5,   15,    30,    60,    120,   300,   600,
                                      900, 1'200, 1'800, 2'700, 3'600, 7'200, 14'400};
inline const std::vector<double> kAttempt{0.5, 1,   2,   5,   10,  30,  60, 120,
                                          180, 240, 300, 360, 420, 480, 600};
inline const std::vector<double> kWait{0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1'200, 1'800};

}  // namespace metrics::buckets
