#include "base/os/worker_pool.h"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace base::os {

struct WorkerPool::Impl {
    explicit Impl(const WorkerPoolOptions& options) : queue_max(options.queue_max) {
        const std::size_t count = std::max<std::size_t>(options.threads, 1);
        for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
    }
    ~Impl() {
        {
            const std::scoped_lock lock(mutex);
            closing = true;
        }
        changed.notify_all();
    }

    // Tells under the lock: without it the task could be done, and the pool gone, before its thread
    // is told.
    Result<> submit(Task task) {
        const std::scoped_lock lock(mutex);
        if (queue.size() >= queue_max)
            return fail(ErrorKind::Unavailable, fmt::format("{} tasks wait already", queue_max));
        queue.push_back(std::move(task));
        changed.notify_one();
        return {};
    }

    void work() noexcept {
        while (Task task = next()) task();
    }

    // Empty once the pool closes and nothing waits.
    Task next() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return closing || !queue.empty(); });
        if (queue.empty()) return {};
        Task task = std::move(queue.front());
        queue.pop_front();
        return task;
    }

    const std::size_t queue_max;
    std::mutex mutex;
    std::condition_variable changed;
    // Guarded by mutex.
    std::deque<Task> queue;
    bool closing = false;
    // Last: joined before anything above goes away.
    std::vector<std::jthread> threads;
};

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : impl_(std::make_unique<Impl>(options)) {}
WorkerPool::~WorkerPool() = default;

Result<> WorkerPool::submit(Task task) { return impl_->submit(std::move(task)); }

}  // namespace base::os
