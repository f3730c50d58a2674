// The table of docs/design/attempt-ends.md, row by row.
#include "unit/core/world.h"

#include <gtest/gtest.h>

#include <fstream>

namespace core::test {
namespace {

using scan::AttemptEnd;

struct Row {
    AttemptEnd end;
    const char* charged;  // yes, no (free), neither
    bool retried;
};

constexpr Row kTable[] = {
    {AttemptEnd::Committed, "neither", false},
    {AttemptEnd::NoResult, "yes", true},
    {AttemptEnd::DigestMismatch, "yes", true},
    {AttemptEnd::ExitCode, "yes", true},
    {AttemptEnd::OOMKilled, "yes", true},
    {AttemptEnd::RunTimeout, "yes", true},
    {AttemptEnd::StartTimeout, "no", true},
    {AttemptEnd::ImagePullFailed, "yes", true},
    {AttemptEnd::ConfigError, "yes", false},
    {AttemptEnd::Unschedulable, "yes", false},
    {AttemptEnd::Evicted, "no", true},
    {AttemptEnd::Preempted, "no", true},
    {AttemptEnd::NodeLost, "no", true},
    {AttemptEnd::Deleted, "no", true},
    {AttemptEnd::Disrupted, "no", true},
    {AttemptEnd::Cancelled, "neither", false},
    {AttemptEnd::TargetUnavailable, "yes", true},
};

std::string charged_word(AttemptEnd end) {
    if (is_neutral(end)) return "neither";
    return is_free(end) ? "no" : "yes";
}

TEST(AttemptEnds, AreChargedAndRetriedAsTheTableSays) {
    for (const Row& row : kTable) {
        SCOPED_TRACE(scan::to_string(row.end));
        EXPECT_EQ(charged_word(row.end), row.charged);
        EXPECT_EQ(is_retryable({.end = row.end}), row.retried);
    }
}

TEST(AttemptEnds, StandInTheDocumentAsInTheCode) {
    std::ifstream file(SF_SOURCE_DIR "/docs/design/attempt-ends.md");
    ASSERT_TRUE(file) << "docs/design/attempt-ends.md is missing";
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    for (const Row& row : kTable) {
        const std::string line = std::string("| ") + std::string(scan::to_string(row.end)) + " | " +
                                 row.charged + " | " + (row.retried ? "yes" : "no") + " |";
        EXPECT_NE(text.find(line), std::string::npos) << "expected this row: " << line;
    }
}

TEST(AttemptEnds, OutOfMemoryIsRetriedOnce) {
    EXPECT_TRUE(is_retryable({.end = AttemptEnd::OOMKilled}, 1));
    EXPECT_FALSE(is_retryable({.end = AttemptEnd::OOMKilled}, 2));
}

TEST(AttemptEnds, AnUnreadableImageNameIsNotTriedAgain) {
    EXPECT_FALSE(
        is_retryable({.end = AttemptEnd::ImagePullFailed, .reason = scan::Reason::InvalidSpec}));
}

scan::Commit commit(std::string sha256, scan::StreamStatus status = scan::StreamStatus::Complete) {
    return {.segments = 1, .sha256 = std::move(sha256), .status = status};
}

struct ExitRow {
    const char* claim;
    ExitFacts facts;
    AttemptEnd end;
};

TEST(AttemptEnds, FollowFromHowTheProcessEnded) {
    const auto partial = scan::StreamStatus::Partial;
    const ExitRow rows[] = {
        {"a complete commit wins over any exit code",
         {.code = 137, .signal = 9, .stored = commit("a")},
         AttemptEnd::Committed},
        {"exit 0 with a complete commit",
         {.code = 0, .record = commit("a"), .stored = commit("a")},
         AttemptEnd::Committed},
        {"an accepted plan ends discovery well",
         {.code = 1, .plan_accepted = true},
         AttemptEnd::Committed},
        {"exit 0 without any commit", {.code = 0}, AttemptEnd::NoResult},
        {"a record claims more than is stored",
         {.code = 0, .record = commit("a")},
         AttemptEnd::DigestMismatch},
        {"record and stored commit differ",
         {.code = 0, .record = commit("a"), .stored = commit("b", partial)},
         AttemptEnd::DigestMismatch},
        {"exit 64", {.code = 64}, AttemptEnd::ConfigError},
        {"exit 69", {.code = 69}, AttemptEnd::TargetUnavailable},
        {"exit 70", {.code = 70}, AttemptEnd::ExitCode},
        {"exit 75", {.code = 75}, AttemptEnd::ExitCode},
        {"exit 77", {.code = 77}, AttemptEnd::ConfigError},
        {"exit 124 with a partial commit",
         {.code = 124, .stored = commit("a", partial)},
         AttemptEnd::RunTimeout},
        {"SIGTERM that we did not send", {.code = 143}, AttemptEnd::Disrupted},
        {"SIGKILL", {.code = 137, .signal = 9}, AttemptEnd::ExitCode},
        {"out of memory", {.code = 137, .signal = 9, .oom_killed = true}, AttemptEnd::OOMKilled},
        {"any other code", {.code = 3}, AttemptEnd::ExitCode},
    };
    for (const ExitRow& row : rows) EXPECT_EQ(end_of_exit(row.facts).end, row.end) << row.claim;
}

TEST(AttemptEnds, CarryReasonAndMessageOfTheCommitRecord) {
    scan::Commit record = commit("a", scan::StreamStatus::Failed);
    record.reason = "TargetForbidden";
    record.message = "metadata address";
    const EndFact fact = end_of_exit({.code = 64, .record = record});
    EXPECT_EQ(fact.reason, scan::Reason::TargetForbidden);
    EXPECT_EQ(fact.message, "metadata address");
}

TEST(AttemptEnds, HaveASentenceEvenWithoutARecord) {
    EXPECT_EQ(end_of_exit({.code = 137, .signal = 9}).message, "killed by signal 9");
    EXPECT_EQ(end_of_exit({.code = 70}).message, "exited with code 70");
    EXPECT_EQ(end_of_exit({.code = 0}).message, "exited with code 0 without a complete commit");
    EXPECT_EQ(end_of_exit({.code = 137, .signal = 9, .oom_killed = true}).message,
              "killed by the kernel: out of memory");
}

TEST(AttemptEnds, AreRecordedOnceAndWithTheirCharge) {
    World w;
    w.given("0: a1 ExitCode!@5s\n"
            "1: a1 Evicted!@5s\n"
            "2: a1 ExitCode@5s");
    EXPECT_EQ(w.at(6s), Lines({"record c0-a1 ExitCode, charged", "record c1-a1 Evicted"}));
}

TEST(AttemptEnds, AnAttemptThatVanishedCountsAsDeleted) {
    World w;
    w.given("0: a1 running@0s");
    w.attempt(c(0, 1))->phase = Phase::Ended;
    EXPECT_EQ(w.at(6s), Lines({"record c0-a1 Deleted"}));
}

TEST(AttemptEnds, ACommitThatLandedIsWhatIsRecorded) {
    World w;
    w.given("0: a1 committed@3s");
    w.ends(c(0, 1), AttemptEnd::ExitCode, 4s);
    EXPECT_EQ(w.at(5s), Lines({"record c0-a1 Committed", "close"}));
}

TEST(AttemptEnds, FreeEndsBeyondThreeAreCharged) {
    World w;
    w.given("0: a1 Evicted@0s a2 Evicted@0s a3 Deleted@0s a4 Evicted!@5s");
    EXPECT_EQ(w.at(6s), Lines({"record c0-a4 Evicted, charged"}));
}

TEST(AttemptEnds, AnEndThatWasRecordedBeforeACrashIsCarriedOut) {
    World w;
    w.given("0: a1 running@0s");
    w.attempt(c(0, 1))->end = EndFact{.end = AttemptEnd::RunTimeout};
    w.attempt(c(0, 1))->end_recorded = true;
    EXPECT_EQ(w.at(1s), Lines({"stop c0-a1 (JobEnded)"}));
}

}  // namespace
}  // namespace core::test
