// Takes the lines a scanner emits and brings them to ingest, segment by segment, while the scan
// goes on.
#pragma once

#include "base/time.h"
#include "runner/ingest_client.h"
#include "runner/spool.h"
#include "scan/stream.h"

#include <memory>
#include <optional>
#include <string>

namespace runner {

struct UploaderOptions {
    // A segment is sent when so much is there, or so long after its first line: what a kill can
    // cost.
    std::size_t segment_bytes = 1u << 20;
    base::Duration flush_after{2'000};
};

// How the stream ends.
struct StreamEnd {
    scan::StreamStatus status = scan::StreamStatus::Complete;
    std::string reason{};
    std::string message{};
};

class Uploader {
public:
    // Starts the sending thread. `client` is used on it alone.
    static base::Result<std::unique_ptr<Uploader>> start(Spool spool, IngestClient client,
                                                         UploaderOptions options);
    // Joins the thread; what was not sent by finish() stays unsent.
    ~Uploader();

    // Any thread. Lines after a failure or after finish() are dropped: the commit was never made.
    void emit(const scan::Line& line);

    // The error that made sending pointless (another attempt committed, run closed, disk full), if
    // any.
    std::optional<base::Error> broken() const;

    // Sends the rest with the `end` line and commits. Blocks until ingest has all of it or the
    // client's deadline passed. The commit is returned in any case: it is what the commit record
    // says.
    struct Finished {
        scan::Commit commit;
        std::optional<base::Error> error;  // none: durable
    };
    Finished finish(const StreamEnd& end);

    scan::UnitCounts units() const;

private:
    struct Impl;
    explicit Uploader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace runner
