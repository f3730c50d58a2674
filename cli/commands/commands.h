// The commands of `scanfleet`: each takes its flags and returns the exit code (docs/cli.md). Errors
// are one sentence on stderr.
#pragma once

#include "base/os/signals.h"
#include "cli/local/api_scan.h"
#include "cli/local/data_folder.h"

#include <optional>
#include <string>
#include <vector>

namespace cli {

enum ExitStatus { kDone = 0, kError = 1, kInterrupted = 130 };

struct RunFlags {
    std::string job_file{};
    std::string resume{};  // a run instead of a job file
    std::string data{};
    std::string run_id{};
    std::string redaction_key_file{};
    std::vector<std::string> credentials{};
    std::vector<std::string> config_maps{};
    std::vector<std::string> outputs{};
    std::optional<int> parallelism{};
    double retry_delay_seconds = 5;
    bool json = false;
    bool explain = false;
    bool quiet = false;
    bool dry_run = false;
};

struct GetFlags {
    std::string data{};
    std::string run{};  // empty = all
    std::string output = "table";
};

struct ReportFlags {
    std::string data{};
    std::string run{};
    std::string output = "table";
    std::string file{};
};

std::optional<std::string> variable(const char* name);  // of our environment
int fail_with(const base::Error& error);                // one sentence on stderr; 1

int run_command(const RunFlags& flags, base::os::SignalWatch& signals);
int scan_api_command(const ApiScanFlags& api, const RunFlags& flags,
                     base::os::SignalWatch& signals);
int plan_command(const RunFlags& flags, const std::string& output, base::os::SignalWatch& signals);
int get_command(const GetFlags& flags);
int report_command(const ReportFlags& flags);
int cancel_command(const RunFlags& flags, base::os::SignalWatch& signals);
int completion_command(const std::string& shell);

}  // namespace cli
