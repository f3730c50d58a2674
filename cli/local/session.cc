#include "cli/local/session.h"

#include "base/os/clock.h"
#include "base/os/random.h"
#include "base/text.h"
#include "net/server.h"
#include "operator/api/expected.h"
#include "operator/results/sqlite.h"

#include <fmt/core.h>

#include <cstdio>
#include <system_error>

namespace cli {

namespace fs = std::filesystem;
using base::Result;

namespace {

// Ingest behind the gate, on a free port of loopback.
class LocalIngest {
public:
    static Result<std::unique_ptr<LocalIngest>> start(results::ResultStore& store, Inbox& inbox) {
        auto own = std::unique_ptr<LocalIngest>(new LocalIngest(store, inbox));
        // Every runner comes from the same address.
        net::GateOptions options;
        options.connections_per_address_max = options.connections_max;
        api::Ingest* ingest = &own->ingest_;
        own->gate_ = TRY(net::Gate::start(
            options, [ingest](const net::RequestHead& head) { return ingest->admit(head); }));
        return own;
    }

    std::string url() const { return fmt::format("http://127.0.0.1:{}", gate_->port()); }
    IngestPort port() {
        return {.expect = [this](const results::AttemptKey& key,
                                 std::string token) { callers_.expect(key, std::move(token)); },
                .forget = [this](const results::AttemptKey& key) { callers_.forget(key); },
                .close_run = [this](const results::RunKey& run) { ingest_.close_run(run); }};
    }

private:
    LocalIngest(results::ResultStore& store, Inbox& inbox)
        : ingest_(store, callers_,
                  {.on_event = [&inbox](const api::IngestEvent& event) { inbox.post(event); }}) {}

    api::ExpectedSet callers_;
    api::Ingest ingest_;
    std::unique_ptr<net::Gate> gate_;  // last: stops before what it hands requests to
};

}  // namespace

Result<core::Status> drive_run(const SessionOptions& options, base::os::SignalWatch& signals,
                               Watcher watcher) {
    auto store = TRY(results::open_sqlite({.file = options.folder.store()}));
    auto inbox = TRY(Inbox::create());
    auto ingest = TRY(LocalIngest::start(*store, *inbox));
    int printed = 0;
    const auto print_start = [&printed](const core::AttemptId& id,
                                        const base::os::SpawnOptions& spawn) {
        std::printf("%s: %s\n", core::to_string(id).c_str(), base::join(spawn.argv, " ").c_str());
        ++printed;
    };
    auto processes = options.dry_run ? make_dry_run_processes(print_start) : make_posix_processes();
    if (options.cancel_at_once)
        TRY(base::os::write_file(options.folder.cancel(), "", base::os::Mode::Private));

    DriverWorld world{.clock = base::os::system_clock(),
                      .processes = *processes,
                      .store = *store,
                      .inbox = *inbox,
                      .ingest = ingest->port(),
                      .stop_requests =
                          [&signals, &printed] {
                              signals.drain();
                              if (printed > 0) return 2;  // a dry run ends with its first starts
                              return signals.interrupts() + signals.terminations();
                          },
                      .stop_fd = signals.fd(),
                      .new_token = base::os::random_token};
    DriverOptions drive{.job = options.job,
                        .run = run_key(options.job, options.folder),
                        .folder = options.folder,
                        .credentials = options.credentials,
                        .setup = {.program = options.runner,
                                  .ingest_url = ingest->url(),
                                  .environment = options.environment},
                        .redaction_key = options.redaction_key,
                        .parallelism = options.parallelism,
                        .retry_base = options.retry_base,
                        .stop_after_plan = options.stop_after_plan};
    Driver driver(std::move(drive), std::move(world), std::move(watcher));
    auto status = driver.drive();
    processes.reset();  // whatever still runs ends here, before ingest goes
    return status;
}

Result<base::os::Path> find_runner() {
    std::error_code error;
    const base::os::Path self = fs::read_symlink("/proc/self/exe", error);
    const base::os::Path runner = self.parent_path() / "scanfleet-runner";
    if (!error && fs::exists(runner, error)) return runner;
    return base::fail(
        base::ErrorKind::NotFound,
        fmt::format("scanfleet-runner is missing: it must lie beside scanfleet, in {}",
                    self.parent_path().string()));
}

results::RunKey run_key(const scan::Job& job, const RunFolder& folder) {
    return {.namespace_ = job.namespace_, .job = job.name, .run_id = folder.run_id()};
}

}  // namespace cli
