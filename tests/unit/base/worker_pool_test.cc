#include "base/os/worker_pool.h"

#include "base/guarded.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace base::os {
namespace {

TEST(WorkerPoolTest, DestructionFinishesWhatIsQueued) {
    std::atomic<int> done = 0;
    {
        WorkerPool pool({.threads = 2, .queue_max = 100});
        for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.submit([&done] { ++done; }));
    }
    EXPECT_EQ(done, 100);
}

TEST(WorkerPoolTest, AFullQueueRefuses) {
    std::latch started(1);
    std::latch release(1);
    int done = 0;
    {
        WorkerPool pool({.threads = 1, .queue_max = 1});
        ASSERT_TRUE(pool.submit([&] {
            started.count_down();
            release.wait();
        }));
        started.wait();
        EXPECT_TRUE(pool.submit([&done] { done += 1; }));
        const auto refused = pool.submit([&done] { done += 10; });
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind(), ErrorKind::Unavailable);
        release.count_down();
    }
    EXPECT_EQ(done, 1);
}

TEST(WorkerPoolTest, RunsAsManyAtOnceAsItHasThreads) {
    // Every task waits for all others: with fewer threads this would never end.
    std::latch all(3);
    WorkerPool pool({.threads = 3, .queue_max = 3});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.submit([&all] { all.arrive_and_wait(); }));
    all.wait();
}

TEST(WorkerPoolTest, OneThreadKeepsTheOrder) {
    std::vector<int> order;
    {
        WorkerPool pool({.threads = 1, .queue_max = 50});
        for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.submit([&order, i] { order.push_back(i); }));
    }
    for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(WorkerPoolTest, TakesTasksFromTasksAndTasksThatOnlyMove) {
    Guarded<int> sum;
    {
        WorkerPool pool({.threads = 2, .queue_max = 4});
        std::latch submitted(1);
        ASSERT_TRUE(pool.submit([&, value = std::make_unique<int>(40)] {
            EXPECT_TRUE(pool.submit([&sum] { sum.with([](int& s) { s += 2; }); }));
            sum.with([&](int& s) { s += *value; });
            submitted.count_down();
        }));
        submitted.wait();
    }
    EXPECT_EQ(sum.with([](int s) { return s; }), 42);
}

}  // namespace
}  // namespace base::os
