// A whole local run without processes, sockets or time: the real driver, planner, merge and memory
// store, and runners that are a few lines of script.
#pragma once

#include "base/os/file.h"
#include "cli/local/driver.h"
#include "fakes/faulty_store.h"
#include "fakes/processes.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cli::test {

using Life = fakes::FakeProcesses::Life;

class Fleet {
public:
    // `options`: of the synthetic scanner; `chunks`: of spec.chunks; both in YAML flow style.
    explicit Fleet(const std::string& options,
                   const std::string& chunks = "{maxUnits: 2, backoffLimit: 1}");

    // How runners behave; by default each does its whole chunk well.
    fakes::FakeProcesses::Script script{};
    // A runner that ends `units` units, then exits (or dies) like this. Commits if it did all.
    Life works(const core::AttemptId& id, std::size_t units, base::os::ExitStatus status);
    Life works(const core::AttemptId& id) { return works(id, 1'000'000, {}); }

    // Drives the run to its end, or to where it stops. May be called again: a resume, with a new
    // process table.
    base::Result<core::Status> drive();

    std::string told() const;  // all events, one a line
    bool was_told(std::string_view part) const { return told().find(part) != std::string::npos; }

    fakes::FakeClock clock{};
    std::unique_ptr<results::ResultStore> store;
    fakes::FaultyStore faulty;
    std::unique_ptr<fakes::FakeProcesses> processes{};
    base::os::TempFolder folder;
    DriverOptions options;
    int stop_requests = 0;
    std::vector<RunEvent> events{};
    std::function<void(const RunEvent&)> on_event{};
    std::set<results::AttemptKey> expected{};
    bool closed = false;

private:
    void deliver(const core::AttemptId& id, std::size_t units);

    std::unique_ptr<Inbox> inbox_;
};

}  // namespace cli::test
