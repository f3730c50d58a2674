// The pages about formats: their examples are read by the product's own parsers, the reference is
// made by it.
#include "scan/job.h"
#include "scan/plan_document.h"
#include "scan/stream.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace scan {
namespace {

std::string docs(std::string_view name) { return SF_SOURCE_DIR "/docs/" + std::string(name); }

std::string content(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The code blocks of a page that have this language.
std::vector<std::string> examples(std::string_view name, const std::string& language) {
    const auto page = content(docs(name));
    const auto open = "```" + language + "\n";
    std::vector<std::string> found;
    for (auto at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
        at += open.size();
        const auto end = page.find("```", at);
        found.push_back(page.substr(at, end - at));
        at = end;
    }
    return found;
}

TEST(Formats, TheJobReferenceIsMadeFromTheDescription) {
    const auto path = docs("reference/job.md");
    if (std::getenv("SF_UPDATE_GOLDEN")) std::ofstream(path) << job_reference_markdown();
    EXPECT_EQ(content(path), job_reference_markdown())
        << "run this test with SF_UPDATE_GOLDEN=1 and commit " << path;
}

TEST(Formats, JobExamplesAreValidJobs) {
    const auto jobs = examples("formats/job.md", "yaml");
    EXPECT_GE(jobs.size(), 2u);
    for (const auto& text : jobs) {
        const auto job = parse_job(text, "example");
        EXPECT_TRUE(job) << job.error().message();
    }
}

TEST(Formats, JobsInExamplesAreValidJobs) {
    for (const std::string name : {"api-demo.yaml", "synthetic-demo.yaml"}) {
        const auto job = parse_job(content(SF_SOURCE_DIR "/examples/" + name), name);
        EXPECT_TRUE(job) << job.error().message();
    }
}

TEST(Formats, ThePlanExampleIsAValidPlan) {
    const auto plans = examples("formats/plan-document.md", "json");
    ASSERT_EQ(plans.size(), 1u);
    const auto plan = parse_plan(plans[0]);
    ASSERT_TRUE(plan) << plan.error().message();
    EXPECT_EQ(plan->chunks.size(), 2u);
}

TEST(Formats, TheStreamExampleIsAValidSegment) {
    const auto streams = examples("formats/result-stream.md", "json");
    ASSERT_EQ(streams.size(), 2u);
    LineParser parser;
    const auto facts = inspect_segment(parser, streams[0], 1);
    ASSERT_TRUE(facts) << facts.error().message();
    EXPECT_TRUE(facts->has_end);
    EXPECT_EQ(facts->findings, 1u);
    const auto commit = parse_commit(streams[1]);
    EXPECT_TRUE(commit) << commit.error().message();
}

}  // namespace
}  // namespace scan
