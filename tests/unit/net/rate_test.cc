#include "net/rate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace net {
namespace {

using base::Duration;
using base::Ticks;
using std::chrono::seconds;

constexpr Ticks kStart{Duration(1'000'000)};

// A limiter and a time of its own.
struct Rate {
    explicit Rate(RateShare share) : limiter(share, kStart) {}

    void answer(int status, Duration latency = Duration(10)) {
        limiter.on_answer({.status = status, .latency = latency, .sent = now}, now);
    }
    int sent_in(Duration time) {
        int count = 0;
        for (const auto end = now + time; now < end; now += Duration(1)) {
            while (limiter.take(now)) ++count;
        }
        return count;
    }
    double per_second() { return limiter.per_second(now); }

    RateLimiter limiter;
    Ticks now = kStart;
};

TEST(Rate, SendsTheShareAndNoMore) {
    Rate rate({.requests = 50});
    EXPECT_NEAR(rate.sent_in(seconds(10)), 500, 5);
}

TEST(Rate, HonoursALongPeriod) {
    Rate rate({.requests = 1, .period = seconds(60)});
    EXPECT_EQ(rate.sent_in(seconds(59)), 1);
    EXPECT_EQ(rate.sent_in(seconds(2)), 1);
}

TEST(Rate, SavesUpNoMoreThanAHundredMilliseconds) {
    Rate rate({.requests = 100});
    rate.now += seconds(60);
    int burst = 0;
    while (rate.limiter.take(rate.now)) ++burst;
    EXPECT_EQ(burst, 10);
}

TEST(Rate, WithoutAShareHasNoLimit) {
    Rate rate({});
    rate.answer(429);
    for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(rate.limiter.take(rate.now));
    EXPECT_EQ(rate.limiter.wait(rate.now), Duration::zero());
}

TEST(Rate, TellsWhenTheNextTokenComes) {
    Rate rate({.requests = 4});
    ASSERT_TRUE(rate.limiter.take(rate.now));
    EXPECT_EQ(rate.limiter.wait(rate.now), Duration(250));
    rate.now += Duration(250);
    EXPECT_EQ(rate.limiter.wait(rate.now), Duration::zero());
    EXPECT_TRUE(rate.limiter.take(rate.now));
}

TEST(Rate, IsHalvedBy429And503) {
    for (const int status : {429, 503}) {
        Rate rate({.requests = 100});
        rate.answer(status);
        EXPECT_DOUBLE_EQ(rate.per_second(), 50) << status;
    }
}

TEST(Rate, IsNotHalvedByOtherAnswers) {
    Rate rate({.requests = 100});
    for (const int status : {0, 200, 301, 404, 500, 502}) rate.answer(status);
    EXPECT_DOUBLE_EQ(rate.per_second(), 100);
}

TEST(Rate, IsHalvedOnceByAnswersToTheSameBurst) {
    Rate rate({.requests = 100});
    const auto sent = rate.now;
    rate.now += Duration(5);
    for (int i = 0; i < 8; ++i)
        rate.limiter.on_answer({.status = 429, .latency = Duration(5), .sent = sent}, rate.now);
    EXPECT_DOUBLE_EQ(rate.per_second(), 50);
}

TEST(Rate, NeverFallsBelowOneInTenSeconds) {
    Rate rate({.requests = 100});
    for (int i = 0; i < 50; ++i) {
        rate.now += Duration(1);
        rate.answer(429);
    }
    EXPECT_DOUBLE_EQ(rate.per_second(), 0.1);
}

TEST(Rate, NeverRisesAboveAShareThatIsBelowTheFloor) {
    Rate rate({.requests = 1, .period = seconds(60)});
    rate.answer(429);
    EXPECT_DOUBLE_EQ(rate.per_second(), 1.0 / 60);
}

TEST(Rate, GrowsByATenthOfTheShareEachTenSeconds) {
    Rate rate({.requests = 100});
    rate.answer(429);
    rate.now += Duration(9'999);
    EXPECT_DOUBLE_EQ(rate.per_second(), 50);
    rate.now += Duration(1);
    EXPECT_DOUBLE_EQ(rate.per_second(), 60);
    rate.now += seconds(60);
    EXPECT_DOUBLE_EQ(rate.per_second(), 100);
}

TEST(Rate, StartsTheTenSecondsAnewWithEachBadAnswer) {
    Rate rate({.requests = 100});
    rate.answer(429);
    rate.now += seconds(9);
    rate.answer(503);
    rate.now += seconds(9);
    EXPECT_DOUBLE_EQ(rate.per_second(), 25);
}

TEST(Rate, IsHalvedWhenAnswersTakeThreeTimesAsLongAsTheFirstTwenty) {
    Rate rate({.requests = 100});
    for (int i = 0; i < 20; ++i) rate.answer(200, Duration(100));
    rate.answer(200, Duration(300));
    EXPECT_DOUBLE_EQ(rate.per_second(), 100);
    rate.answer(200, Duration(301));
    EXPECT_DOUBLE_EQ(rate.per_second(), 50);
}

TEST(Rate, DoesNotMindLatencyBelowAQuarterSecond) {
    Rate rate({.requests = 100});
    for (int i = 0; i < 20; ++i) rate.answer(200, Duration(1));
    rate.answer(200, Duration(250));
    EXPECT_DOUBLE_EQ(rate.per_second(), 100);
}

RC_GTEST_PROP(RateProperty, NoWindowHoldsMoreThanShareAndBurst, ()) {
    const auto requests = *rc::gen::inRange<std::int64_t>(1, 500);
    Rate rate({.requests = requests});
    std::vector<Ticks> sent;
    const auto pauses = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300));
    for (const int pause : pauses) {
        rate.now += Duration(pause);
        if (pause % 17 == 0) rate.answer(429);
        while (rate.limiter.take(rate.now)) sent.push_back(rate.now);
    }
    const double share = static_cast<double>(requests) / 1'000;
    const double burst = std::max(1.0, share * 100);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        for (std::size_t j = i; j < sent.size(); ++j) {
            const double most =
                share * static_cast<double>((sent[j] - sent[i]).count()) + burst + 1e-6;
            RC_ASSERT(static_cast<double>(j - i + 1) <= most);
        }
    }
}

}  // namespace
}  // namespace net
