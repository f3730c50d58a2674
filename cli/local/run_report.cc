#include "cli/local/run_report.h"

#include "operator/observe/observe.h"
#include "operator/observe/status_json.h"
#include "operator/results/sqlite.h"

#include <fmt/core.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace cli {

namespace report = scan::report;
using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kJobBytesMax = 8u << 20;

// The last status may be a second older than the store: of a run that nobody drives, count what is
// there.
core::Status interrupted_status(const StoredRun& run) {
    const core::Observed seen = observe::from_store(run.state, run.job.spec);
    const base::Instant at = run.status.start_time.value_or(run.state.summary.created_at);
    core::Status status = core::make_plan(run.job.spec, seen, at).status;
    status.findings = run.status.findings;
    status.records = run.status.records;
    return status;
}

}  // namespace

Result<StoredRun> load_run(const RunFolder& folder) {
    StoredRun run;
    run.folder = folder;
    const std::string text = TRY(base::os::read_file(folder.job(), kJobBytesMax));
    run.job = TRY(scan::parse_job(text, folder.job().string()));
    run.driven = driving_pid(folder).has_value();
    std::error_code error;
    run.cancelled = std::filesystem::exists(folder.cancel(), error);
    auto store =
        TRY(base::with_context(results::open_sqlite({.file = folder.store(), .read_only = true}),
                               "open " + folder.store().string()));
    auto state = store->load(
        {.namespace_ = run.job.namespace_, .job = run.job.name, .run_id = folder.run_id()});
    run.state = TRY(base::with_context(std::move(state), "read " + folder.store().string()));
    if (auto status = observe::parse_status(run.state.summary.status_json))
        run.status = std::move(*status);
    if (!run.driven && !run.status.outcome) run.status = interrupted_status(run);
    return run;
}

Result<report::Source> report_source(const StoredRun& run) {
    if (!run.status.outcome) {
        const std::string id = run.folder.run_id();
        return fail(
            ErrorKind::NotFound,
            run.driven
                ? fmt::format(
                      "run {} is still going on: wait for its end, or look with `scanfleet get {}`",
                      id, id)
                : fmt::format("run {} was interrupted: go on with `scanfleet run --resume {}`, or "
                              "end it with "
                              "`scanfleet cancel {}`; then there is a report",
                              id, id, id));
    }
    return reports::report_source(run, run.folder.merged());
}

Result<ReportFile> parse_report_flag(std::string_view flag, const base::os::Path& folder) {
    const std::size_t equals = flag.find('=');
    const std::string_view word = flag.substr(0, equals);
    const auto format = report::format_from(word);
    if (!format) {
        return fail(ErrorKind::Invalid, fmt::format("'{}' is no report format: json, jsonl, sarif, "
                                                    "html, md, junit or table, each also as "
                                                    "FORMAT=FILE",
                                                    word));
    }
    if (equals != std::string_view::npos && equals + 1 < flag.size()) {
        return ReportFile{*format, base::os::Path(flag.substr(equals + 1))};
    }
    std::string extension(report::file_extension(*format));
    if (extension.starts_with('.')) extension.erase(0, 1);
    return ReportFile{*format, folder / ("report." + extension)};
}

Result<> write_reports(const report::Source& source, const std::vector<ReportFile>& files) {
    Result<> first;
    for (const ReportFile& file : files) {
        Result<> written = reports::write_report(file.format, source, file.path);
        if (!written && first)
            first = base::with_context(std::move(written), "write " + file.path.string());
    }
    return first;
}

}  // namespace cli
