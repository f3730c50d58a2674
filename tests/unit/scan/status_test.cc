// The status as it goes to the API server and comes back.
#include "scan/status.h"

#include "base/json.h"
#include "scan/status_schema.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace scan {
namespace {

using base::Json;
using namespace std::chrono_literals;

Instant at(std::chrono::seconds since) { return Instant{} + 56 * 365 * 24h + since; }

JobStatus full_status() {
    JobStatus status;
    status.observed_generation = 3;
    status.run_id = "7f3c0000-0000-4000-8000-000000000001-2";
    status.rerun = "again";
    status.start_time = at(1s);
    status.deadline_time = at(1801s);
    status.completion_time = at(61s);
    status.outcome = Outcome::PartiallySucceeded;
    status.plan = StatusPlan{std::string(64, 'a'), 20, 400};
    status.progress = "20/20";
    status.coverage_percent = 95;
    status.units = UnitTotals{400, 380, 20, 1, 2, 3};
    status.chunks = ChunkCounts{20, 1, 2, 3, 19, 1, 4, 5, 6};
    status.attempts = AttemptTotals{23, 19, 1, 2, 3, 4, 5};
    status.succeeded_chunks = "0-4,6-19";
    status.succeeded_chunks_truncated = true;
    status.failed_chunks = {{5, "TimedOut", "what it said", 3, "n1"}};
    status.failed_chunks_truncated = true;
    status.findings = FindingTotals{41, 2, 7, 10, 11, 11, 5, 6, 1};
    status.top_findings = {
        {std::string(32, 'b'), "api.cors.any", Severity::Critical, "title", "GET /x"}};
    status.top_findings_truncated = true;
    status.records = 12;
    status.queue = StatusQueue{"QuotaExceeded", at(5s)};
    status.timings = StatusTimings{600, 60, 1000};
    status.results = StatusResults{"https://x/report", std::string(64, 'c'), 1234, true};
    status.trace = StatusTrace{std::string(32, 'd'), std::string(55, 'e')};
    status.history = {{"7f3c", Outcome::TimedOut, at(0s), 1, 50}};
    status.conditions = {
        {"Ready", ConditionTruth::True, 3, at(61s), "PartiallyCompleted", "words"}};
    return status;
}

void collect(const Json& value, const std::string& path, std::set<std::string>& into) {
    into.insert(path);
    if (value.is_array() && !value.empty()) collect(value[0], path + "[]", into);
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.items()) collect(member, path + "." + name, into);
}

void collect(const schema::Type& type, const std::string& path, std::set<std::string>& into);
void collect(const schema::Object& object, const std::string& path, std::set<std::string>& into) {
    into.insert(path);
    for (const auto& field : object.fields) {
        collect(field.type, path + "." + std::string(field.name), into);
    }
}
void collect(const schema::Type& type, const std::string& path, std::set<std::string>& into) {
    into.insert(path);
    if (type.object) collect(*type.object, path, into);
    if (type.item) collect(*type.item, path + "[]", into);
}

TEST(JobStatus, WritesEveryFieldOfTheDescription) {
    std::set<std::string> described, seen;
    collect(status_schema(), "status", described);
    collect(*base::parse_json(job_status_to_json(full_status())), "status", seen);
    EXPECT_EQ(seen, described);
}

TEST(JobStatus, ReadsBackWhatItWrote) {
    const auto status = full_status();
    const auto read = parse_job_status(job_status_to_json(status));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, status);
}

TEST(JobStatus, OfANewJobSaysOnlyThatNobodyHasLooked) {
    const auto read = parse_job_status(R"({"observedGeneration":-1})");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, JobStatus{});
}

TEST(JobStatus, IgnoresMembersOfALaterVersionAndRefusesWrongOnes) {
    EXPECT_TRUE(parse_job_status(R"({"observedGeneration":1,"mood":"good","units":{"new":1}})"));
    const auto wrong = parse_job_status(R"({"outcome":"Splendid"})");
    ASSERT_FALSE(wrong);
    EXPECT_TRUE(wrong.error().message().starts_with("status.outcome: must be one of"))
        << wrong.error().message();
}

TEST(JobStatus, TimesHaveWholeSeconds) {
    JobStatus status;
    status.start_time = Instant{} + 1'500ms;
    const auto json = *base::parse_json(job_status_to_json(status));
    EXPECT_EQ(json.at("startTime"), "1970-01-01T00:00:01Z");
}

TEST(JobStatus, PatchTurnsOneIntoTheOther) {
    const auto full = full_status();
    JobStatus next;
    next.observed_generation = 4;
    next.results = StatusResults{.available = false};
    for (const auto& [from, to] : {std::pair{full, next}, std::pair{next, full}}) {
        auto object = Json{{"status", *base::parse_json(job_status_to_json(from))}};
        object.merge_patch(*base::parse_json(job_status_patch(from, to)));
        EXPECT_EQ(object.at("status"), *base::parse_json(job_status_to_json(to)));
    }
    EXPECT_EQ(job_status_patch(full, full), "");
}

}  // namespace
}  // namespace scan
