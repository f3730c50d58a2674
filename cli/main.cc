// scanfleet: scans on this machine. The command line; what it does lies in cli/commands.
#include "base/log.h"
#include "cli/commands/commands.h"
#include "cli/commands/screen.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <functional>

namespace {

using cli::RunFlags;

struct Flags {
    RunFlags run{};
    cli::ApiScanFlags api{};
    cli::GetFlags get{};
    cli::ReportFlags report{};
    std::string plan_output = "table";
    std::string shell{};
};

using Command = std::function<int(base::os::SignalWatch&)>;

void add_data(CLI::App& app, std::string& data) {
    app.add_option("--data", data,
                   "data folder (default: $SCANFLEET_DATA, else ~/.local/share/scanfleet)");
}

void add_job_inputs(CLI::App& app, RunFlags& flags) {
    app.add_option("--credential", flags.credentials,
                   "NAME=FOLDER: a Secret of the job, one file per key");
    app.add_option("--config-map", flags.config_maps, "NAME=FOLDER: a ConfigMap of the job");
    app.add_option("--redaction-key-file", flags.redaction_key_file,
                   "key for HMACs of found secrets: 32 bytes or 64 hex digits");
}

void add_run_flags(CLI::App& app, RunFlags& flags) {
    add_data(app, flags.data);
    app.add_option("-o,--output", flags.outputs,
                   "more reports: FORMAT or FORMAT=FILE (jsonl, md, junit, …)");
    app.add_option("--run-id", flags.run_id, "id of the new run (default: made from the time)");
    app.add_option("--retry-delay", flags.retry_delay_seconds,
                   "seconds before the first retry of a chunk")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
    app.add_flag("--json", flags.json, "events as JSON lines on stdout");
    app.add_flag("--explain", flags.explain, "say why each thing is done");
    app.add_flag("-q,--quiet", flags.quiet, "print failures and report paths only");
}

void add_run(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* run =
        app.add_subcommand("run", "runs a job file, or goes on with a run that was interrupted");
    run->add_option("job", flags.run.job_file, "job file, YAML or JSON");
    run->add_option("--resume", flags.run.resume,
                    "go on with this run (id, its beginning, job name, or 'latest')");
    run->add_option("--parallelism", flags.run.parallelism,
                    "attempts at once, instead of spec.parallelism")
        ->check(CLI::Range(1, 1000));
    run->add_flag("--dry-run", flags.run.dry_run,
                  "print what would be started first, start nothing");
    add_run_flags(*run, flags.run);
    add_job_inputs(*run, flags.run);
    run->callback(
        [&] { chosen = [&](auto& signals) { return cli::run_command(flags.run, signals); }; });
}

void add_scan(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* scan = app.add_subcommand("scan", "scans without a job file");
    scan->require_subcommand(1);
    CLI::App* api =
        scan->add_subcommand("api", "scans an HTTP API that an OpenAPI document describes");
    cli::ApiScanFlags& wanted = flags.api;
    api->add_option("url", wanted.spec_url, "URL or file of the OpenAPI document")->required();
    api->add_option("--name", wanted.name, "name of the job");
    api->add_option("--server-url", wanted.server_url,
                    "where the API is, instead of the document's servers");
    api->add_option("--authorization", wanted.authorization,
                    "what its owner allows: passive, active or intrusive");
    api->add_option("--bearer", wanted.bearers,
                    "persona: [NAME=]TOKEN, [NAME=]@FILE or [NAME=]env:VARIABLE");
    api->add_option("--header", wanted.headers, "persona: [NAME=]'Header: value'");
    api->add_option("--basic", wanted.basics, "persona: [NAME=]user:password");
    api->add_option("--allow-host", wanted.allowed_hosts, "host beyond the target's own");
    api->add_option("--include", wanted.include, "operations to scan, as globs");
    api->add_option("--exclude", wanted.exclude, "operations to leave out, as globs");
    api->add_option("--fail-on", wanted.fail_on,
                    "gate: a severity, maybe with a count, as in high:3");
    api->add_option("--parallelism", wanted.parallelism, "attempts at once")
        ->check(CLI::Range(1, 1000));
    api->add_option("--chunks", wanted.chunks, "chunks at most")->check(CLI::Range(1, 10'000));
    api->add_option("--rps", wanted.rps, "requests a second of the whole job")
        ->check(CLI::Range(1, 10'000));
    api->add_option("--deadline", wanted.deadline_seconds, "seconds for the whole job")
        ->check(CLI::Range(1, 604'800));
    add_run_flags(*api, flags.run);
    api->add_option("--redaction-key-file", flags.run.redaction_key_file,
                    "key for HMACs of found secrets");
    api->callback([&] {
        chosen = [&](auto& signals) {
            return cli::scan_api_command(flags.api, flags.run, signals);
        };
    });
}

void add_plan(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* plan =
        app.add_subcommand("plan", "what would run, chunk by chunk; sends nothing but discovery");
    plan->add_option("job", flags.run.job_file, "job file, YAML or JSON")->required();
    plan->add_option("-o,--output", flags.plan_output, "table or json")
        ->check(CLI::IsMember({"table", "json"}));
    add_data(*plan, flags.run.data);
    add_job_inputs(*plan, flags.run);
    plan->callback([&] {
        chosen = [&](auto& signals) {
            return cli::plan_command(flags.run, flags.plan_output, signals);
        };
    });
}

void add_get(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* get = app.add_subcommand("get", "lists runs, or shows one");
    get->add_option("run", flags.get.run, "run id, its beginning, job name, or 'latest'");
    get->add_option("-o,--output", flags.get.output, "table, json or yaml")
        ->check(CLI::IsMember({"table", "json", "yaml"}));
    add_data(*get, flags.get.data);
    get->callback([&] { chosen = [&](auto&) { return cli::get_command(flags.get); }; });
}

void add_report(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* report = app.add_subcommand("report", "the report of a finished run");
    report->add_option("run", flags.report.run, "run id, its beginning, job name, or 'latest'")
        ->required();
    report->add_option("-o,--output", flags.report.output,
                       "table, json, jsonl, sarif, html, md or junit");
    report->add_option("-f,--file", flags.report.file, "into this file instead of stdout");
    add_data(*report, flags.report.data);
    report->callback([&] { chosen = [&](auto&) { return cli::report_command(flags.report); }; });
}

void add_cancel(CLI::App& app, Flags& flags, Command& chosen) {
    CLI::App* cancel =
        app.add_subcommand("cancel", "cancels a run; what was found is kept and reported");
    cancel->add_option("run", flags.run.resume, "run id, its beginning, job name, or 'latest'")
        ->required();
    add_data(*cancel, flags.run.data);
    cancel->callback(
        [&] { chosen = [&](auto& signals) { return cli::cancel_command(flags.run, signals); }; });
}

void add_small(CLI::App& app, Flags& flags, Command& chosen) {
    app.add_subcommand("version", "prints the version")->callback([&] {
        chosen = [](auto&) {
            cli::print("scanfleet " SF_VERSION "\n");
            return static_cast<int>(cli::kDone);
        };
    });
    CLI::App* completion = app.add_subcommand("completion", "prints a completion script");
    completion->add_option("shell", flags.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback(
        [&] { chosen = [&](auto&) { return cli::completion_command(flags.shell); }; });
}

}  // namespace

int main(int argc, char** argv) {
    // Before any thread, so that all inherit the mask.
    auto signals = base::os::SignalWatch::create();
    if (!signals) return cli::fail_with(signals.error());
    base::log::init({.level = base::log::Level::Warn, .component = "scanfleet"});

    Flags flags;
    Command chosen;
    CLI::App app{
        "Scanfleet: scans in parallel chunks, keeps every result, says how much was covered.",
        "scanfleet"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "scanfleet " SF_VERSION);
    add_run(app, flags, chosen);
    add_scan(app, flags, chosen);
    add_plan(app, flags, chosen);
    add_get(app, flags, chosen);
    add_report(app, flags, chosen);
    add_cancel(app, flags, chosen);
    add_small(app, flags, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 has codes of its own; ours are documented: 0 for help, 1 for usage.
        return app.exit(error) == 0 ? cli::kDone : cli::kError;
    }
    return chosen(*signals);
}
