// What passes between those who decide (watcher, elector, controller: pure) and whoever does the
// I/O: calls out, events back. Values only, so that a simulator can stand in for the network.
#pragma once

#include "base/time.h"
#include "kube/api_error.h"
#include "kube/request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kube {

using CallId = std::uint64_t;  // chosen by whoever decides; never used twice

struct Call {
    CallId id = 0;
    Request request{};
    bool stream = false;             // a watch: lines as they come, on a connection of its own
    base::Duration timeout{30'000};  // of one that does not stream; counts from its sending
    // Passes the window of requests in flight and Retry-After: a leader that queues to renew its
    // Lease has lost it.
    bool urgent = false;
};

// The answer to a call that does not stream.
struct Answer {
    int status = 0;  // 0: none
    std::string body{};
    std::optional<ApiError> error{};  // unless 2xx
};
// Whole lines of a stream, each ended by '\n', in order.
struct StreamLines {
    std::string lines{};
};
// The last of a stream: the server's refusal (with its answer), a lost connection, or an end in
// order (no error).
struct StreamClosed {
    std::optional<ApiError> error{};
};

struct CallEvent {
    CallId id = 0;
    std::variant<Answer, StreamLines, StreamClosed> what{};
};

// The two times that come with every event: nothing below asks a clock.
struct Now {
    base::Instant wall{};
    base::Ticks ticks{};
};

// What a step wants done. Steps add to it; who drives them sends it.
struct Outbox {
    std::vector<Call> calls{};
    std::vector<CallId> hang_ups{};  // forget these: no event comes any more
};

// Hands out call ids. One per decider thread; `first` apart for each restart in a simulation.
class CallIds {
public:
    explicit CallIds(CallId first = 1) : next_(first) {}
    CallId next() { return next_++; }

private:
    CallId next_;
};

}  // namespace kube
