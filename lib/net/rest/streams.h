// The event streams of one listener: beats them, ends them. Any thread.
#pragma once

#include "net/rest/event_pipe.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace net::rest {

class Streams {
public:
    explicit Streams(base::Duration heartbeat);
    ~Streams();  // ends them and its thread

    // False once end() was called. Each one added must leave().
    bool add(const std::shared_ptr<EventPipe>& pipe);
    // Its response was sent or broke.
    void leave();
    void end();
    // After end(): until the last words of all are sent, or `limit`: a reader that lags must not
    // hold us.
    void wait_until_sent(base::Duration limit);

private:
    using Pipes = std::vector<std::weak_ptr<EventPipe>>;
    void beat_until_end();
    static void beat(Pipes& pipes);

    const base::Duration heartbeat_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable ended_cv_, sent_cv_;
    bool ended_ = false;
    std::size_t sending_ = 0;
    Pipes pipes_;
    std::thread beater_;  // last: it uses the rest
};

}  // namespace net::rest
