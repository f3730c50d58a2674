// The runner's side of ingest (docs/formats/ingest.md): each call is repeated with jitter until it
// is answered for good or the caller's deadline passes.
#pragma once

#include "net/client.h"
#include "runner/environment.h"
#include "scan/plan_document.h"
#include "scan/stream.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

struct ChunkWork {
    scan::Chunk chunk;
    scan::PlanHead plan;
    std::vector<std::string> done;     // units with a terminal line of an earlier attempt
    std::vector<std::string> suspect;  // units that may have been in flight when one died
};

// How a segment was received.
struct SegmentAnswer {
    enum class Kind {
        Stored,
        Wanted,    // another number is wanted next
        TooLarge,  // a bound of the attempt or run is reached
    } kind = Kind::Stored;
    std::uint32_t wanted = 0;
};

// Use on one thread. Errors: Unavailable (deadline passed while ingest was away or busy), Cancelled
// (run closed, or `give_up` said so), Forbidden, Conflict, Internal (any other answer: a bug on one
// side).
class IngestClient {
public:
    // `deadline`: no call goes on after it. `give_up` is asked between tries.
    static base::Result<IngestClient> create(const Environment& environment,
                                             const base::Clock& clock, base::Ticks deadline,
                                             std::function<bool()> give_up);
    ~IngestClient();
    IngestClient(IngestClient&&) noexcept;

    // From now on this is asked: what may be asked depends on the thread that calls.
    void set_give_up(std::function<bool()> give_up);

    base::Result<ChunkWork> chunk_work();
    base::Result<std::string> redaction_key();
    base::Result<std::string> input(std::string_view sha256);
    base::Result<> put_input(std::string_view sha256, std::string_view bytes);
    base::Result<> put_plan(std::string_view lines);
    base::Result<SegmentAnswer> put_segment(std::uint32_t number, std::string_view lines);
    base::Result<> commit(const scan::Commit& commit);

private:
    struct Impl;
    explicit IngestClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace runner
