#include "cli/local/work_folder.h"

#include <fmt/core.h>

#include <system_error>

namespace cli {

using base::os::Mode;
using base::os::Path;

namespace {

constexpr std::size_t kRecordBytesMax = 4096;  // as Kubernetes bounds termination messages

std::string attempt_word(const core::AttemptId& id) {
    const std::string chunk = id.chunk == core::kDiscovery ? "d" : std::to_string(id.chunk);
    return fmt::format("{}:{}", chunk, id.attempt);
}

}  // namespace

std::string limit_seconds(base::Duration limit) {
    const auto millis = limit.count();
    if (millis % 1000 == 0) return std::to_string(millis / 1000);
    return fmt::format("{}.{:03}", millis / 1000, millis % 1000);
}

base::Result<base::os::SpawnOptions>
prepare_attempt(const RunFolder& folder, const scan::Job& job, const results::RunKey& run,
                const core::StartAttempt& start, const Mounts& credentials,
                const RunnerSetup& setup, const std::string& token) {
    const Path work = folder.work(core::to_string(start.id));
    TRY(base::os::make_folders(work / "in", Mode::Private));
    TRY(base::os::make_folders(work / "auth", Mode::Private));
    TRY(base::os::write_file(work / "in" / "job.json", scan::job_to_json(job), Mode::Private));
    TRY(base::os::write_file(work / "auth" / "token", token, Mode::Private));
    TRY(copy_credentials(job.spec, credentials, work));

    base::os::SpawnOptions spawn;
    const std::string verb = start.id.chunk == core::kDiscovery ? "discover" : "run";
    spawn.argv = {setup.program.string(), verb, "--work", work.string()};
    spawn.env = setup.environment;
    spawn.env.emplace_back("SCANFLEET_INGEST_URL", setup.ingest_url);
    spawn.env.emplace_back("SCANFLEET_LIMIT_SECONDS", limit_seconds(start.limit));
    spawn.env.emplace_back("SCANFLEET_TERMINATION_LOG", (work / "termination.json").string());
    spawn.env.emplace_back("SCANFLEET_LOCAL", "1");
    spawn.env.emplace_back("SCANFLEET_ATTEMPT", attempt_word(start.id));
    spawn.env.emplace_back("SCANFLEET_RUN",
                           fmt::format("{}/{}/{}", run.namespace_, run.job, run.run_id));
    spawn.folder = work;
    spawn.stdout_file = work / "stdout.log";
    spawn.stderr_file = work / "stderr.log";
    return spawn;
}

std::optional<scan::Commit> read_record(const RunFolder& folder, const core::AttemptId& id) {
    const auto text =
        base::os::read_file(folder.work(core::to_string(id)) / "termination.json", kRecordBytesMax);
    if (!text) return std::nullopt;
    auto record = scan::parse_commit(*text);
    if (!record) return std::nullopt;
    return std::move(*record);
}

void forget_secrets(const RunFolder& folder, const core::AttemptId& id) {
    const Path work = folder.work(core::to_string(id));
    std::error_code ignored;  // nothing depends on it, and the run's folder is private
    std::filesystem::remove_all(work / "auth", ignored);
    std::filesystem::remove_all(work / "credentials", ignored);
}

std::vector<std::pair<std::string, std::string>> runner_environment(const GetVariable& get) {
    std::vector<std::pair<std::string, std::string>> environment;
    for (const char* name :
         {"PATH", "HOME", "LANG", "TZ", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY",
          "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SCANFLEET_LOG_FORMAT"}) {
        if (const auto value = get(name)) environment.emplace_back(name, *value);
    }
    return environment;
}

}  // namespace cli
