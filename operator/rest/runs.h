// The Runs seam: where REST takes runs from.
#pragma once

#include "base/os/file.h"
#include "operator/reports/report_source.h"
#include "operator/results/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace rest {

// All methods on any thread; they may block on the disk.
class Runs {
public:
    virtual ~Runs() = default;
    virtual base::Result<std::vector<results::RunSummary>> list() = 0;
    // NotFound; Invalid: damaged.
    virtual base::Result<reports::StoredRun> load(const results::RunKey& run) = 0;
    // Where "merged" lies, and where "reports" may be kept.
    virtual base::os::Path folder(const results::RunKey& run) = 0;
};

// Of one store, with the runs' folders below `root`/<namespace>/<job>/<run id>.
class StoreRuns : public Runs {
public:
    // The store outlives it.
    StoreRuns(results::ResultStore& store, base::os::Path root)
        : store_(store), root_(std::move(root)) {}
    base::Result<std::vector<results::RunSummary>> list() override { return store_.list(); }
    base::Result<reports::StoredRun> load(const results::RunKey& run) override;
    base::os::Path folder(const results::RunKey& run) override {
        return root_ / run.namespace_ / run.job / run.run_id;
    }

private:
    results::ResultStore& store_;
    const base::os::Path root_;
};

// The runs of one job, newest first. NotFound: none.
base::Result<std::vector<results::RunSummary>> runs_of(Runs& runs, std::string_view namespace_,
                                                       std::string_view name);

}  // namespace rest
