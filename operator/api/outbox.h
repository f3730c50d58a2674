// What happens after the store said yes: the event, then the answer, in order, on a thread of its
// own. The store's thread must not wait for whoever drives the run; and the driver must know of a
// commit before the runner can exit on its answer.
#pragma once

#include "base/os/worker_pool.h"
#include "operator/api/call.h"
#include "operator/api/ingest.h"

#include <functional>
#include <optional>
#include <vector>

namespace api {

class Outbox {
public:
    explicit Outbox(std::function<void(const IngestEvent&)> on_event);

    // Runs `settle`, hands its events to on_event, then answers.
    struct Outcome {
        std::vector<IngestEvent> events{};
        net::Reply reply{};
    };
    using Settle = std::move_only_function<Outcome()>;
    void post(Call call, Settle settle);

private:
    std::function<void(const IngestEvent&)> on_event_;
    base::os::WorkerPool thread_;  // last: it uses the above
};

}  // namespace api
