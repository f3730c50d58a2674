#include "cli/apps.h"

#include "cli/commands/screen.h"

#include <utility>

namespace cli {

namespace {

enum class Mode { Both, Plugin };

constexpr const char* kClusterGroup = "In a cluster";

// A value for it says that the command is about a cluster.
void of_cluster(CLI::Option& option, cluster::Flags& flags) {
    option.group(kClusterGroup)->each([&flags](const std::string&) { flags.here = true; });
}

void add_cluster_flags(CLI::App& command, cluster::Flags& flags, Mode mode) {
    if (mode == Mode::Both) {
        command
            .add_flag("--cluster", flags.here,
                      "ask the cluster of the kubeconfig, not this machine; each of the flags "
                      "below says so, too")
            ->group(kClusterGroup);
    }
    of_cluster(*command.add_option("-n,--namespace", flags.namespace_,
                                   "namespace (default: the context's)"),
               flags);
    of_cluster(*command.add_option("--context", flags.context, "context of the kubeconfig"), flags);
    of_cluster(*command.add_option("--kubeconfig", flags.kubeconfig,
                                   "kubeconfig file (default: $KUBECONFIG, else ~/.kube/config)"),
               flags);
}

bool in_cluster(const AppFlags& flags, Mode mode) {
    return mode == Mode::Plugin || cluster::is_wanted(flags.cluster);
}

int finish(const base::Result<int>& code) { return code ? *code : fail_with(code.error()); }

// A run on this machine has no cluster, and the other way round: whoever says both is asked.
bool is_contradiction(const AppFlags& flags, Mode mode) {
    return in_cluster(flags, mode) && !flags.data.empty();
}

int contradiction() {
    return fail_with(base::Error(base::ErrorKind::Invalid,
                                 "--data is about runs on this machine, the other flags about a "
                                 "cluster: leave one of them out"));
}

void add_data(CLI::App& command, AppFlags& flags, Mode mode) {
    if (mode == Mode::Plugin) return;
    command.add_option("--data", flags.data,
                       "data folder (default: $SCANFLEET_DATA, else ~/.local/share/scanfleet)");
}

const char* name_help(Mode mode) {
    return mode == Mode::Plugin
               ? "name of a ScanJob"
               : "run id, its beginning, job name, or 'latest'; in a cluster the name of a ScanJob";
}

void add_get(CLI::App& app, AppFlags& flags, Command& chosen, Mode mode) {
    CLI::App* get = app.add_subcommand("get", mode == Mode::Plugin ? "lists ScanJobs, or shows one"
                                                                   : "lists runs, or shows one");
    get->add_option("name", flags.name, name_help(mode));
    get->add_option("-o,--output", flags.output,
                    mode == Mode::Plugin ? "table, wide, name, json or yaml"
                                         : "table, json or yaml; in a cluster also wide or name")
        ->check(CLI::IsMember({"table", "wide", "name", "json", "yaml"}));
    add_data(*get, flags, mode);
    add_cluster_flags(*get, flags.cluster, mode);
    get->add_flag("-A,--all-namespaces", flags.cluster.all_namespaces, "of all namespaces")
        ->group(kClusterGroup);
    get->callback([&flags, &chosen, mode] {
        chosen = [&flags, mode](auto&) {
            if (is_contradiction(flags, mode)) return contradiction();
            const auto output = flags.output.empty() ? "table" : flags.output;
            if (in_cluster(flags, mode))
                return finish(cluster::get(flags.cluster, flags.name, output, print));
            if (output == "wide" || output == "name") {
                return fail_with(base::Error(base::ErrorKind::Invalid,
                                             "-o wide and -o name are for ScanJobs of a cluster: "
                                             "add --cluster, or take table, json or yaml"));
            }
            return get_command({.data = flags.data, .run = flags.name, .output = output});
        };
    });
}

void add_watch(CLI::App& app, AppFlags& flags, Command& chosen, Mode mode) {
    CLI::App* watch = app.add_subcommand(
        "watch", "follows a ScanJob of a cluster to its end; exits as its outcome says");
    watch->add_option("name", flags.name, "name of a ScanJob")->required();
    add_cluster_flags(*watch, flags.cluster, mode);
    watch->callback([&flags, &chosen] {
        chosen = [&flags](auto& signals) {
            const auto screen = look_at_stdout();
            return finish(cluster::watch(flags.cluster, flags.name,
                                         {.live = screen.terminal,
                                          .colors = screen.colors,
                                          .width = screen.width,
                                          .height = screen.height},
                                         signals, print));
        };
    });
}

void add_operator_flags(CLI::App& command, cluster::Flags& flags) {
    of_cluster(
        *command
             .add_option("--operator-namespace", flags.operator_namespace, "where the operator is")
             ->capture_default_str(),
        flags);
    of_cluster(
        *command
             .add_option("--operator-service", flags.operator_service, "its Service for reports")
             ->capture_default_str(),
        flags);
    of_cluster(*command.add_option("--service-account", flags.service_account,
                                   "[NAMESPACE/]NAME: read findings as this ServiceAccount; needed "
                                   "by who logs in by a certificate"),
               flags);
}

void add_report(CLI::App& app, AppFlags& flags, Command& chosen, Mode mode) {
    CLI::App* report = app.add_subcommand("report", "the report of a finished run");
    report->add_option("name", flags.name, name_help(mode))->required();
    report->add_option("-o,--output", flags.output,
                       mode == Mode::Plugin
                           ? "json, jsonl, sarif, html, md (default) or junit"
                           : "table, json, jsonl, sarif, html, md or junit (default: table; in a "
                             "cluster md)");
    report->add_option("-f,--file", flags.file, "into this file instead of stdout");
    add_data(*report, flags, mode);
    add_cluster_flags(*report, flags.cluster, mode);
    add_operator_flags(*report, flags.cluster);
    report->callback([&flags, &chosen, mode] {
        chosen = [&flags, mode](auto&) {
            if (is_contradiction(flags, mode)) return contradiction();
            const bool has_output = !flags.output.empty();
            if (in_cluster(flags, mode)) {
                return finish(cluster::report(flags.cluster, flags.name,
                                              has_output ? flags.output : "md", flags.file, print));
            }
            return report_command({.data = flags.data,
                                   .run = flags.name,
                                   .output = has_output ? flags.output : "table",
                                   .file = flags.file});
        };
    });
}

void add_cancel(CLI::App& app, AppFlags& flags, Command& chosen, Mode mode) {
    CLI::App* cancel =
        app.add_subcommand("cancel", "cancels a run; what was found is kept and reported");
    cancel->add_option("name", flags.name, name_help(mode))->required();
    add_data(*cancel, flags, mode);
    add_cluster_flags(*cancel, flags.cluster, mode);
    cancel->callback([&flags, &chosen, mode] {
        chosen = [&flags, mode](auto& signals) {
            if (is_contradiction(flags, mode)) return contradiction();
            if (in_cluster(flags, mode))
                return finish(cluster::cancel(flags.cluster, flags.name, print));
            flags.run.resume = flags.name;
            flags.run.data = flags.data;
            return cancel_command(flags.run, signals);
        };
    });
}

void add_all(CLI::App& app, AppFlags& flags, Command& chosen, Mode mode) {
    add_get(app, flags, chosen, mode);
    add_watch(app, flags, chosen, mode);
    add_report(app, flags, chosen, mode);
    add_cancel(app, flags, chosen, mode);
}

}  // namespace

void add_shared_commands(CLI::App& app, AppFlags& flags, Command& chosen) {
    add_all(app, flags, chosen, Mode::Both);
}

void add_plugin_commands(CLI::App& app, AppFlags& flags, Command& chosen) {
    add_all(app, flags, chosen, Mode::Plugin);
}

}  // namespace cli
