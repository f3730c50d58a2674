// ScanJobs of a cluster as people and scripts see them.
#include "base/json.h"
#include "cli/cluster/follow.h"
#include "cli/cluster/scan_list.h"
#include "cli/cluster/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cli::cluster {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const base::Instant kNow = *base::parse_instant("2026-01-31T12:04:00Z");

Json condition(std::string_view type, std::string_view status, std::string_view reason,
               std::string_view message = "") {
    return {{"type", type},
            {"status", status},
            {"reason", reason},
            {"message", message},
            {"lastTransitionTime", "2026-01-31T12:00:00Z"}};
}

Json job_with(Json status) {
    return {{"metadata",
             {{"name", "petstore"},
              {"namespace", "shop"},
              {"creationTimestamp", "2026-01-31T12:00:00Z"}}},
            {"spec", {{"scanner", {{"type", "Api"}}}}},
            {"status", std::move(status)}};
}

Json running_job(int done) {
    return job_with({{"runID", "r1"},
                     {"startTime", "2026-01-31T12:00:00Z"},
                     {"chunks", {{"total", 4}, {"succeeded", done}}},
                     {"units", {{"total", 40}, {"succeeded", done * 10}}},
                     {"conditions", {condition("Ready", "Unknown", "Running", "4 chunks run")}}});
}

Json finished_job(std::string_view outcome, std::string_view reason) {
    return job_with({{"runID", "r1"},
                     {"startTime", "2026-01-31T12:00:00Z"},
                     {"completionTime", "2026-01-31T12:01:00Z"},
                     {"outcome", outcome},
                     {"progress", "3/4"},
                     {"coveragePercent", 93},
                     {"findings", {{"total", 41}, {"critical", 2}, {"high", 7}}},
                     {"failedChunks",
                      {{{"index", 3},
                        {"reason", "OOMKilled"},
                        {"message", "no \x1b[31mmemory"},
                        {"attempts", 2}}}},
                     {"timings", {{"wallSeconds", 61}}},
                     {"trace", {{"traceID", "0123"}}},
                     {"conditions",
                      {condition("Ready", "True", reason, "3 of 4 chunks, coverage 93 %"),
                       condition("Finished", "True", reason)}}});
}

TEST(ScanTable, HasTheColumnsOfKubectl) {
    const auto text = table({finished_job("PartiallySucceeded", "PartiallyCompleted")},
                            Output::Table, false, kNow);
    EXPECT_EQ(text,
              "NAME       SCANNER   STATUS               CHUNKS   COVERAGE   FINDINGS   CRIT   "
              "HIGH   AGE\n"
              "petstore   Api       PartiallyCompleted   3/4      93         41         2      "
              "7      4m00s\n");
}

TEST(ScanTable, IsWideWithOutcomeAndTraceAndNamesNamespacesWhereThereAreSeveral) {
    const auto text =
        table({finished_job("PartiallySucceeded", "PartiallyCompleted")}, Output::Wide, true, kNow);
    EXPECT_THAT(text, HasSubstr("NAMESPACE   NAME"));
    EXPECT_THAT(text, HasSubstr("shop        petstore"));
    EXPECT_THAT(text, HasSubstr("PartiallySucceeded   <none>     61        0123    4m00s"));
}

TEST(ScanTable, SaysNoneWhereAJobSaysNothing) {
    const auto text = table({Json{{"metadata", {{"name", "new"}}}}}, Output::Table, false, kNow);
    EXPECT_THAT(text, HasSubstr("new    <none>    <none>"));
}

