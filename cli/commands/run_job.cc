#include "cli/commands/run_job.h"

#include "base/json.h"
#include "cli/commands/screen.h"
#include "cli/local/run_report.h"
#include "cli/local/session.h"
#include "cli/view/watch.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace cli {

namespace fs = std::filesystem;
using base::Result;

namespace {

constexpr std::size_t kJobBytesMax = 4u << 20;  // the runner's own bound for job documents

ViewOptions view_options(const RunFlags& flags) {
    const Screen screen = look_at_stdout();
    return {.live = screen.terminal,
            .json = flags.json,
            .quiet = flags.quiet,
            .explain = flags.explain,
            .colors = screen.colors,
            .width = screen.width,
            .height = screen.height};
}

void print_files(const std::vector<ReportFile>& files, const RunFlags& flags,
                 const RunFolder& folder) {
    for (const ReportFile& file : files) {
        const std::string path = fs::absolute(file.path).lexically_normal().string();
        if (flags.json) {
            print(base::dump_json({{"event", "report"}, {"run", folder.run_id()}, {"path", path}}) +
                  "\n");
        } else {
            print(fmt::format("report: {}\n", path));
        }
    }
}

Result<std::vector<ReportFile>> report_files(const RunFlags& flags, const RunFolder& folder) {
    std::vector<std::string> wanted{"html", "json", "sarif"};
    wanted.insert(wanted.end(), flags.outputs.begin(), flags.outputs.end());
    std::vector<ReportFile> files;
    for (const std::string& flag : wanted) {
        ReportFile file = TRY(parse_report_flag(flag, folder.path));
        files.push_back(std::move(file));
    }
    return files;
}

Result<> report_all(const RunFolder& folder, const std::vector<ReportFile>& files,
                    const RunFlags& flags) {
    const StoredRun run = TRY(load_run(folder));
    const auto source = TRY(report_source(run));
    if (!flags.json && !flags.quiet) {
        const Screen screen = look_at_stdout();
        const auto sink = [](std::string_view text) -> Result<> {
            print(text);
            return {};
        };
        TRY(scan::report::write(scan::report::Format::Table, source, sink,
                                {.colors = screen.colors == Colors::On, .width = screen.width}));
    }
    TRY(write_reports(source, files));
    print_files(files, flags, folder);
    return {};
}

std::string resume_hint(const RunFolder& folder) {
    return fmt::format("; what was found is kept: go on with `scanfleet run --resume {}`",
                       folder.run_id());
}

}  // namespace

Result<> keep_mounts(const RunFolder& folder, const Mounts& credentials) {
    base::Json json = base::Json::object();
    for (const auto& [name, path] : credentials) json[name] = path.string();
    return base::os::write_file(folder.path / "credentials.json", base::dump_json(json),
                                base::os::Mode::Private);
}

Result<Mounts> kept_mounts(const RunFolder& folder) {
    const auto text = base::os::read_file(folder.path / "credentials.json", kJobBytesMax);
    Mounts mounts;
    if (!text) return mounts;
    const base::Json json = TRY(base::parse_json(*text));
    for (const auto& [name, path] : json.items()) {
        if (path.is_string()) mounts[name] = path.get<std::string>();
    }
    return mounts;
}

Result<scan::Job> read_job_file(const RunFlags& flags, const Mounts& credentials) {
    const base::os::Path path(flags.job_file);
    const auto text =
        TRY(base::with_context(base::os::read_file(path, kJobBytesMax), "read the job file"));
    scan::Job job = TRY(scan::parse_job(text, path.filename().string()));
    const Mounts config_maps = TRY(parse_mounts(flags.config_maps, "--config-map"));
    job = TRY(localize(std::move(job), fs::absolute(path).parent_path(), credentials, config_maps));
    TRY(check_credentials(job.spec, credentials));
    if (job.spec.suspend) {
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("{}: spec.suspend is true, so nothing would run: remove it",
                                      path.filename().string()));
    }
    if (const auto note = cluster_only_note(job.spec); !note.empty()) {
        std::fprintf(stderr, "scanfleet: note: %s: %s\n", path.filename().c_str(), note.c_str());
    }
    return job;
}

Result<int> drive_and_report(const scan::Job& job, const RunFolder& folder,
                             const Mounts& credentials, const RunFlags& flags, bool cancel_at_once,
                             base::os::SignalWatch& signals) {
    const auto files = TRY(report_files(flags, folder));
    SessionOptions options{.job = job, .folder = folder, .credentials = credentials};
    const base::os::Path data = folder.path.parent_path().parent_path();
    options.redaction_key = TRY(redaction_key(data, flags.redaction_key_file));
    options.runner = TRY(find_runner());
    options.environment = runner_environment(variable);
    options.parallelism = flags.parallelism;
    options.retry_base =
        base::Duration(static_cast<std::int64_t>(flags.retry_delay_seconds * 1000));
    options.dry_run = flags.dry_run;
    options.cancel_at_once = cancel_at_once;
    const auto status =
        drive_run(options, signals, make_watcher(view_options(flags), folder.run_id(), print));
    if (flags.dry_run) {
        std::error_code ignored;
        fs::remove_all(folder.path, ignored);  // a dry run leaves nothing
        return kDone;
    }
    if (!status && status.error().kind() == base::ErrorKind::Cancelled) {
        std::fprintf(stderr, "scanfleet: %s%s\n", status.error().message().c_str(),
                     resume_hint(folder).c_str());
        return kInterrupted;
    }
    if (!status) {
        return base::fail(status.error().kind(), status.error().message() + resume_hint(folder));
    }
    std::error_code ignored;
    fs::remove_all(folder.path / "given",
                   ignored);  // secrets of the command line: no resume needs them now
    TRY(base::with_context(report_all(folder, files, flags),
                           "the run has finished, but its report failed"));
    return scan::exit_code(status->outcome.value_or(scan::Outcome::Failed), status->gate_hit);
}

}  // namespace cli
