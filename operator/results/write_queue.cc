#include "operator/results/write_queue.h"

#include <utility>

namespace results::sqlite {

bool WriteQueue::push(QueuedWrite& write) {
    {
        const std::scoped_lock lock(mutex_);
        if (closed_ || (!waiting_.empty() && bytes_ + write.bytes > bytes_max_)) return false;
        bytes_ += write.bytes;
        waiting_.push_back(std::move(write));
    }
    changed_.notify_one();
    return true;
}

std::vector<QueuedWrite> WriteQueue::take(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    std::vector<QueuedWrite> batch;
    while (!waiting_.empty() && batch.size() < count) {
        bytes_ -= waiting_.front().bytes;
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

void WriteQueue::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

}  // namespace results::sqlite
