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
};

// Invalid: the file is no database, damaged, or of a newer schema (the message names both versions). Conflict: locked by
// another writer for more than 5 s. Forbidden: read-only folder. Migrates older schemas forward, in a transaction.
base::Result<std::unique_ptr<ResultStore>> open_sqlite(const SqliteOptions& options);

}  // namespace results
