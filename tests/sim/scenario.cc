#include "sim/scenario.h"

#include "base/json.h"

#include <fmt/format.h>

namespace sim {

using base::Json;

namespace {

constexpr auto kJob = "shop";
constexpr int kUnits = 6;
constexpr base::Duration kDeadline{600'000};
// After the deadline a job may take so long to end (I7).
constexpr base::Duration kEndGrace{60'000};
constexpr base::Duration kPodTtl{60'000};
// Cleaning up may meet the fault too: a time-out, then a try again.
constexpr base::Duration kCleanGrace{100'000};
constexpr base::Duration kGoneGrace{10'000};
constexpr base::Duration kQuiet{600'000};

WorldOptions options_of(std::uint64_t seed, ChooseFault choose,
                        std::function<void(const std::string&)> trace) {
    WorldOptions out{.seed = seed, .choose = std::move(choose), .trace = std::move(trace)};
    out.work.unit_count = kUnits;
    out.work.unit_milliseconds = 1'500;
    out.work.findings_per_unit = 2;
    // Chunk 1 fails once, after its first unit has been acknowledged.
    out.work.faults = {{.units = "3", .action = scan::FaultAction::Exit1, .attempt = 1}};
    return out;
}

Json spec_of(Story story) {
    Json scanner = {{"type", "Synthetic"}, {"synthetic", {{"unitCount", kUnits}}}};
    if (story == Story::Discovered)
        scanner = {{"type", "Api"}, {"api", {{"specUrl", "http://shop.test/openapi.json"}}}};
    return {{"scanner", std::move(scanner)},
            {"parallelism", 2},
            {"chunks", {{"maxUnits", 2}, {"activeDeadlineSeconds", 120}}},
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

void end_well(World& world, Told& told) {
    const Json status = world.status(kJob);
    const std::string uid = base::get_string((*world.job(kJob))["metadata"], "uid");
    told.facts = facts_of(status);
    if (const Json* attempts = base::find(status, "attempts"))
        told.attempts = base::get_int(*attempts, "created");
    world.checks.at_end({World::kNamespace, kJob, base::get_string(status, "runID")}, status);
    world.run_for(kPodTtl + kCleanGrace);
    world.checks.nothing_left(uid, true);
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
    return story == Story::Planned ? "planned" : "discovered";
}

Told tell(Story story, std::uint64_t seed, ChooseFault choose,
          std::function<void(const std::string&)> trace) {
    World world(options_of(seed, std::move(choose), std::move(trace)));
    Told told;
    world.start();
    world.run_for(base::Duration(300));
    world.create_job(kJob, spec_of(story));
    if (story == Story::Discovered) world.add_foreign_pod(kJob);
    const auto begun = world.stage.agenda.passed();
    told.ended = world.run_until([&] { return world.has_ended(kJob); }, kDeadline + kEndGrace);
    told.took = world.stage.agenda.passed() - begun;
    if (told.ended)
        end_well(world, told);
    else
        world.stage.violate("I7", "the job has not ended: " + base::dump_json(world.status(kJob)));
    told.violations = world.stage.violations();
    told.points = world.stage.points();
    told.writes = world.host.other_writes();
    told.status_writes = world.host.status_writes();
    told.starts = world.host.starts();
    return told;
}

}  // namespace sim
