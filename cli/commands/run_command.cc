// scanfleet run job.yaml · scanfleet run --resume RUN · scanfleet scan api URL
#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/text.h"
#include "cli/commands/run_job.h"

#include <fmt/core.h>

#include <chrono>

namespace cli {

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kSecretBytesMax = 1u << 20;
constexpr std::size_t kJobBytesMax = 8u << 20;

Result<OwnedRun> open_new_run(const scan::Job& job, const RunFlags& flags,
                              const Mounts& credentials) {
    const base::os::Path data = TRY(data_folder(flags.data, variable));
    const auto now = base::os::system_clock().wall();
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const std::string id = flags.run_id.empty()
                               ? new_run_id(seconds, base::hex_encode(base::os::random_bytes(4)))
                               : flags.run_id;
    if (!base::is_dns_label(id)) {
        return base::fail(
            ErrorKind::Invalid,
            fmt::format("--run-id must be a DNS label (a-z, 0-9, '-'), got '{}'", id));
    }
    OwnedRun run = TRY(create_run(data, id, scan::job_to_json(job)));
    TRY(keep_mounts(run.folder, credentials));
    return run;
}

Result<int> start_run(const RunFlags& flags, base::os::SignalWatch& signals) {
    const Mounts credentials = TRY(parse_mounts(flags.credentials, "--credential"));
    const scan::Job job = TRY(read_job_file(flags, credentials));
    const OwnedRun run = TRY(open_new_run(job, flags, credentials));
    return drive_and_report(job, run.folder, credentials, flags, false, signals);
}

Result<int> resume_run(const RunFlags& flags, base::os::SignalWatch& signals) {
    const base::os::Path data = TRY(data_folder(flags.data, variable));
    const RunFolder folder = TRY(find_run(data, flags.resume));
    const OwnedRun run = TRY(take_run(folder));
    const std::string text = TRY(base::os::read_file(run.folder.job(), kJobBytesMax));
    scan::Job job = TRY(scan::parse_job(text, run.folder.job().string()));
    Mounts credentials = TRY(kept_mounts(run.folder));
    const Mounts given = TRY(parse_mounts(flags.credentials, "--credential"));
    for (const auto& [name, path] : given) credentials[name] = path;
    TRY(check_credentials(job.spec, credentials));
    // with.
    return drive_and_report(job, run.folder, credentials, flags, false, signals);
}

Result<std::string> read_secret(std::string_view where) {
    if (!where.starts_with("env:"))
        return base::os::read_file(base::os::Path(where), kSecretBytesMax);
    const std::string name(where.substr(4));
    const auto value = variable(name.c_str());
    if (!value)
        return base::fail(ErrorKind::NotFound,
                          fmt::format("the environment has no variable {}", name));
    return *value;
}

// Secrets of the command line lie in the run's private folder, as files: where --credential would
// point.
Result<Mounts> keep_secrets(const ApiScan& scan, const RunFolder& folder) {
    Mounts mounts;
    for (const auto& [name, files] : scan.secrets) {
        const base::os::Path own = folder.path / "given" / name;
        TRY(base::os::make_folders(own, base::os::Mode::Private));
        for (const auto& [file, content] : files) {
            TRY(base::os::write_file(own / file, content, base::os::Mode::Private));
        }
        mounts[name] = own;
    }
    return mounts;
}

Result<int> start_scan(const ApiScanFlags& api, const RunFlags& flags,
                       base::os::SignalWatch& signals) {
    ApiScan scan = TRY(api_scan(api, read_secret));
    scan.job = TRY(localize(std::move(scan.job), std::filesystem::current_path(), {}, {}));
    const OwnedRun run = TRY(open_new_run(scan.job, flags, {}));
    const Mounts credentials = TRY(keep_secrets(scan, run.folder));
    TRY(keep_mounts(run.folder, credentials));
    return drive_and_report(scan.job, run.folder, credentials, flags, false, signals);
}

}  // namespace

int run_command(const RunFlags& flags, base::os::SignalWatch& signals) {
    const bool resumes = !flags.resume.empty();
    if (resumes == !flags.job_file.empty()) {
        return fail_with(
            {ErrorKind::Invalid, "give a job file, or a run with --resume RUN, and not both"});
    }
    const auto code = resumes ? resume_run(flags, signals) : start_run(flags, signals);
    return code ? *code : fail_with(code.error());
}

int scan_api_command(const ApiScanFlags& api, const RunFlags& flags,
                     base::os::SignalWatch& signals) {
    const auto code = start_scan(api, flags, signals);
    return code ? *code : fail_with(code.error());
}

}  // namespace cli
