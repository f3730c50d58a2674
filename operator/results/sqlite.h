// The embedded store: SQLite in WAL mode through SOCI, one writer thread with group commit.
#pragma once

#include "base/os/file.h"
#include "operator/results/store.h"

#include <memory>

namespace results {

struct SqliteOptions {
    base::os::Path file;
    std::size_t queue_bytes_max = 64u << 20;  // of waiting writes; beyond: Unavailable
    std::size_t batch_max = 64;               // writes per commit
    bool read_only = false;                   // for `get` and `report` beside a live run
    base::Duration lock_wait{5'000};          // for a lock that another process holds
};

// Invalid: the file is no store of ours, damaged, or of a newer schema (the message names both
// versions). Conflict: locked by another writer for longer than lock_wait. Forbidden: the file or
// folder may not be written. NotFound: read_only and no such file. Makes the file (private) where
// it is missing, migrates older schemas forward in one transaction.
//
// The file deleted or replaced while open: writes are Unavailable, reads NotFound; what was in it
// is gone.
base::Result<std::unique_ptr<ResultStore>> open_sqlite(const SqliteOptions& options);

}  // namespace results
