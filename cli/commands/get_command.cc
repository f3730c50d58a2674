// scanfleet get [RUN]
#include "base/json.h"
#include "base/os/clock.h"
#include "cli/commands/commands.h"
#include "cli/commands/screen.h"
#include "cli/local/run_report.h"
#include "operator/observe/status_json.h"

#include <fmt/core.h>

namespace cli {

using base::Json;
using base::Result;

namespace {

std::string_view state_of(const StoredRun& run) {
    if (!run.status.outcome && !run.driven) return "Interrupted";
    return run.status.conditions.empty() ? "Queued"
                                         : scan::to_string(run.status.conditions.front().reason);
}

Json run_as_json(const StoredRun& run) {
    const auto status = base::parse_json(observe::status_to_json(run.status));
    return {{"run", run.folder.run_id()},
            {"job", run.job.name},
            {"scanner", scan::to_string(run.job.spec.scanner_type())},
            {"target", reports::target_of(run.job.spec)},
            {"folder", run.folder.path.string()},
            {"state", state_of(run)},
            {"driven", run.driven},
            {"status", status ? *status : Json::object()}};
}

// Enough of YAML for what we print: block style, strings quoted as JSON does (which YAML 1.2
// reads).
void to_yaml(const Json& value, int indent, std::string& out) {
    const std::string pad(static_cast<std::size_t>(indent), ' ');
    for (const auto& [key, member] : value.items()) {
        out += pad + (value.is_array() ? std::string("-") : key + ":");
        if (member.is_structured() && !member.empty()) {
            out += "\n";
            to_yaml(member, indent + 2, out);
        } else {
            out += " " + base::dump_json(member) + "\n";
        }
    }
}

std::string row(const StoredRun& run, base::Instant now) {
    const core::Status& status = run.status;
    const std::string progress =
        fmt::format("{}/{}", status.chunks.terminal(), status.chunks.total);
    return fmt::format("{:<22} {:<20} {:<9} {:<20} {:>9} {:>8} {:>8} {:>5} {:>5}  {}\n",
                       run.folder.run_id(), run.job.name,
                       scan::to_string(run.job.spec.scanner_type()), state_of(run), progress,
                       fmt::format("{} %", status.coverage_percent), status.findings.total,
                       status.findings.critical, status.findings.high,
                       base::format_duration(now - run.state.summary.created_at));
}

std::string head() {
    return fmt::format("{:<22} {:<20} {:<9} {:<20} {:>9} {:>8} {:>8} {:>5} {:>5}  {}\n", "RUN",
                       "JOB", "SCANNER", "STATUS", "CHUNKS", "COVERAGE", "FINDINGS", "CRIT", "HIGH",
                       "AGE");
}

std::string detail(const StoredRun& run, base::Instant now) {
    std::string text = head() + row(run, now);
    if (!run.status.conditions.empty())
        text += fmt::format("\n{}\n", run.status.conditions.front().message);
    for (const auto& chunk : run.status.failed_chunks) {
        text += fmt::format("chunk {}: {} after {} attempts: {}\n", chunk.index, chunk.reason,
                            chunk.attempts, chunk.message);
    }
    return text + fmt::format("folder: {}\n", run.folder.path.string());
}

Result<> get_one(const GetFlags& flags, const base::os::Path& data, base::Instant now) {
    const RunFolder folder = TRY(find_run(data, flags.run));
    const StoredRun run = TRY(load_run(folder));
    if (flags.output == "json") {
        print(base::dump_json_pretty(run_as_json(run)) + "\n");
    } else if (flags.output == "yaml") {
        std::string text;
        to_yaml(run_as_json(run), 0, text);
        print(text);
    } else {
        print(detail(run, now));
    }
    return {};
}

// A run that cannot be read must not hide the others.
void get_all(const GetFlags& flags, const base::os::Path& data, base::Instant now) {
    Json all = Json::array();
    std::string table = head();
    for (const RunFolder& folder : list_runs(data)) {
        const auto run = load_run(folder);
        if (!run) {
            std::fprintf(stderr, "scanfleet: run %s: %s\n", folder.run_id().c_str(),
                         run.error().message().c_str());
            continue;
        }
        all.push_back(run_as_json(*run));
        table += row(*run, now);
    }
    if (flags.output == "table") return print(table);
    std::string text;
    if (flags.output == "yaml") to_yaml(all, 0, text);
    print(flags.output == "json" ? base::dump_json_pretty(all) + "\n" : text);
}

}  // namespace

int get_command(const GetFlags& flags) {
    const auto data = data_folder(flags.data, variable);
    if (!data) return fail_with(data.error());
    const base::Instant now = base::os::system_clock().wall();
    if (flags.run.empty()) {
        get_all(flags, *data, now);
        return kDone;
    }
    const auto done = get_one(flags, *data, now);
    return done ? kDone : fail_with(done.error());
}

}  // namespace cli
