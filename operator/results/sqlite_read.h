// The reads of the embedded store. Each runs in one read transaction of the caller, so it sees one
// moment. They throw soci::soci_error.
#pragma once

#include "operator/results/sqlite_session.h"

#include <string>
#include <string_view>
#include <vector>

namespace results::sqlite {

base::Result<RunState> load(soci::session& sql, const RunKey& run);
std::vector<RunSummary> list(soci::session& sql);
base::Result<ChunkWork> work(soci::session& sql, const RunKey& run, std::uint32_t chunk);
base::Result<std::string> blob(soci::session& sql, const RunKey& run, BlobKind kind,
                               const std::string& id);
base::Result<> each_segment(soci::session& sql, const RunKey& run,
                            const ResultStore::TakeSegment& take,
                            const std::optional<ResultStore::Only>& only);

}  // namespace results::sqlite
