#include "cli/apps.h"

namespace cli {

namespace {

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

void add_run(CLI::App& app, AppFlags& flags, Command& chosen) {
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
    run->callback([&] { chosen = [&](auto& signals) { return run_command(flags.run, signals); }; });
}

void add_scan(CLI::App& app, AppFlags& flags, Command& chosen) {
    CLI::App* scan = app.add_subcommand("scan", "scans without a job file");
    scan->require_subcommand(1);
    CLI::App* api =
        scan->add_subcommand("api", "scans an HTTP API that an OpenAPI document describes");
    ApiScanFlags& wanted = flags.api;
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
        chosen = [&](auto& signals) { return scan_api_command(flags.api, flags.run, signals); };
    });
}

void add_plan(CLI::App& app, AppFlags& flags, Command& chosen) {
    CLI::App* plan =
        app.add_subcommand("plan", "what would run, chunk by chunk; sends nothing but discovery");
    plan->add_option("job", flags.run.job_file, "job file, YAML or JSON")->required();
    plan->add_option("-o,--output", flags.plan_output, "table or json")
        ->check(CLI::IsMember({"table", "json"}));
    add_data(*plan, flags.run.data);
    add_job_inputs(*plan, flags.run);
    plan->callback([&] {
        chosen = [&](auto& signals) { return plan_command(flags.run, flags.plan_output, signals); };
    });
}

}  // namespace

void add_local_commands(CLI::App& app, AppFlags& flags, Command& chosen) {
    add_run(app, flags, chosen);
    add_scan(app, flags, chosen);
    add_plan(app, flags, chosen);
}

}  // namespace cli
