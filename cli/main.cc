// scanfleet: scans on this machine, and ScanJobs of a cluster; `kubectl scanfleet` is the same
// program by another name. The command line; what it does lies in cli/commands and cli/cluster.
#include "base/log.h"
#include "cli/apps.h"
#include "cli/commands/screen.h"

#include <string_view>
#include <vector>

namespace {

using cli::AppFlags;
using cli::Command;

void add_version(CLI::App& app, Command& chosen) {
    app.set_version_flag("--version", "scanfleet " SF_VERSION);
    app.add_subcommand("version", "prints the version")->callback([&chosen] {
        chosen = [](auto&) {
            cli::print("scanfleet " SF_VERSION "\n");
            return static_cast<int>(cli::kDone);
        };
    });
}

void add_completion(CLI::App& app, AppFlags& flags, Command& chosen) {
    CLI::App* completion = app.add_subcommand("completion", "prints a completion script");
    completion->add_option("shell", flags.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->callback([&flags, &chosen] {
        chosen = [&flags](auto&) { return cli::completion_command(flags.shell); };
    });
}

int run(CLI::App& app, const Command& chosen, int argc, char** argv,
        base::os::SignalWatch& signals) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 has codes of its own; ours are documented: 0 for help, 1 for usage.
        return app.exit(error) == 0 ? cli::kDone : cli::kError;
    }
    return chosen(signals);
}

int run_here(int argc, char** argv, base::os::SignalWatch& signals) {
    AppFlags flags;
    Command chosen;
    CLI::App app{
        "Scanfleet: scans in parallel chunks, keeps every result, says how much was covered.",
        "scanfleet"};
    app.require_subcommand(1);
    cli::add_local_commands(app, flags, chosen);
    cli::add_shared_commands(app, flags, chosen);
    add_version(app, chosen);
    add_completion(app, flags, chosen);
    return run(app, chosen, argc, argv, signals);
}

int run_as_plugin(int argc, char** argv, base::os::SignalWatch& signals) {
    AppFlags flags;
    Command chosen;
    CLI::App app{"Scanfleet: ScanJobs of a cluster. To scan on this machine: scanfleet.",
                 "kubectl scanfleet"};
    app.require_subcommand(1);
    cli::add_plugin_commands(app, flags, chosen);
    add_version(app, chosen);
    return run(app, chosen, argc, argv, signals);
}

}  // namespace

int main(int argc, char** argv) {
    // Before any thread, so that all inherit the mask.
    auto signals = base::os::SignalWatch::create();
    if (!signals) return cli::fail_with(signals.error());
    base::log::init({.level = base::log::Level::Warn, .component = "scanfleet"});

    const std::string_view path = argc > 0 ? argv[0] : "";
    const auto name = path.substr(path.rfind('/') + 1);
    if (name == "kubectl_complete-scanfleet") {
        cli::print(cli::cluster::complete({argv + 1, argv + argc}));
        return cli::kDone;
    }
    if (name == "kubectl-scanfleet") return run_as_plugin(argc, argv, *signals);
    return run_here(argc, argv, *signals);
}
