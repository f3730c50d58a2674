// Reads ahead while an answer is under way, so that a client that leaves is noticed although nobody
// waits for it.
#pragma once

#include "net/gate/input.h"

#include <functional>

namespace net::gate {

// What it reads stays in the input for the next request; when that is full it stops looking. A
// client that only shuts down its sending side counts as gone, as with other proxies. stop() must
// have ended before the destruction.
class PeerWatch {
public:
    PeerWatch(Wire& wire, Input& input, std::function<void()> gone);
    void start();
    Task<> stop();

private:
    Task<> watch();

    Wire& wire_;
    Input& input_;
    std::function<void()> gone_;
    asio::steady_timer ended_;  // never expires: rung by cancelling it
    bool running_ = false;
    bool stopping_ = false;
};

}  // namespace net::gate
