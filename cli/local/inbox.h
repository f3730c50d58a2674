// Where other threads leave notes for the driver: a queue whose descriptor becomes readable.
#pragma once

#include "base/guarded.h"
#include "base/result.h"
#include "operator/api/ingest.h"
#include "operator/results/merge_run.h"

#include <memory>
#include <variant>
#include <vector>

namespace cli {

struct MergeDone {
    base::Result<results::MergeTotals> totals;
};
using Note = std::variant<api::IngestEvent, MergeDone>;

// post() on any thread, the rest on the driver's. Not bounded by itself: ingest's own queue and the
// store's bound what can be in flight, and the driver takes all notes at each turn.
class Inbox {
public:
    static base::Result<std::unique_ptr<Inbox>> create();
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    void post(Note note);
    std::vector<Note> take();
    int fd() const { return fd_; }

private:
    explicit Inbox(int fd) : fd_(fd) {}
    int fd_;
    base::Guarded<std::vector<Note>> notes_;
};

}  // namespace cli
