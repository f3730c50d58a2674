#include "runner/supervise.h"

#include "base/os/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace runner {
namespace {

// One per process is allowed.
base::os::SignalWatch& signals() {
    static auto watch = *base::os::SignalWatch::create();
    return watch;
}

const base::Clock& system_time() { return base::os::system_clock(); }

TEST(Supervised, ReturnsAsSoonAsTheWorkIsDone) {
    StopFlag flag;
    bool worked = false;
    Supervised supervised([&] { worked = true; }, flag);
    EXPECT_TRUE(supervised.watch(signals(), system_time(), {.deadline = base::Ticks::max()}));
    EXPECT_TRUE(worked);
    EXPECT_EQ(flag.cause(), StopCause::None);
}

TEST(Supervised, TellsTheWorkToStopAtTheDeadline) {
    StopFlag flag;
    Supervised supervised(
        [&] {
            while (flag.wait(base::Duration(3'600'000))) {
            }
        },
        flag);
    EXPECT_TRUE(supervised.watch(
        signals(), system_time(),
        {.deadline = system_time().ticks(), .deadline_grace = base::Duration(60'000)}));
    EXPECT_EQ(flag.cause(), StopCause::Deadline);
}

TEST(Supervised, AbandonsWorkThatDoesNotObey) {
    StopFlag flag;
    std::latch release(1);
    Supervised supervised([&] { release.wait(); }, flag);
    EXPECT_FALSE(supervised.watch(signals(), system_time(), {.deadline = system_time().ticks()}));
    release.count_down();
}

TEST(Supervised, StopsWhenResultsCannotBeBroughtHome) {
    StopFlag flag;
    Supervised supervised(
        [&] {
            while (flag.wait(base::Duration(3'600'000))) {
            }
        },
        flag);
    EXPECT_TRUE(supervised.watch(signals(), system_time(),
                                 {.deadline = base::Ticks::max(), .broken = [] { return true; }}));
    EXPECT_EQ(flag.cause(), StopCause::Broken);
}

TEST(StopFlag, KeepsTheFirstCause) {
    StopFlag flag;
    flag.raise(StopCause::Terminated);
    flag.raise(StopCause::Deadline);
    EXPECT_EQ(flag.cause(), StopCause::Terminated);
}

}  // namespace
}  // namespace runner
