// What waits for the store's one writer: bounded by bytes, first in, first out.
#pragma once

#include "operator/results/sqlite_write.h"
#include "operator/results/store.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <variant>
#include <vector>

namespace results::sqlite {

struct EraseRun {
    RunKey run;
};

struct QueuedWrite {
    std::variant<Prepared, EraseRun> what;
    Done done;
    std::size_t bytes = 0;
};

// Any thread.
class WriteQueue {
public:
    explicit WriteQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    // False: full or closed; `write` is then untouched. One write is taken whatever its size when
    // nothing waits.
    bool push(QueuedWrite& write);
    // Waits for writes and takes up to `count`; empty only when closed and drained.
    std::vector<QueuedWrite> take(std::size_t count);
    void close();

private:
    const std::size_t bytes_max_;

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    std::deque<QueuedWrite> waiting_;
    std::size_t bytes_ = 0;
    bool closed_ = false;
};

}  // namespace results::sqlite
