#include "net/http.h"

#include <gtest/gtest.h>

#include <set>

namespace net {
namespace {

using std::chrono::seconds;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 §5.6.7.
constexpr base::Instant kExample{seconds(784'111'777)};

TEST(Headers, CompareNamesWithoutCaseAndKeepTheirOrder) {
    Headers headers{{"B", "1"}, {"a", "2"}, {"b", "3"}};
    EXPECT_EQ(headers.get("b"), "1");
    EXPECT_EQ(headers.count("B"), 2u);
    EXPECT_EQ(headers.get("c"), std::nullopt);
    headers.set("B", "4");
    EXPECT_EQ(headers, (Headers{{"a", "2"}, {"B", "4"}}));
    headers.remove("A");
    EXPECT_EQ(headers, (Headers{{"B", "4"}}));
}

TEST(Headers, MayBeSetByTheNameTheyHold) {
    Headers headers{{"Accept", "1"}};
    headers.set(headers.fields().front().name, "2");
    EXPECT_EQ(headers, (Headers{{"Accept", "2"}}));
}

TEST(Failure, EveryOneHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(Failure::Cancelled); ++i)
        words.insert(to_string(static_cast<Failure>(i)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(Failure::Cancelled) + 1);
    EXPECT_FALSE(words.contains("unknown"));
}

TEST(RetryAfter, ReadsSeconds) {
    EXPECT_EQ(parse_retry_after("120", kExample), seconds(120));
    EXPECT_EQ(parse_retry_after(" 0 ", kExample), seconds(0));
}

TEST(RetryAfter, ReadsAllThreeFormsOfADate) {
    const auto now = kExample - seconds(5);
    for (const auto* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        EXPECT_EQ(parse_retry_after(text, now), seconds(5)) << text;
    }
}

TEST(RetryAfter, IsZeroForADateThatHasPassed) {
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kExample + seconds(9)),
              seconds(0));
}

TEST(RetryAfter, IsBoundedForNumbersBeyondReason) {
    EXPECT_EQ(parse_retry_after("99999999999999999999999", kExample), std::chrono::hours(24 * 365));
}

TEST(RetryAfter, IsNothingForAnythingElse) {
    for (const auto* text : {"", "-1", "1.5", "soon", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMT!"}) {
        EXPECT_EQ(parse_retry_after(text, kExample), std::nullopt) << text;
    }
    EXPECT_EQ(parse_retry_after(std::string(5'000, ' ') + std::string(5'000, 'x'), kExample),
              std::nullopt);
}

}  // namespace
}  // namespace net
