// The work folder of one attempt, and the environment its runner gets (docs/formats/runner.md).
#pragma once

#include "base/os/process.h"
#include "cli/local/data_folder.h"
#include "cli/local/mounts.h"
#include "operator/core/model.h"
#include "operator/results/store.h"

#include <string>
#include <utility>
#include <vector>

namespace cli {

struct RunnerSetup {
    base::os::Path program;  // scanfleet-runner
    std::string ingest_url;
    // Passed on to runners: PATH, proxies, certificate bundles.
    std::vector<std::pair<std::string, std::string>> environment{};
};

// Makes <run>/work/<attempt> with in/job.json, auth/token and credentials, and says how to start
// its runner.
base::Result<base::os::SpawnOptions>
prepare_attempt(const RunFolder& folder, const scan::Job& job, const results::RunKey& run,
                const core::StartAttempt& start, const Mounts& credentials,
                const RunnerSetup& setup, const std::string& token);

// The commit record that the attempt left; none if it is missing or unreadable.
std::optional<scan::Commit> read_record(const RunFolder& folder, const core::AttemptId& id);

// Token and copied credentials of an attempt that has ended: they must not stay on disk.
void forget_secrets(const RunFolder& folder, const core::AttemptId& id);

// What a runner needs of our own environment.
std::vector<std::pair<std::string, std::string>> runner_environment(const GetVariable& get);

// "1.5" of 1 500 ms.
std::string limit_seconds(base::Duration limit);

}  // namespace cli