TEST(ScanTable, ShowsWhyChunksFailedAndLetsNobodyColourTheTerminal) {
    const auto text =
        detail(finished_job("PartiallySucceeded", "PartiallyCompleted"), Output::Table, kNow);
    EXPECT_THAT(text, HasSubstr("\n3 of 4 chunks, coverage 93 %\n"));
    EXPECT_THAT(text, HasSubstr("chunk 3: OOMKilled after 2 attempts: no  [31mmemory\n"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(ScanNames, CanBeGivenToKubectl) {
    EXPECT_EQ(names({running_job(0)}), "scanjob.scanfleet.dev/petstore\n");
}

TEST(Follower, TellsEachNewsOnce) {
    Follower follower;
    EXPECT_THAT(follower.take(running_job(1)),
                ElementsAre("Running: 4 chunks run", HasSubstr("1/4 chunks")));
    EXPECT_THAT(follower.take(running_job(1)), IsEmpty());
    EXPECT_THAT(follower.take(running_job(2)), ElementsAre(HasSubstr("2/4 chunks")));
    EXPECT_FALSE(follower.exit_code());
}

TEST(Follower, EndsWithTheExitCodeOfTheOutcome) {
    struct Case {
        const char* outcome;
        const char* reason;
        int code;
    };
    for (const auto& one :
         {Case{"Succeeded", "Completed", 0}, Case{"PartiallySucceeded", "PartiallyCompleted", 0},
          Case{"Succeeded", "FindingsThresholdExceeded", 2}, Case{"Failed", "ChunksFailed", 3},
          Case{"Cancelled", "Cancelled", 3}, Case{"TimedOut", "DeadlineExceeded", 4}}) {
        Follower follower;
        const auto lines = follower.take(finished_job(one.outcome, one.reason));
        ASSERT_TRUE(follower.exit_code()) << one.outcome;
        EXPECT_EQ(*follower.exit_code(), one.code) << one.reason;
        EXPECT_THAT(lines.back(), HasSubstr(std::string(one.outcome) + ", 3 of 4 chunks"));
    }
}

TEST(Follower, SaysQueuedOfAJobThatNobodyHasLookedAt) {
    const auto model = model_of(Json{{"metadata", {{"name", "new"}}}}, kNow);
    EXPECT_EQ(model.phase, "Queued");
    Follower follower;
    follower.take(Json{{"metadata", {{"name", "new"}}}});
    EXPECT_FALSE(follower.exit_code());
}

TEST(ClusterMode, IsAskedForByAFlagOfClustersOnly) {
    EXPECT_FALSE(is_wanted({}));
    EXPECT_TRUE(is_wanted({.here = true}));
    EXPECT_TRUE(is_wanted({.context = "staging"}));
    EXPECT_TRUE(is_wanted({.namespace_ = "shop"}));
    EXPECT_TRUE(is_wanted({.all_namespaces = true}));
}

TEST(ClusterErrors, SayWhatToDo) {
    const auto sentence = [](const kube::ApiError& error) {
        return error_of(error, "https://k:6443").message();
    };
    EXPECT_THAT(sentence({.message = "connection refused", .failure = net::Failure::Connect}),
                HasSubstr("https://k:6443 does not answer: connection refused"));
    EXPECT_THAT(sentence({.code = 401, .reason = "Unauthorized"}), HasSubstr("log in again"));
    EXPECT_THAT(sentence({.code = 404, .message = "404 page not found"}),
                HasSubstr("install the operator first"));
    EXPECT_EQ(sentence({.code = 404,
                        .reason = "NotFound",
                        .message = "scanjobs.scanfleet.dev \"x\" not found",
                        .kind = "scanjobs",
                        .name = "x"}),
              "scanjobs.scanfleet.dev \"x\" not found");
}

TEST(Completion, KnowsCommandsOutputsAndFlags) {
    EXPECT_EQ(complete({""}), "get\nwatch\nreport\ncancel\nversion\n:4\n");
    EXPECT_EQ(complete({"re"}), "report\n:4\n");
    EXPECT_EQ(complete({"report", "shop", "-o", "s"}), "sarif\n:4\n");
    EXPECT_EQ(complete({"get", "-o", "w"}), "wide\n:4\n");
    EXPECT_EQ(complete({"get", "--name"}), "--namespace\n:4\n");
}

}  // namespace
}  // namespace cli::cluster
