#include "sim/scenario.h"

#include "base/json.h"

#include <fmt/format.h>

namespace sim {

using base::Json;

namespace {

constexpr auto kJob = "shop";
constexpr int kUnits = 6;
constexpr base::Duration kDeadline{600'000};
// Of an attempt; in the story of one that hangs, which waits for it.
constexpr int kChunkSeconds = 120;
constexpr int kShortChunkSeconds = 15;
// In mid-run.
constexpr base::Duration kInterrupt{4'200};
// After the deadline a job may take so long to end (I7).
constexpr base::Duration kEndGrace{60'000};
constexpr base::Duration kPodTtl{20'000};
// Cleaning up may meet the fault too: a time-out, then a try again.
constexpr base::Duration kCleanGrace{80'000};
constexpr base::Duration kGoneGrace{10'000};
constexpr base::Duration kQuiet{150'000};

WorldOptions options_of(Story story, std::uint64_t seed, ChooseFault choose,
                        std::function<void(const std::string&)> trace) {
    WorldOptions out{.seed = seed, .choose = std::move(choose), .trace = std::move(trace)};
    out.work.unit_count = kUnits;
    out.work.unit_milliseconds = 1'500;
    out.work.findings_per_unit = 2;
    // A chunk fails once, after its first unit has been acknowledged.
    const auto action =
        story == Story::Hung ? scan::FaultAction::IgnoreTerm : scan::FaultAction::Exit1;
    out.work.faults = {{.units = "3", .action = action, .attempt = 1}};
    out.election = story == Story::Elected;
    return out;
}

Json spec_of(Story story) {
    Json scanner = {{"type", "Synthetic"}, {"synthetic", {{"unitCount", kUnits}}}};
    if (story == Story::Discovered)
        scanner = {{"type", "Api"}, {"api", {{"specUrl", "http://shop.test/openapi.json"}}}};
    return {
        {"scanner", std::move(scanner)},
        {"parallelism", 2},
        {"chunks",
         {{"maxUnits", 2},
          {"activeDeadlineSeconds", story == Story::Hung ? kShortChunkSeconds : kChunkSeconds}}},
        {"activeDeadlineSeconds", kDeadline.count() / 1'000},
        {"cleanup", {{"podTtlSeconds", kPodTtl.count() / 1'000}}}};
}

// Without times, counts of attempts and sentences.
std::string facts_of(const Json& status) {
    Json facts = Json::object();
    for (const auto* name :
         {"outcome", "progress", "coveragePercent", "units", "chunks", "findings", "records",
          "succeededChunks", "failedChunks", "topFindings", "plan"}) {
        if (const Json* value = base::find(status, name)) facts[name] = *value;
    }
    if (const Json* conditions = base::find(status, "conditions")) {
        for (const Json& one : *conditions)
            facts["conditions"].push_back(fmt::format("{}={} {}", base::get_string(one, "type"),
                                                      base::get_string(one, "status"),
                                                      base::get_string(one, "reason")));
    }
    return base::dump_json(facts);
}

// What was done by the time of an interruption depends on what held it up.
std::string facts_of(Story story, const Json& status) {
    if (story == Story::Cancelled) return base::get_string(status, "outcome");
    return facts_of(status);
}

void end_well(Story story, World& world, Told& told) {
    const Json status = world.status(kJob);
    const std::string uid = base::get_string((*world.job(kJob))["metadata"], "uid");
    told.facts = facts_of(story, status);
    if (const Json* attempts = base::find(status, "attempts"))
        told.attempts = base::get_int(*attempts, "created");
    world.checks.at_end({World::kNamespace, kJob, base::get_string(status, "runID")}, status);
    world.run_for(kPodTtl + kCleanGrace);
    world.checks.nothing_left(uid, true);
    told.points = world.stage.points();
    const auto writes = world.host.writes();
    world.run_for(kQuiet);
    if (world.host.writes() != writes)
        world.stage.violate("I7", "something was written long after the end");
    world.delete_job(kJob);
    world.run_for(kGoneGrace);
    world.checks.nothing_left(uid, false);
}

}  // namespace

std::string_view to_string(Story story) {
    switch (story) {
    case Story::Planned: return "planned";
    case Story::Discovered: return "discovered";
    case Story::Elected: return "elected";
    case Story::Hung: return "hung";
    case Story::Cancelled: return "cancelled";
    case Story::Deleted: return "deleted";
    }
    return "";
}

std::optional<Story> story_from(std::string_view name) {
    for (const auto story : kStories) {
        if (to_string(story) == name) return story;
    }
    return std::nullopt;
}

namespace {

void interrupt(Story story, World& world, Told& told) {
    if (story == Story::Cancelled) {
        world.run_for(kInterrupt);
        world.edit_spec(kJob, [](Json& spec) { spec["cancel"] = true; });
    } else if (story == Story::Deleted) {
        world.run_for(kInterrupt);
        const std::string uid = base::get_string((*world.job(kJob))["metadata"], "uid");
        world.delete_job(kJob);
        world.run_for(kGoneGrace);
        world.checks.nothing_left(uid, false);
        told.points = world.stage.points();
        const auto writes = world.host.writes();
        world.run_for(kQuiet);
        if (world.host.writes() != writes)
            world.stage.violate("I7", "something was written after the job was gone");
    }
}

bool has_ended(Story story, const World& world) {
    return story == Story::Deleted ? world.job(kJob) == nullptr : world.has_ended(kJob);
}

}  // namespace

Told tell(Story story, std::uint64_t seed, ChooseFault choose,
          std::function<void(const std::string&)> trace) {
    World world(options_of(story, seed, std::move(choose), std::move(trace)));
    Told told;
    world.start();
    world.run_for(base::Duration(300));
    world.create_job(kJob, spec_of(story));
    if (story == Story::Discovered) world.add_foreign_pod(kJob);
    const auto begun = world.stage.agenda.passed();
    interrupt(story, world, told);
    told.ended = world.run_until([&] { return has_ended(story, world); }, kDeadline + kEndGrace);
    told.took = world.stage.agenda.passed() - begun;
    if (!told.ended)
        world.stage.violate("I7", "the job has not ended: " + base::dump_json(world.status(kJob)));
    else if (story != Story::Deleted)
        end_well(story, world, told);
    told.violations = world.stage.violations();
    if (told.points.empty()) told.points = world.stage.points();
    told.writes = world.host.other_writes();
    told.status_writes = world.host.status_writes();
    told.starts = world.host.starts();
    return told;
}

}  // namespace sim
