// The merge of a closed run, with its baseline and what status shows of it. Blocks: on a worker.
#pragma once

#include "operator/control/controller.h"
#include "operator/results/store.h"

namespace app {

// Where the merged results of a run lie, below the operator's data folder.
base::os::Path merged_folder(const base::os::Path& data, const results::RunKey& run);

base::Result<control::MergeFacts> merge_job(results::ResultStore& store, const base::os::Path& data,
                                            const control::MergeOrder& order);

}  // namespace app
