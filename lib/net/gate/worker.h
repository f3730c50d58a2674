// One thread of the gate: an io_context, the sessions on it and their connections to upstreams.
// Nothing here needs a strand, because nothing leaves its thread.
#pragma once

#include "net/gate/mailbox.h"
#include "net/gate/shared.h"
#include "net/gate/upstream_pool.h"

#include <memory>
#include <thread>
#include <unordered_set>

namespace net::gate {

class Session;

class Worker {
public:
    explicit Worker(Shared& shared);
    ~Worker();  // joined before

    void start();
    // Any thread: sessions end after the request they are in, at the latest after stop_timeout.
    void stop();
    void join();

    // Any thread: starts the session on this one.
    void take(std::shared_ptr<Session> session);

    Shared& shared() { return shared_; }
    asio::io_context& context() { return context_; }
    const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
    UpstreamPool& upstreams() { return upstreams_; }

    // Called by sessions, on this thread.
    void enter(Session& session);
    void leave(Session& session);

private:
    void begin_stop();
    void kill_all();

    Shared& shared_;
    asio::io_context context_{1};
    std::shared_ptr<Mailbox> mailbox_;
    UpstreamPool upstreams_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    asio::steady_timer last_call_;
    std::unordered_set<Session*> sessions_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace net::gate
