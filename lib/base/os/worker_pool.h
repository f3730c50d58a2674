// A fixed number of threads behind a bounded queue.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace base::os {

struct WorkerPoolOptions {
    std::size_t threads = 2;
    // Tasks that wait; those that run do not count. A longer queue only makes everybody wait
    // longer: refuse instead, so that the other side backs off.
    std::size_t queue_max = 64;
};

// Destruction finishes what is queued and joins the threads. Tasks start in the order of
// submission.
class WorkerPool {
public:
    using Task = std::move_only_function<void()>;

    explicit WorkerPool(const WorkerPoolOptions& options);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Any thread, tasks included. Unavailable: the queue is full; the task was dropped without
    // being run. A task must not throw: the program ends if it does.
    Result<> submit(Task task);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace base::os
