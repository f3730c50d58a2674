// The subcommands of `scanfleet` and `kubectl scanfleet`: flags in, the chosen command out.
#pragma once

#include "cli/cluster/commands.h"
#include "cli/commands/commands.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace cli {

// What is given on the command line. It outlives the parser and the chosen command.
struct AppFlags {
    RunFlags run{};
    ApiScanFlags api{};
    std::string data{};
    std::string name{};  // of a run, or of a ScanJob
    std::string output{};
    std::string file{};
    std::string plan_output = "table";
    std::string shell{};
    cluster::Flags cluster{};
};

using Command = std::function<int(base::os::SignalWatch&)>;

// run, scan, plan: on this machine only.
void add_local_commands(CLI::App& app, AppFlags& flags, Command& chosen);
// get, report, cancel: of runs on this machine, or of a cluster when its flags are given; watch: of
// a cluster only.
void add_shared_commands(CLI::App& app, AppFlags& flags, Command& chosen);
// The same as a plug-in of kubectl: of a cluster always.
void add_plugin_commands(CLI::App& app, AppFlags& flags, Command& chosen);

}  // namespace cli
