#include "scan/words.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace scan {
namespace {

template <typename Enum>
constexpr int count_of(Enum last) {
    return static_cast<int>(last) + 1;
}

// Each word of a list leads back to its value.
template <typename Enum, typename From, typename To>
void expect_round_trip(Enum last, From from, To to) {
    for (int i = 0; i < count_of(last); ++i) {
        const auto value = static_cast<Enum>(i);
        EXPECT_EQ(from(to(value)), value) << to(value);
    }
    EXPECT_FALSE(from("no-such-word"));
    EXPECT_FALSE(from(""));
}

// The stream's word is the API's with a small first letter.
template <typename Enum>
void expect_small_letter(Enum last) {
    for (int i = 0; i < count_of(last); ++i) {
        std::string word(to_string(static_cast<Enum>(i)));
        word[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(word[0])));
        EXPECT_EQ(stream_word(static_cast<Enum>(i)), word);
    }
}

TEST(Words, OfTheApiLeadBackToTheirValues) {
    const auto to = [](auto value) { return to_string(value); };
    expect_round_trip(ScannerType::Synthetic, scanner_type_from, to);
    expect_round_trip(Authorization::Intrusive, authorization_from, to);
    expect_round_trip(Outcome::Cancelled, outcome_from, to);
    expect_round_trip(AttemptEnd::TargetUnavailable, attempt_end_from, to);
    expect_round_trip(Reason::ResultsTruncated, reason_from, to);
}

TEST(Words, OfTheStreamLeadBackToTheirValues) {
    const auto to = [](auto value) { return stream_word(value); };
    expect_round_trip(Severity::Info, severity_from, to);
    expect_round_trip(Confidence::Low, confidence_from, to);
    expect_round_trip(Category::Market, category_from, to);
    expect_round_trip(UnitStatus::TimedOut, unit_status_from, to);
    expect_round_trip(StreamStatus::Failed, stream_status_from, to);
}

TEST(Words, OfTheStreamDifferOnlyInTheFirstLetter) {
    expect_small_letter(Severity::Info);
    expect_small_letter(Confidence::Low);
    expect_small_letter(Category::Market);
    expect_small_letter(UnitStatus::TimedOut);
    expect_small_letter(StreamStatus::Failed);
    expect_small_letter(FindingState::Fixed);
}

TEST(Words, AreSpelledAsInTheApi) {
    EXPECT_EQ(to_string(AttemptEnd::OOMKilled), "OOMKilled");
    EXPECT_EQ(to_string(Reason::FindingsThresholdExceeded), "FindingsThresholdExceeded");
    EXPECT_EQ(to_string(Outcome::PartiallySucceeded), "PartiallySucceeded");
    EXPECT_EQ(stream_word(UnitStatus::TimedOut), "timedOut");
}

TEST(Words, AreNotFoundInTheOtherSpelling) {
    EXPECT_FALSE(severity_from("High"));
    EXPECT_FALSE(unit_status_from("TimedOut"));
    EXPECT_FALSE(authorization_from("passive"));
}

}  // namespace
}  // namespace scan
