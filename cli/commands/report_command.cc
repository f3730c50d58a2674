// scanfleet report RUN -o FORMAT [--file F]
#include "cli/commands/commands.h"
#include "cli/commands/screen.h"
#include "cli/local/run_report.h"

namespace cli {

using base::Result;

namespace {

Result<> report(const ReportFlags& flags) {
    const base::os::Path data = TRY(data_folder(flags.data, variable));
    const RunFolder folder = TRY(find_run(data, flags.run));
    const StoredRun run = TRY(load_run(folder));
    const auto source = TRY(report_source(run));
    ReportFile file = TRY(parse_report_flag(flags.output, run.folder.path));
    if (!flags.file.empty()) {
        file.path = flags.file;
        return write_reports(source, {file});
    }
    if (flags.output.find('=') != std::string::npos) return write_reports(source, {file});
    const Screen screen = look_at_stdout();
    const auto sink = [](std::string_view text) -> Result<> {
        print(text);
        return {};
    };
    return scan::report::write(file.format, source, sink,
                               {.colors = screen.colors == Colors::On, .width = screen.width});
}

}  // namespace

int report_command(const ReportFlags& flags) {
    const auto done = report(flags);
    return done ? kDone : fail_with(done.error());
}

}  // namespace cli
