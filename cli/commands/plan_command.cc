// scanfleet plan job.yaml: discovery only, in a folder that disappears; what would run, chunk by
// chunk.
#include "base/gzip.h"
#include "base/json.h"
#include "cli/commands/run_job.h"
#include "cli/commands/screen.h"
#include "cli/local/session.h"
#include "cli/view/watch.h"
#include "operator/results/sqlite.h"

#include <fmt/core.h>

namespace cli {

using base::Json;
using base::Result;

namespace {

Result<scan::PlanDocument> stored_plan(const scan::Job& job, const RunFolder& folder) {
    auto store = TRY(results::open_sqlite({.file = folder.store(), .read_only = true}));
    const std::string zipped = TRY(store->blob(run_key(job, folder), results::BlobKind::Plan, ""));
    const std::string lines = TRY(base::gunzip(zipped, {.bytes_max = scan::kPlanBytesMax}));
    return scan::parse_plan(lines);
}

std::string plan_as_json(const scan::PlanDocument& plan) {
    Json chunks = Json::array();
    for (const scan::Chunk& chunk : plan.chunks) {
        Json units = Json::array();
        for (const scan::Unit& unit : chunk.units) {
            units.push_back({{"id", unit.id},
                             {"weightMillis", unit.weight_millis},
                             {"requests", unit.requests}});
        }
        chunks.push_back({{"index", chunk.index},
                          {"concurrencyKey", chunk.concurrency_key},
                          {"weightMillis", chunk.weight_millis},
                          {"units", std::move(units)}});
    }
    return base::dump_json_pretty({{"unitCount", plan.head.unit_count},
                                   {"chunkCount", plan.head.chunk_count},
                                   {"notices", plan.head.notices},
                                   {"chunks", std::move(chunks)}}) +
           "\n";
}

std::string plan_as_table(const scan::PlanDocument& plan) {
    std::string text =
        fmt::format("{} units in {} chunks\n", plan.head.unit_count, plan.head.chunk_count);
    for (const std::string& notice : plan.head.notices) text += fmt::format("note: {}\n", notice);
    for (const scan::Chunk& chunk : plan.chunks) {
        text += fmt::format("\nchunk {} · {} units · about {}{}\n", chunk.index, chunk.units.size(),
                            base::format_duration(base::Duration(chunk.weight_millis)),
                            chunk.concurrency_key.empty() ? "" : " · " + chunk.concurrency_key);
        for (const scan::Unit& unit : chunk.units) text += fmt::format("  {}\n", unit.id);
    }
    return text;
}

Result<int> plan_only(const RunFlags& flags, const std::string& output,
                      base::os::SignalWatch& signals) {
    const Mounts credentials = TRY(parse_mounts(flags.credentials, "--credential"));
    const scan::Job job = TRY(read_job_file(flags, credentials));
    const auto scratch = TRY(base::os::TempFolder::create("scanfleet-plan"));
    const OwnedRun run = TRY(create_run(scratch.path(), "plan", scan::job_to_json(job)));
    SessionOptions options{.job = job, .folder = run.folder, .credentials = credentials};
    options.redaction_key = TRY(redaction_key(scratch.path(), flags.redaction_key_file));
    options.runner = TRY(find_runner());
    options.environment = runner_environment(variable);
    options.stop_after_plan = true;
    const auto to_stderr = [](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
    };
    const auto status =
        drive_run(options, signals, make_watcher({.quiet = true}, "plan", to_stderr));
    if (!status && status.error().kind() == base::ErrorKind::Cancelled) return kInterrupted;
    if (!status) return std::unexpected(status.error());
    if (status->outcome) {
        const auto& end = status->conditions.front();
        std::fprintf(stderr, "scanfleet: no plan: %s: %s\n",
                     std::string(scan::to_string(end.reason)).c_str(), end.message.c_str());
        return scan::exit_code(*status->outcome, false);
    }
    const scan::PlanDocument plan = TRY(stored_plan(job, run.folder));
    print(output == "json" ? plan_as_json(plan) : plan_as_table(plan));
    return kDone;
}

}  // namespace

int plan_command(const RunFlags& flags, const std::string& output, base::os::SignalWatch& signals) {
    const auto code = plan_only(flags, output, signals);
    return code ? *code : fail_with(code.error());
}

}  // namespace cli
