// How many requests may be under way: less on trouble, more on success, nothing while told to wait.
#include "kube/window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kube {
namespace {

using base::Duration;
using base::Ticks;

constexpr Ticks at(int milliseconds) { return Ticks(Duration(milliseconds)); }

void answer(Window& window, bool trouble, Ticks sent, Ticks now) {
    window.on_sent();
    window.on_answer({.trouble = trouble, .sent = sent}, now);
}

TEST(Window, BeginsAtTheTop) {
    EXPECT_EQ(Window().size(), 64);
    EXPECT_EQ(Window({.start = 1}).size(), 8);
    EXPECT_EQ(Window({.start = 1'000}).size(), 64);
}

TEST(Window, LetsSoManyGoAndNoMore) {
    Window window({.min = 2, .max = 2, .start = 2});
    window.on_sent();
    EXPECT_TRUE(window.may_send(at(0)));
    window.on_sent();
    EXPECT_FALSE(window.may_send(at(0)));
    window.on_answer({}, at(1));
    EXPECT_TRUE(window.may_send(at(1)));
    window.on_sent();
    window.on_forgotten();
    EXPECT_EQ(window.in_flight(), 1);
}

TEST(Window, HalvesOnTroubleDownToItsMinimum) {
    Window window;
    int size = 64;
    for (int second = 1; second < 8; ++second) {
        answer(window, true, at(second * 2'000 - 1), at(second * 2'000));
        size = std::max(size / 2, 8);
        EXPECT_EQ(window.size(), size);
    }
    EXPECT_EQ(window.size(), 8);
}

TEST(Window, HalvesOnceForOneTrouble) {
    Window window;
    answer(window, true, at(100), at(200));
    answer(window, true, at(100), at(5'000));  // sent before the halving
    answer(window, true, at(300), at(900));    // within a second of it
    EXPECT_EQ(window.size(), 32);
    answer(window, true, at(300), at(1'200));
    EXPECT_EQ(window.size(), 16);
}

TEST(Window, GrowsByOneForEachFullWindowOfGoodAnswers) {
    Window window({.start = 8});
    for (int i = 0; i < 7; ++i) answer(window, false, at(0), at(1));
    EXPECT_EQ(window.size(), 8);
    answer(window, false, at(0), at(1));
    EXPECT_EQ(window.size(), 9);
    for (int i = 0; i < 9; ++i) answer(window, false, at(0), at(1));
    EXPECT_EQ(window.size(), 10);
    for (int i = 0; i < 10'000; ++i) answer(window, false, at(0), at(1));
    EXPECT_EQ(window.size(), 64);
}

TEST(Window, CountsGoodAnswersAnewAfterTrouble) {
    Window window({.start = 16});
    for (int i = 0; i < 15; ++i) answer(window, false, at(0), at(1));
    answer(window, true, at(1), at(2));
    for (int i = 0; i < 7; ++i) answer(window, false, at(3), at(4));
    EXPECT_EQ(window.size(), 8);
    answer(window, false, at(3), at(4));
    EXPECT_EQ(window.size(), 9);
}

TEST(Window, SendsNothingBeforeRetryAfter) {
    Window window;
    window.hold(Duration(2'000), at(1'000));
    EXPECT_FALSE(window.may_send(at(2'999)));
    EXPECT_EQ(window.held_until(at(2'999)), at(3'000));
    EXPECT_TRUE(window.may_send(at(3'000)));
    EXPECT_EQ(window.held_until(at(3'000)), std::nullopt);
}

TEST(Window, ObeysTheLongestRetryAfterButNotForEver) {
    Window window;
    window.hold(Duration(5'000), at(0));
    window.hold(Duration(1'000), at(0));
    EXPECT_EQ(window.held_until(at(0)), at(5'000));
    window.hold(std::chrono::hours(24), at(0));
    EXPECT_EQ(window.held_until(at(0)), at(120'000));
}

TEST(Trouble, IsWhatTheServerCannotHelp) {
    for (const int status : {429, 500, 502, 503, 504})
        EXPECT_TRUE(is_trouble(status, net::Failure::None)) << status;
    for (const int status : {200, 201, 401, 403, 404, 409, 410, 422})
        EXPECT_FALSE(is_trouble(status, net::Failure::None)) << status;
    EXPECT_TRUE(is_trouble(0, net::Failure::TimedOut));
}

RC_GTEST_PROP(Window, StaysWithinItsBounds, (const std::vector<std::pair<bool, bool>>& steps)) {
    Window window({.min = 3, .max = 9, .start = 5});
    Ticks now = at(0);
    for (const auto& [trouble, late] : steps) {
        const auto sent = now;
        now += Duration(late ? 2'000 : 10);
        answer(window, trouble, sent, now);
        RC_ASSERT(window.size() >= 3 && window.size() <= 9);
        RC_ASSERT(window.in_flight() == 0);
    }
}

}  // namespace
}  // namespace kube
