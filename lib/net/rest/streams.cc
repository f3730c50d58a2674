#include "net/rest/streams.h"

#include <algorithm>
#include <utility>

namespace net::rest {

Streams::Streams(base::Duration heartbeat)
    : heartbeat_(heartbeat), beater_([this] { beat_until_end(); }) {}

Streams::~Streams() {
    end();
    beater_.join();
}

bool Streams::add(const std::shared_ptr<EventPipe>& pipe) {
    const std::scoped_lock lock(mutex_);
    if (ended_) return false;
    pipes_.push_back(pipe);
    ++sending_;
    return true;
}

void Streams::leave() {
    const std::scoped_lock lock(mutex_);
    if (--sending_ == 0) sent_cv_.notify_all();
}

void Streams::wait_until_sent(base::Duration limit) {
    std::unique_lock lock(mutex_);
    sent_cv_.wait_for(lock, limit, [this] { return sending_ == 0; });
}

void Streams::end() {
    Pipes pipes;
    {
        const std::scoped_lock lock(mutex_);
        ended_ = true;
        pipes = std::exchange(pipes_, {});
    }
    ended_cv_.notify_all();
    for (const auto& weak : pipes) {
        if (const auto pipe = weak.lock()) pipe->close();
    }
}

void Streams::beat_until_end() {
    std::unique_lock lock(mutex_);
    while (!ended_cv_.wait_for(lock, heartbeat_, [this] { return ended_; })) beat(pipes_);
}

void Streams::beat(Pipes& pipes) {
    std::erase_if(pipes, [](const std::weak_ptr<EventPipe>& weak) {
        const auto pipe = weak.lock();
        return !pipe || !pipe->beat();
    });
}

}  // namespace net::rest
