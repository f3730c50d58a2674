// `scanfleet` against a cluster: each command takes its flags and returns the exit code
// (docs/cli.md), or the failure that is to be told in one sentence.
#pragma once

#include "base/os/signals.h"
#include "base/result.h"
#include "cli/view/view_model.h"

#include <functional>
#include <string>
#include <vector>

namespace cli::cluster {

struct Flags {
    bool here = false;  // --cluster: the current context
    std::string kubeconfig{};
    std::string context{};
    std::string namespace_{};
    bool all_namespaces = false;
    std::string operator_namespace = "scanfleet-system";
    std::string operator_service = "scanfleet-api";
    std::string service_account{};  // [NAMESPACE/]NAME
};

// Whether the flags ask for a cluster, and not for runs on this machine. Any of those that only a
// cluster has does.
bool is_wanted(const Flags& flags);

using Print = std::function<void(std::string_view)>;  // to stdout, at once

struct Screen {
    bool live = false;  // a terminal: redraw in place
    Colors colors = Colors::Off;
    int width = 100;
    int height = 24;
};

// `name` empty: all. `output`: table, wide, name, json or yaml.
base::Result<int> get(const Flags& flags, const std::string& name, const std::string& output,
                      const Print& print);
// Until the run has ended; the exit code is that of its outcome. Ctrl-C ends the watching, not the
// run: 130.
base::Result<int> watch(const Flags& flags, const std::string& name, const Screen& screen,
                        base::os::SignalWatch& signals, const Print& print);
// `format`: json, jsonl, sarif, html, md, junit; `file` empty: stdout.
base::Result<int> report(const Flags& flags, const std::string& name, const std::string& format,
                         const std::string& file, const Print& print);
base::Result<int> cancel(const Flags& flags, const std::string& name, const Print& print);

// Words that may follow `words` (the last one is being typed), one a line, and cobra's directive.
// Asks the cluster for names of jobs, and for at most two seconds.
std::string complete(const std::vector<std::string>& words);

}  // namespace cli::cluster
