#include "scan/stream.h"
#include "unit/scan/sample_lines.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace scan {
namespace {

Commit sample() {
    return {.segments = 3,
            .bytes = 4096,
            .sha256 = samples::kDigest,
            .units = {1, 2, 3, 4, 5},
            .findings = 6,
            .records = 7,
            .status = StreamStatus::Failed,
            .reason = "TargetForbidden",
            .message = "host x is not allowed"};
}

TEST(Commit, IsWrittenLikeThis) {
    EXPECT_EQ(
        commit_to_json(sample()),
        R"({"v":1,"status":"failed","reason":"TargetForbidden","message":"host x is not allowed","segments":3,"bytes":4096,"sha256":")" +
            samples::kDigest +
            R"(","units":{"ok":1,"failed":2,"skipped":3,"forbidden":4,"timedOut":5},"findings":6,"records":7})");
}

TEST(Commit, ReadsBackAsItWasWritten) {
    for (const auto& commit : {sample(), Commit{}}) {
        const auto read = parse_commit(commit_to_json(commit));
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(*read, commit);
    }
}

TEST(Commit, FitsIntoATerminationMessage) {
    auto commit = sample();
    commit.message = std::string(100'000, '\x01');
    const auto text = commit_to_json(commit);
    EXPECT_LE(text.size(), 4096u);
    const auto read = parse_commit(text);
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->message.empty());
}

TEST(Commit, SaysWhatIsWrong) {
    struct Case {
        std::string_view claim, from, to, message;
    };
    const Case cases[] = {
        {"word of no list", "TargetForbidden", "Nonsense",
         "commit.reason is not a word of the API's lists"},
        {"other status", R"("failed","reason")", R"("fine","reason")",
         "commit.status is not a known word: \"fine\""},
        {"other version", R"("v":1)", R"("v":9)", "commit.v must be between 1 and 1, is 9"},
        {"half a digest", R"("sha256":"aaaa)", R"("sha256":")",
         "commit.sha256 must be 64 lower-case hex digits"},
        {"negative bytes", R"("bytes":4096)", R"("bytes":-1)",
         "commit.bytes must be between 0 and 9223372036854775807, is -1"},
        {"no counts", R"("units":)", R"("unit":)", "commit.units is missing"},
    };
    for (const auto& c : cases) {
        auto text = commit_to_json(sample());
        text.replace(text.find(c.from), c.from.size(), c.to);
        const auto read = parse_commit(text);
        ASSERT_FALSE(read) << c.claim;
        EXPECT_EQ(read.error().message(), c.message) << c.claim;
    }
}

TEST(Commit, MayGiveAnAttemptsEndAsItsReason) {
    auto commit = sample();
    commit.reason = "RunTimeout";
    EXPECT_TRUE(parse_commit(commit_to_json(commit)));
}

TEST(Commit, IsRefusedBeyondItsBytes) {
    const auto read = parse_commit(commit_to_json(sample()) + std::string(5000, ' '));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), base::ErrorKind::TooLarge);
}

RC_GTEST_PROP(Commit, TakesAnyMessage, (const std::string& message)) {
    auto commit = sample();
    commit.message = message;
    const auto text = commit_to_json(commit);
    RC_ASSERT(text.size() <= 4096u);
    RC_ASSERT(parse_commit(text).has_value());
}

}  // namespace
}  // namespace scan
