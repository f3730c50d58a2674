#include "net/gate/peer_watch.h"

#include <exception>

namespace net::gate {

PeerWatch::PeerWatch(Wire& wire, Input& input, std::function<void()> gone)
    : wire_(wire), input_(input), gone_(std::move(gone)), ended_(wire.socket().get_executor()) {
    ended_.expires_at(asio::steady_timer::time_point::max());
}

void PeerWatch::start() {
    running_ = true;
    asio::co_spawn(wire_.socket().get_executor(), watch(), [this](std::exception_ptr) {
        running_ = false;
        ended_.cancel();
    });
}

Task<> PeerWatch::watch() {
    bool there = true;
    while (there && !stopping_ && !input_.full()) there = co_await input_.fill(wire_);
    if (!there && !stopping_) gone_();
}

Task<> PeerWatch::stop() {
    stopping_ = true;
    if (running_) wire_.cancel();
    IoError ignored;
    while (running_) co_await ended_.async_wait(to(ignored));
}

}  // namespace net::gate
