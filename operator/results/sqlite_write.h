// The writes of the embedded store, one function each, inside a transaction of the caller.
#pragma once

#include "operator/results/sqlite_session.h"

#include <vector>

namespace results::sqlite {

struct RunRow {
    Number id = 0;
    bool closed = false;
};
std::optional<RunRow> find_run(soci::session& sql, const RunKey& run);

// A write with what can be prepared before the writer's turn: compression must not hold up the one
// writer.
struct Prepared {
    Write write;
    std::vector<std::string> gzip_chunks{};  // PutPlan
};
Prepared prepare(Write write);

// Failures as ResultStore says; what the write already changed must then be rolled back. Throws
// soci::soci_error.
base::Result<> apply(soci::session& sql, const Prepared& prepared);
base::Result<> erase(soci::session& sql, const RunKey& run);

}  // namespace results::sqlite
