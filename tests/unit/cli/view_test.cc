#include "base/text.h"
#include "cli/view/watch.h"

#include <gtest/gtest.h>

#include <fstream>

namespace cli {
namespace {

using base::Duration;
using Kind = RunEvent::Kind;

ViewModel busy_model() {
    ViewModel model{.job = "shop",
                    .run_id = "20260101-000000-3f2a",
                    .phase = "Running",
                    .elapsed = Duration{65'000}};
    model.eta = Duration{42'000};
    model.units_done = 30;
    model.units = 48;
    model.chunks_done = 2;
    model.chunks = 6;
    model.chunks_waiting = 2;
    model.findings = {1, 2, 0, 4, 0};
    model.running = {{.name = "chunk 3",
                      .done = 5,
                      .units = 8,
                      .elapsed = Duration{20'000},
                      .limit = Duration{480'000}},
                     {.name = "chunk 4",
                      .attempt = 2,
                      .done = 0,
                      .units = 8,
                      .elapsed = Duration{900},
                      .limit = Duration{460'000}}};
    model.failures = {"c4-a1 ended: ExitCode: killed by signal 9"};
    return model;
}

// Compares with a golden file; SF_UPDATE_GOLDEN=1 rewrites it.
void expect_golden(const std::string& name, const std::string& text) {
    const std::string path = std::string(SF_SOURCE_DIR) + "/tests/golden/cli/" + name;
    if (std::getenv("SF_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string golden((std::istreambuf_iterator<char>(file)),
                             std::istreambuf_iterator<char>());
    EXPECT_EQ(text, golden) << path << " (SF_UPDATE_GOLDEN=1 rewrites it)";
}

TEST(LiveView, ShowsFailuresThenTheBarThenWhatRuns) {
    expect_golden("live_view.txt", render(busy_model(), 100, 24, Colors::Off));
}

TEST(LiveView, FitsANarrowTerminal) {
    const std::string text = render(busy_model(), 40, 24, Colors::Off);
    expect_golden("live_view_narrow.txt", text);
}

TEST(LiveView, ColoursOnlyWhereTheyAreWanted) {
    EXPECT_EQ(render(busy_model(), 100, 24, Colors::Off).find('\x1b'), std::string::npos);
    const std::string text = render(busy_model(), 100, 24, Colors::On);
    EXPECT_NE(text.find("\x1b[31m✗"), std::string::npos);
    EXPECT_NE(text.find("\x1b[1;35m1 critical\x1b[0m"), std::string::npos);
}

TEST(LiveView, CountsWhatDoesNotFit) {
    ViewModel model = busy_model();
    for (int i = 0; i < 50; ++i) model.running.push_back({.name = "chunk 9"});
    const std::string text = render(model, 80, 10, Colors::Off);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
    EXPECT_NE(text.find("… 48 more lines"), std::string::npos) << text;
}

TEST(LiveView, HasAFaceBeforeThereIsAPlan) {
    expect_golden(
        "live_view_empty.txt",
        render({.job = "shop", .run_id = "r1", .phase = "Discovering"}, 80, 24, Colors::Off));
}

RunEvent ended(std::string word, std::string sentence) {
    return {.kind = Kind::AttemptEnded,
            .sentence = std::move(sentence),
            .attempt = core::AttemptId{3, 2},
            .word = std::move(word),
            .charged = true};
}

TEST(PlainView, TellsWhatMattersAndNotMore) {
    EXPECT_EQ(event_to_line(ended("ExitCode", "c3-a2 ended: ExitCode: boom")),
              "c3-a2 ended: ExitCode: boom");
    EXPECT_EQ(event_to_line(ended("Committed", "c3-a2 ended: Committed")), "");
    EXPECT_EQ(event_to_line({.kind = Kind::Explained, .sentence = "because"}), "");
    EXPECT_EQ(
        event_to_line(
            {.kind = Kind::Finished, .sentence = "Completed: 8 of 8 units", .word = "Succeeded"}),
        "Succeeded, Completed: 8 of 8 units");
}

TEST(JsonView, IsOneObjectALineWithWhatProgramsNeed) {
    EXPECT_EQ(
        event_to_json(ended("ExitCode", "boom"), "r1"),
        R"({"at":"1970-01-01T00:00:00.000Z","attempt":2,"charged":true,"chunk":3,"end":"ExitCode",)"
        R"("event":"attempt-ended","message":"boom","run":"r1"})");
    EXPECT_NE(event_to_json({.kind = Kind::Finished, .word = "Failed"}, "r1")
                  .find(R"("outcome":"Failed")"),
              std::string::npos);
}

struct Printed {
    std::string text{};
    Print print = [this](std::string_view more) { text += more; };
};

Picture picture_at(const scan::Job& job, const std::string& run, const core::Observed& seen,
                   const core::Status& status, int ms) {
    return {.job = job,
            .run_id = run,
            .seen = seen,
            .status = status,
            .now = base::Instant{Duration{ms}}};
}

TEST(Watchers, RedrawALiveViewAtMostTenTimesASecond) {
    Printed out;
    const scan::Job job;
    const std::string run = "r1";
    const core::Observed seen;
    const core::Status status;
    const Watcher watcher = make_watcher({.live = true}, run, out.print);
    std::size_t drawn = 0;
    for (int ms = 1'000; ms < 2'000; ms += 10) {
        const std::size_t before = out.text.size();
        watcher.on_turn(picture_at(job, run, seen, status, ms));
        drawn += out.text.size() > before;
    }
    EXPECT_EQ(drawn, 10U);
    EXPECT_NE(out.text.find("\x1b[3A\x1b[J"), std::string::npos) << "it is redrawn in place";
}

TEST(Watchers, QuietOnesTellFailuresOnly) {
    Printed out;
    const Watcher watcher = make_watcher({.quiet = true}, "r1", out.print);
    watcher.on_event({.kind = Kind::Started, .sentence = "run r1"});
    watcher.on_event(ended("NoResult", "c3-a2 ended: NoResult"));
    EXPECT_EQ(out.text, "c3-a2 ended: NoResult\n");
}

TEST(Watchers, ExplainOnDemand) {
    Printed plain, explaining;
    make_watcher({}, "r1", plain.print)
        .on_event({.kind = Kind::Explained, .sentence = "c1-a1: its turn"});
    make_watcher({.explain = true}, "r1", explaining.print)
        .on_event({.kind = Kind::Explained, .sentence = "c1-a1: its turn"});
    EXPECT_EQ(plain.text, "");
    EXPECT_EQ(explaining.text, "c1-a1: its turn\n");
}

TEST(Model, ComesFromWhatThePlannerSees) {
    scan::Job job;
    job.name = "shop";
    core::Observed seen;
    seen.chunks.push_back({.index = 7, .units = 4});
    seen.chunks[0].done.ok = 1;
    core::Attempt attempt{.id = {7, 2}, .phase = core::Phase::Running};
    attempt.limit = Duration{480'000};
    seen.chunks[0].attempts.push_back(attempt);
    core::Status status;
    status.start_time = base::Instant{};
    status.units_planned = 4;
    status.units.ok = 1;
    status.chunks = {.total = 1, .running = 1};
    const std::string run = "r1";
    const ViewModel model = model_of(picture_at(job, run, seen, status, 10'000), {});
    EXPECT_EQ(model.eta, Duration{30'000});
    ASSERT_EQ(model.running.size(), 1U);
    EXPECT_EQ(model.running[0].name, "chunk 7");
    EXPECT_EQ(model.running[0].attempt, 2);
    EXPECT_EQ(model.running[0].done, 1U);
}

}  // namespace
}  // namespace cli
