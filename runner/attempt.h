// What `run` and `discover` share: the job, the credentials, the deadlines and the last words.
#pragma once

#include "runner/chunk_run.h"
#include "runner/ingest_client.h"

#include <atomic>

namespace runner {

// The three points in time of an attempt, from its start.
struct Deadlines {
    base::Ticks stop;        // the scanner is told to stop
    base::Duration grace{};  // how long it may take to obey: half of the flush reserve
    base::Ticks limit;       // nothing goes on after it
};
Deadlines deadlines_of(base::Ticks start, base::Duration limit);

// How long a terminated runner goes on sending what it has: with its grace time less than 5 s, also
// where nobody answers.
inline constexpr base::Duration kTerminatedFlush{2'500};

// Until when results may be sent: none, or since termination. set() on one thread, passed() on any.
class FlushLimit {
public:
    void set(base::Ticks until) { until_ = until; }
    bool passed(base::Ticks now) const { return now >= until_.load(); }

private:
    std::atomic<base::Ticks> until_{base::Ticks::max()};
};

// Whether a signal has come that asks us to end. For IngestClient::set_give_up, on the thread that
// may look at signals.
std::function<bool()> told_to_stop(base::os::SignalWatch& signals);

struct Inputs {
    scan::Job job;
    Credentials credentials;
    Scanner* scanner = nullptr;
};
// Invalid job, unreadable credentials, no such scanner: a Stop with the contract's exit code.
std::expected<Inputs, Stop> read_inputs(const Environment& environment,
                                        const FindScanner& find_scanner);

// The Stop for a failed call to ingest: 75 when it was away, 70 when it refused, 143 when we were
// told to stop.
Stop stop_of(base::Error error);

// Calls the scanner; what it throws becomes a Stop (70).
template <typename T>
std::expected<T, Stop> guarded(const std::function<std::expected<T, Stop>()>& call) {
    try {
        return call();
    } catch (const std::exception& error) {
        return std::unexpected(Stop{
            scan::ExitCode::Internal, base::Error(base::ErrorKind::Internal, error.what()), {}});
    }
}

// Writes the commit record; logs when even that fails.
void leave_record(const Environment& environment, const scan::Commit& commit);
// Says in the record and the log why an attempt ended before it began, and returns the exit code.
int leave_early(const Environment& environment, const Stop& stop);
// Ends the process at once: a scanner thread that does not obey cannot be joined.
[[noreturn]] void leave(int code);

}  // namespace runner
