// What a runner is told from outside: its work folder and a few environment variables
// (docs/formats/runner.md).
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "base/time.h"
#include "runner/scanner.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

struct Environment {
    base::os::Path work;     // --work
    std::string ingest_url;  // SCANFLEET_INGEST_URL, without a path
    std::string namespace_;  // SCANFLEET_RUN = namespace/job/runID
    std::string job;
    std::string run_id;
    std::int64_t chunk = -1;  // SCANFLEET_ATTEMPT = <chunk or d>:<attempt>; −1 is discovery
    int attempt = 1;
    base::Duration limit{};  // SCANFLEET_LIMIT_SECONDS, decimals allowed; from our own start
    base::os::Path termination_log;  // SCANFLEET_TERMINATION_LOG
    bool local_mode = false;         // SCANFLEET_LOCAL=1
};

// Looks a variable up; nullopt where it is not set.
using GetVariable = std::function<std::optional<std::string>(const char* name)>;

// Invalid with the variable's name when one is missing or unreadable.
base::Result<Environment> read_environment(base::os::Path work, const GetVariable& get);

// <work>/in/job.json. Invalid, NotFound.
base::Result<scan::Job> read_job(const Environment& environment);
// <work>/auth/token, fresh on each call: the token rotates.
base::Result<std::string> read_token(const Environment& environment);
// <work>/credentials/<name>/<file>. Forbidden or TooLarge (a file beyond 1 MiB) with the path;
// missing folder = none.
base::Result<Credentials> read_credentials(const Environment& environment);
// <work>/config/<name>/<key>: a mounted ConfigMap or Secret that the scanner's options name.
// NotFound, TooLarge (50 MiB). Invalid when a name would lead out of the folder.
base::Result<std::string> read_config(const Environment& environment, std::string_view name,
                                      std::string_view key);
// Every value of every credential: what the redactor must know.
std::vector<std::string> secrets_of(const Credentials& credentials);

}  // namespace runner
