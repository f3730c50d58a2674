// The Scanner seam: what every scanner is. One explicit list names them all
// (runner/app/scanners.cc).
#pragma once

#include "base/redact.h"
#include "base/result.h"
#include "base/time.h"
#include "net/client.h"
#include "scan/job.h"
#include "scan/plan_document.h"
#include "scan/stream.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

// What a scanner needs from the place it runs in; refused with a sentence before anything starts.
struct Requirements {
    bool network = false;
    bool browser = false;
    bool credentials = false;
};

// credential name → file name → content without the final newline
using Credentials = std::map<std::string, std::map<std::string, std::string>>;

// An error plus the exit code the contract wants for it.
struct Stop {
    scan::ExitCode code = scan::ExitCode::Internal;
    base::Error error;
    // For the commit record: TargetForbidden, PlanTooLarge, InvalidSpec …
    std::optional<scan::Reason> reason{};
};

struct DiscoveryContext {
    const scan::Job& job;
    const Credentials& credentials;
    const base::Clock& clock;
    const base::Redactor& redactor;
    std::string run_id;
    bool local_mode = false;  // files may be read, loopback hosts named by the job count as listed
    std::function<bool()> stopped;  // deadline reached or asked to stop
    // Stores bytes that chunks need; returns their digest.
    std::function<base::Result<std::string>(std::string_view name, std::string_view bytes)>
        put_input;
    std::function<void(scan::LogLevel, std::string_view)> log;
    // A file of a mounted ConfigMap or Secret that the scanner's options name: <work>/config/<name>/<key>. NotFound, TooLarge.
    std::function<base::Result<std::string>(std::string_view name, std::string_view key)> read_config{};
};

struct Discovery {
    std::vector<scan::Unit> units;
    std::vector<scan::PlanHost> hosts{};
    std::vector<scan::KeyLimit> limits{};
    std::vector<std::string> notices{};
    bool empty_is_fine = false;
    std::function<int(const scan::Unit&)> preferred_order{};
    std::function<std::vector<std::string>(const std::vector<scan::Unit>&)> chunk_credentials{};
};

struct RunContext {
    const scan::Job& job;
    const scan::Chunk& chunk;
    // Units to do, in the order to do them: unfinished ones only, groups that may have killed an
    // earlier attempt last.
    const std::vector<scan::Unit>& units;
    const scan::PlanHead& plan;  // inputs, hosts
    const Credentials& credentials;
    const base::Clock& clock;
    const base::Redactor& redactor;
    std::string run_id;
    int attempt = 1;
    bool local_mode = false;
    std::function<bool()> stopped;
    // Waits so long; false as soon as stopped() is true.
    std::function<bool(base::Duration)> wait;
    std::function<base::Result<std::string>(std::string_view sha256)> get_input;
    // Emits a line of the stream. Findings and records of a unit come before its unit line. Any
    // thread of the scanner.
    std::function<void(scan::Line)> emit;
    // Leaves a commit record by itself. Only Synthetic does, to play a runner that lies.
    std::function<void(const scan::Commit&)> leave_record{};
};

class Scanner {
public:
    virtual ~Scanner() = default;
    virtual scan::ScannerType type() const = 0;
    virtual std::string_view version() const = 0;
    virtual std::string rules_version() const = 0;
    virtual Requirements requirements(const scan::Job& job) const = 0;
    // Finds the units. Parses hostile input.
    virtual std::expected<Discovery, Stop> discover(const DiscoveryContext& context) = 0;
    // Works through context.units. Returns when all have a terminal line, or stopped() is true
    // (units in flight then get no terminal line), or with a Stop when going on makes no sense.
    virtual std::expected<void, Stop> run(const RunContext& context) = 0;
};

}  // namespace runner
