// Asks the API server in somebody else's name: with his token, and with nothing of ours.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/cluster_config.h"
#include "operator/rights/rights.h"

#include <memory>

namespace app {

// A client and a thread of its own, since the operator's connection carries our credentials.
class ReviewSender {
public:
    // Of `cluster` the server and its authority count, whose file is read again once a minute.
    // Invalid, NotFound …: as kube::endpoint_of and the file are. `clock` must outlive it.
    static base::Result<std::unique_ptr<ReviewSender>> start(const kube::ClusterConfig& cluster,
                                                             const base::Clock& clock);
    ~ReviewSender();  // as stop()

    // rights::SendReview. Any thread. Callbacks run on the thread; in Rights the number under way
    // is bounded.
    void send(std::string token, std::string body,
              std::move_only_function<void(base::Result<rights::ReviewAnswer>)> answered);
    // Answers what is under way, and all that follows, with Unavailable. Once.
    void stop();

private:
    struct Impl;
    explicit ReviewSender(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace app
