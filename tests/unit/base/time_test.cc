#include "base/time.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <array>

namespace base {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNewYear{1'767'225'600'000ms};

TEST(InstantText, HasMillisecondsAndZ) {
    EXPECT_EQ(format_instant(kNewYear + 7ms), "2026-01-01T00:00:00.007Z");
    EXPECT_EQ(format_instant(Instant(-1ms)), "1969-12-31T23:59:59.999Z");
}

TEST(InstantText, IsReadWithAndWithoutFractionAndOffset) {
    EXPECT_EQ(parse_instant("2026-01-01T00:00:00Z"), kNewYear);
    EXPECT_EQ(parse_instant("2026-01-01t01:30:00+01:30"), kNewYear);
    EXPECT_EQ(parse_instant("2025-12-31T22:00:00.5-02:00"), kNewYear + 500ms);
    EXPECT_EQ(parse_instant("2026-01-01T00:00:00.0019999Z"), kNewYear + 1ms);
}

TEST(InstantText, IsRefusedWhenAnythingIsWrong) {
    constexpr std::array kWrong{
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00Z ",
        "2026-01-01T00:00:00+0100",
        "+026-01-01T00:00:00Z",
    };
    for (const auto* const text : kWrong) {
        const auto result = parse_instant(text);
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().kind(), ErrorKind::Invalid) << text;
    }
}

RC_GTEST_PROP(InstantText, RoundTrips, ()) {
    // The years 0 to 9999, which four digits can show.
    const auto ms = *rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000);
    const Instant instant{Duration(ms)};
    RC_ASSERT(parse_instant(format_instant(instant)).value() == instant);
}

TEST(DurationText, IsShortAndForPeople) {
    EXPECT_EQ(format_duration(0ms), "0ms");
    EXPECT_EQ(format_duration(999ms), "999ms");
    EXPECT_EQ(format_duration(1'250ms), "1.2s");
    EXPECT_EQ(format_duration(3min + 5s), "3m05s");
    EXPECT_EQ(format_duration(2h + 10min + 59s), "2h10m");
    EXPECT_EQ(format_duration(-1'500ms), "-1.5s");
    EXPECT_EQ(format_duration(Duration::min()).front(), '-');
}

}  // namespace
}  // namespace base
