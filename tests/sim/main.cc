// sim --explore [--story S]                    every fault at every point
// sim --story S --pair N --trace               one of them, told
// sim --calm --story S --trace                 the story without a fault
// sim --runs N [--seed S]                      random walks of seeds S, S + 1, …
// sim --seed N --trace                         one of them, told
#include "sim/explorer.h"
#include "sim/walk.h"

#include "base/os/clock.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

namespace {

struct Flags {
    bool explore = false;
    bool calm = false;
    bool trace = false;
    std::uint64_t pair = 0;
    std::uint64_t seed = 1;
    std::uint64_t runs = 1;
    std::string story = "all";
};

void print(const std::string& line) { std::puts(line.c_str()); }

std::vector<sim::Story> stories_of(const Flags& flags) {
    if (const auto one = sim::story_from(flags.story)) return {*one};
    return {sim::kStories.begin(), sim::kStories.end()};
}

std::function<void(const std::string&)> trace_of(const Flags& flags) {
    if (!flags.trace) return {};
    return print;
}

int tell_calm(const Flags& flags) {
    int bad = 0;
    for (const auto story : stories_of(flags)) {
        const auto told = sim::tell(story, flags.seed, {}, trace_of(flags));
        print(fmt::format("{}: {} points, {} writes, {} status writes, {} attempts, {} ms\n{}",
                          sim::to_string(story), told.points.size(), told.writes,
                          told.status_writes, told.attempts, told.took.count(), told.facts));
        for (const auto& one : told.violations) print("  " + one);
        bad += told.ended && told.violations.empty() ? 0 : 1;
    }
    return bad == 0 ? 0 : 1;
}

int tell_pair(const Flags& flags) {
    const auto story = stories_of(flags).front();
    const auto pairs = sim::pairs_of(story, flags.seed);
    if (flags.pair > pairs.size()) {
        print(fmt::format("there are {} pairs", pairs.size()));
        return 2;
    }
    const auto& pair = pairs[flags.pair - 1];
    print(sim::describe(pair));
    const auto calm = sim::tell(story, flags.seed);
    const auto why = sim::try_pair(pair, flags.seed, calm, trace_of(flags));
    for (const auto& one : why) print("  " + one);
    return why.empty() ? 0 : 1;
}

void print_failed(const Flags& flags, const sim::Failed& failed) {
    const auto story = sim::to_string(failed.pair.story);
    print(
        fmt::format("FAILED pair {} of {}: {}", failed.number, story, sim::describe(failed.pair)));
    for (const auto& one : failed.why) print("  " + one);
    print(fmt::format("  again: sim --seed {} --story {} --pair {} --trace", flags.seed, story,
                      failed.number));
    std::fflush(stdout);
}

int explore(const Flags& flags) {
    std::uint64_t bad = 0;
    std::uint64_t pairs = 0;
    const auto begun = base::os::system_clock().ticks();
    for (const auto story : stories_of(flags)) {
        const auto explored = sim::explore(
            story, flags.seed, [&](const sim::Failed& failed) { print_failed(flags, failed); });
        print(fmt::format("{}: {} pairs tried, {} failed", sim::to_string(story), explored.pairs,
                          explored.failed));
        bad += explored.failed;
        pairs += explored.pairs;
    }
    const std::chrono::duration<double> took = base::os::system_clock().ticks() - begun;
    print(fmt::format("seed {}: {} pairs in {:.1f} s, {} failed", flags.seed, pairs, took.count(),
                      bad));
    return bad == 0 ? 0 : 1;
}

// The seed first: what comes after may never end.
int walk(const Flags& flags) {
    std::uint64_t bad = 0;
    std::uint64_t faults = 0;
    std::map<std::string, std::uint64_t> outcomes;
    const auto begun = base::os::system_clock().ticks();
    print(fmt::format("seeds {} to {}", flags.seed, flags.seed + flags.runs - 1));
    for (auto seed = flags.seed; seed < flags.seed + flags.runs; ++seed) {
        const auto walked = sim::walk(seed, trace_of(flags));
        faults += walked.faults + walked.mischief;
        ++outcomes[walked.deleted ? "deleted" : walked.outcome];
        if (walked.violations.empty()) continue;
        ++bad;
        print(fmt::format("FAILED again: sim --seed {} --trace", seed));
        for (const auto& one : walked.violations) print("  " + one);
        std::fflush(stdout);
    }
    const std::chrono::duration<double> took = base::os::system_clock().ticks() - begun;
    for (const auto& [outcome, count] : outcomes)
        print(fmt::format("{:>8} {}", count, outcome.empty() ? "no end" : outcome));
    print(fmt::format("{} walks with {} faults in {:.1f} s, {} failed", flags.runs, faults,
                      took.count(), bad));
    return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Flags flags;
    CLI::App app("Tries the operator in a simulated cluster.");
    app.add_flag("--explore", flags.explore, "every fault at every point, one at a time");
    app.add_flag("--calm", flags.calm, "the story without a fault");
    app.add_flag("--trace", flags.trace, "tells everything that happens");
    app.add_option("--pair", flags.pair, "one pair of the exploration, by its number");
    app.add_option("--seed", flags.seed, "of all chance");
    app.add_option("--runs", flags.runs, "so many random walks");
    app.add_option("--story", flags.story,
                   "planned, discovered, elected, hung, cancelled, deleted or all");
    CLI11_PARSE(app, argc, argv);
    if (flags.pair > 0) return tell_pair(flags);
    if (flags.explore) return explore(flags);
    if (flags.calm) return tell_calm(flags);
    return walk(flags);
}
