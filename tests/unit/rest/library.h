// A store with runs in all states, and their folders.
#pragma once

#include "base/os/file.h"
#include "operator/rest/runs.h"
#include "operator/results/memory.h"
#include "unit/results/given.h"

#include <memory>
#include <string>
#include <vector>

namespace rest {

class Library {
public:
    // Opens the run, accepts a plan of these units in one chunk.
    void planned(const results::RunKey& run, base::Instant at,
                 const std::vector<std::string>& units);
    // Stores the findings and an ok for each unit, closes and merges the run, and writes its last
    // status.
    void finished(const results::RunKey& run, const std::vector<std::string>& units,
                  const std::vector<scan::Finding>& findings,
                  scan::Outcome outcome = scan::Outcome::Succeeded);

    static base::Instant hour(int number);

    results::ResultStore& store() { return *store_; }
    StoreRuns& runs() { return runs_; }
    base::os::Path folder(const results::RunKey& run) { return runs_.folder(run); }

private:
    base::os::TempFolder root_ = *base::os::TempFolder::create("rest");
    std::unique_ptr<results::ResultStore> store_ = results::make_memory_store();
    StoreRuns runs_{*store_, root_.path()};
};

}  // namespace rest
