// What ingest remembers of the runs it serves: how much each attempt has stored, so that limits,
// gaps and digests can be checked without asking the store each time. Loaded once a run; from then
// on ingest is the only one who adds.
#pragma once

#include "base/digest.h"
#include "base/guarded.h"
#include "operator/api/ingest.h"
#include "operator/results/store.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace api {

// Any thread; what concerns one attempt comes one after the other.
class Ledger {
public:
    Ledger(results::ResultStore& store, IngestLimits limits) : store_(store), limits_(limits) {}

    // TooLarge: one of the limits. A segment without findings and records still fits up to twice
    // the limit: the runner goes on with those, so that unit counts stay exact. Blocks when the run
    // is loaded.
    base::Result<> room_for(const results::AttemptKey& attempt, std::uint32_t number,
                            std::uint64_t bytes, const scan::SegmentFacts& facts);
    base::Result<> room_for_input(const results::RunKey& run, std::uint64_t bytes);

    // Feeds the digest over the whole stream; out of order it is given up and read from the store
    // when it is wanted.
    void hash(const results::AttemptKey& attempt, std::uint32_t number, std::string_view bytes);
    // After the store said yes. False: it was there already.
    bool segment_stored(const results::AttemptKey& attempt, std::uint32_t number,
                        std::uint64_t bytes, std::uint64_t lines);
    void input_stored(const results::RunKey& run, std::uint64_t bytes);
    // True the first time.
    bool mark_truncated(const results::AttemptKey& attempt);
    bool mark_committed(const results::AttemptKey& attempt);

    // Conflict: the stored stream has another digest. Success as well when segments or bytes
    // differ: that is the store's to refuse.
    base::Result<> check_digest(const results::AttemptKey& attempt, const scan::Commit& commit);

    // The head of the accepted plan as JSON. NotFound: no plan yet.
    base::Result<std::string> plan_head(const results::RunKey& run);
    void forget_run(const results::RunKey& run);

private:
    struct Stream {
        std::uint32_t segments = 0;
        std::uint64_t bytes = 0;
        std::uint64_t lines = 0;
        bool truncated = false;
        bool committed = false;
        std::uint32_t hashed =
            0;  // segments in `digest`; ahead of `segments` while one is being stored
        std::optional<base::Sha256> digest{};
    };
    struct Run {
        bool loaded = false;
        std::uint64_t bytes = 0;
        std::uint64_t inputs_bytes = 0;
        std::string plan_head{};
        std::map<std::pair<std::int64_t, int>, Stream> streams{};
    };
    using SharedRun = std::shared_ptr<base::Guarded<Run>>;

    SharedRun find(const results::RunKey& run);
    base::Result<SharedRun> loaded(const results::RunKey& run);
    base::Result<> load(const results::RunKey& key, Run& run);
    base::Result<std::string> digest_from_store(const results::AttemptKey& attempt);

    results::ResultStore& store_;
    const IngestLimits limits_;
    base::Guarded<std::map<results::RunKey, SharedRun>> runs_;
};

}  // namespace api
