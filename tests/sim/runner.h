// A runner in one Pod: fetches its chunk, scans unit by unit, sends segments, commits, exits. Does
// what a Synthetic job says, faults and all.
//
// Gaps: one segment a unit; no spool on disk; discovery sends a plan it is given.
#pragma once

#include "base/digest.h"
#include "scan/job.h"
#include "scan/plan_document.h"
#include "sim/ingest_desk.h"
#include "sim/stage.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sim {

struct RunnerOptions {
    std::string namespace_{};
    std::string pod{};
    std::string uid{};
    results::AttemptKey attempt{};
    base::Duration limit{};
    scan::SyntheticOptions work{};
    scan::PlanDocument plan{};  // discovery: what it finds
};
struct RunnerExit {
    int code = 0;
    int signal = 0;
    bool oom_killed = false;
    std::string message{};  // of the termination log
};

class Runner : public std::enable_shared_from_this<Runner> {
public:
    using Exit = std::function<void(const RunnerExit&)>;
    Runner(Stage& stage, IngestDesk& ingest, RunnerOptions options, Exit on_exit);

    void start();
    void terminate();  // SIGTERM: flushes, commits, exits
    void kill();       // nothing more is heard of it
    bool is_over() const { return over_; }

private:
    void fetch();
    void begin(const results::ChunkWork& work);
    void next_unit();
    void scan_unit(const scan::Unit& unit);
    void end(scan::StreamStatus status, int code, std::string message);
    void send_segments();
    void commit();
    void discover();
    void exit(RunnerExit what);
    bool play_fault(const scan::Unit& unit);
    base::Duration left() const;
    base::Duration pause();
    // What an answer that is no success means: again, or the end.
    bool is_again(int status) const;
    IngestCall call_of(IngestCall::Kind kind) const;
    template <typename What>
    void later(base::Duration delay, What what);

    Stage& stage_;
    IngestDesk& ingest_;
    RunnerOptions options_;
    Exit on_exit_;
    base::Duration started_{};
    bool over_ = false;
    bool hangs_ = false;
    bool terminated_ = false;
    bool ending_ = false;

    std::vector<scan::Unit> units_{};
    std::size_t at_ = 0;
    std::vector<std::string> segments_{};  // all of the stream so far
    std::size_t sent_ = 0;                 // acknowledged
    bool sending_ = false;
    std::string open_{};  // lines that are in no segment yet
    base::Sha256 sha_{};
    scan::Commit commit_{};
    int code_ = 0;
};

}  // namespace sim
