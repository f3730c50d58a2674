// One thread that does one thing after the other: for what blocks (loads, merges).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace app {

class Worker {
public:
    using Work = std::move_only_function<void()>;

    Worker() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

    // Any thread. What waits when the worker is destroyed is dropped; what runs is finished.
    void add(Work work) {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(work));
        changed_.notify_one();
    }

private:
    void run(const std::stop_token& stop) {
        while (true) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
            Work work = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            work();
        }
    }

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Work> waiting_;
    std::jthread thread_;  // last: joined first
};

}  // namespace app
