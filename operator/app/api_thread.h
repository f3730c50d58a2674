// The thread that talks to the API server: moves calls out and events back, decides nothing.
#pragma once

#include "base/time.h"
#include "kube/connection.h"

#include <functional>
#include <memory>

namespace app {

class ApiThread {
public:
    using OnEvent = std::function<void(kube::CallEvent)>;
    using OnAnswer = std::move_only_function<void(const kube::Answer&)>;

    // `on_event` runs on the thread. Fails as base::os pipes do.
    static base::Result<std::unique_ptr<ApiThread>>
    start(std::unique_ptr<kube::Connection> connection, OnEvent on_event);
    ~ApiThread();  // drops what is under way; no callback comes any more

    // Any thread. Ids are the controller's.
    void send(kube::Outbox outbox);
    // A call of somebody else than the controller; `on_answer` runs on the thread. Any thread.
    void ask(kube::Request request, OnAnswer on_answer);
    kube::ConnectionStats stats() const;  // as of the last round

private:
    struct Impl;
    explicit ApiThread(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace app
