#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace base {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return fail(ErrorKind::Invalid, "odd");
    return number / 2;
}

Result<int> quarter(int number) {
    const int first = TRY(half(number));
    return half(first);
}

Result<> check_quarter(int number) {
    TRY(with_context(quarter(number), "take a quarter"));
    return {};
}

TEST(Try, GoesOnWithTheValueOfASuccess) { EXPECT_EQ(quarter(12), 3); }

TEST(Try, LeavesWithTheErrorOfAFailure) {
    const auto result = quarter(6);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Error(ErrorKind::Invalid, "odd"));
}

TEST(Try, MovesOutValuesThatCannotBeCopied) {
    const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    const auto use = [&]() -> Result<int> {
        const auto pointer = TRY(make());
        return *pointer;
    };
    EXPECT_EQ(use(), 7);
}

TEST(WithContext, PutsEachLevelBeforeTheMessageAndKeepsTheKind) {
    const auto result = with_context(check_quarter(5), "open the cake");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message(), "open the cake: take a quarter: odd");
    EXPECT_EQ(result.error().kind(), ErrorKind::Invalid);
}

TEST(ErrorKindNames, AreAllDifferentWords) {
    const std::vector<ErrorKind> kinds{
        ErrorKind::Invalid,  ErrorKind::NotFound,    ErrorKind::Conflict,
        ErrorKind::TooLarge, ErrorKind::Unavailable, ErrorKind::Forbidden,
        ErrorKind::TimedOut, ErrorKind::Cancelled,   ErrorKind::Internal};
    for (const auto a : kinds) {
        EXPECT_EQ(to_string(a).find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
                  std::string_view::npos);
        for (const auto b : kinds) EXPECT_EQ(to_string(a) == to_string(b), a == b);
    }
}

}  // namespace
}  // namespace base
