#include "operator/observe/status_json.h"

#include <gtest/gtest.h>

namespace observe {
namespace {

TEST(StatusJson, IsReadBackAsItWasWritten) {
    core::Status status{.start_time = base::Instant{base::Duration{1'000}},
                        .deadline_time = base::Instant{base::Duration{1'801'000}},
                        .completion_time = base::Instant{base::Duration{9'000}}};
    status.outcome = scan::Outcome::PartiallySucceeded;
    status.gate_hit = true;
    status.coverage_percent = 87;
    status.units_planned = 8;
    status.units = {.ok = 7, .failed = 1};
    status.chunks = {.total = 4, .succeeded = 3, .timed_out = 1};
    status.attempts = {.created = 5, .succeeded = 3, .timed_out = 2};
    status.succeeded_chunks = {0, 2, 3};
    status.failed_chunks = {{.index = 1, .reason = "TimedOut", .message = "cut", .attempts = 2}};
    status.failed_chunks_truncated = true;
    status.findings = {.total = 5, .critical = 1, .high = 2, .info = 2, .fresh = 5};
    status.records = 12;
    status.conditions = {
        {"Ready", core::Truth::True, scan::Reason::PartiallyCompleted, "7 of 8 units"},
        {"Stalled", core::Truth::False, scan::Reason::PartiallyCompleted, ""},
        {"Succeeded", core::Truth::Unknown, scan::Reason::Queued, ""}};
    const auto read = parse_status(status_to_json(status));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, status);
}

TEST(StatusJson, UsesTheFieldNamesOfTheResource) {
    core::Status status;
    status.chunks = {.total = 20, .running = 3, .succeeded = 17};
    const std::string json = status_to_json(status);
    for (const char* part : {R"("progress":"17/20")", R"("coveragePercent":0)", R"("timedOut":0)",
                             R"("succeededChunks":"")"}) {
        EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
    }
}

TEST(StatusJson, RefusesWhatItDidNotWrite) {
    EXPECT_FALSE(parse_status(""));
    EXPECT_FALSE(parse_status("[1]"));
    EXPECT_FALSE(parse_status(R"({"startTime":"yesterday"})"));
    EXPECT_FALSE(parse_status(R"({"succeededChunks":"0-99999999"})"));
}

}  // namespace
}  // namespace observe
