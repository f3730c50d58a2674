// Handlers whose answers the test gives itself, when it wants to.
#pragma once

#include "base/os/clock.h"
#include "net/server.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace net {

// Keeps what a handler was given until the test has a use for it.
class Desk {
public:
    Admission admit(const RequestHead&) {
        return Accept{.body_max = 1u << 20, .handle = [this](std::string, Respond respond) {
                          const std::scoped_lock lock(mutex_);
                          pile_.push_back(std::move(respond));
                          arrived_.notify_all();
                      }};
    }
    Respond take() {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, std::chrono::seconds(20), [&] { return !pile_.empty(); });
        Respond first = std::move(pile_.at(0));
        pile_.erase(pile_.begin());
        return first;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Respond> pile_;
};

// True as soon as `fact` is; false after 10 s.
inline bool eventually(const std::function<bool()>& fact) {
    const base::Clock& clock = base::os::system_clock();
    const base::Ticks end = clock.ticks() + std::chrono::seconds(10);
    while (!fact()) {
        if (clock.ticks() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace net
