#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/text.h"
#include "fakes/fake_clock.h"

#include <gtest/gtest.h>

#include <set>

namespace base {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, NeverGoesBackInTicks) {
    const Clock& clock = os::system_clock();
    Ticks last = clock.ticks();
    for (int i = 0; i < 1000; ++i) {
        const Ticks now = clock.ticks();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(SystemClock, KnowsTheCentury) {
    EXPECT_EQ(format_instant(os::system_clock().wall()).substr(0, 2), "20");
}

TEST(FakeClockTest, MovesOnlyByHand) {
    fakes::FakeClock clock;
    EXPECT_EQ(format_instant(clock.wall()), "2026-01-01T00:00:00.000Z");
    const Ticks start = clock.ticks();
    clock.advance(1500ms);
    EXPECT_EQ(clock.ticks() - start, 1500ms);
    clock.jump_wall(-1h);
    EXPECT_EQ(clock.ticks() - start, 1500ms);
    EXPECT_EQ(format_instant(clock.wall()), "2025-12-31T23:00:01.500Z");
}

TEST(Random, GivesTheCountAskedForAndNoRepeats) {
    EXPECT_EQ(os::random_bytes(0), "");
    EXPECT_EQ(os::random_bytes(1000).size(), 1000u);
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i) tokens.insert(os::random_token());
    EXPECT_EQ(tokens.size(), 100u);
    EXPECT_EQ(tokens.begin()->size(), 64u);
}

TEST(Random, MakesUuidsOfVersion4) {
    for (int i = 0; i < 100; ++i) {
        const std::string uuid = os::random_uuid();
        ASSERT_EQ(uuid.size(), 36u);
        EXPECT_EQ(uuid[14], '4');
        EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
        EXPECT_TRUE(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
    }
}

}  // namespace
}  // namespace base
