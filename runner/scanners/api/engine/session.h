// All traffic of a chunk: sends a request as somebody, within the unit's budget, and knows when to
// stop.
#pragma once

#include "net/client.h"
#include "runner/scanner.h"
#include "runner/scanners/api/engine/answer.h"
#include "runner/scanners/api/engine/header_facts.h"
#include "runner/scanners/api/personas/persona.h"

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <string>
#include <vector>

namespace runner::api {

// Why no further request can be sent.
enum class Halt {
    BudgetSpent,  // of this unit; the next one goes on
    OutOfScope,   // the scope guard refused the target's address
    Stopped,      // the attempt ends: deadline or told to
    TargetDown,   // the breaker gave up
};
template <typename T>
using OrHalt = std::expected<T, Halt>;

// What one unit sent and saw.
struct Meter {
    std::int64_t budget = 0;
    std::int64_t requests = 0;
    std::int64_t bytes = 0;
    bool reached_2xx = false;
    int timeouts = 0;
    int tls_errors = 0;
    std::map<int, std::int64_t> status_counts{};
    std::vector<std::int64_t> millis{};
    HeaderFacts headers{};
};

// Who pays: the unit, or nobody (probes of a group, re-checks: bounded by themselves, and a
// repeated attempt would share them out differently).
enum class Charge { Unit, Group };
enum class Retry { Allowed, Never };

struct Logins {
    const Specification& specification;
    std::string server_url;
};

// One thread. `personas` and everything named by `context` outlive the session.
class Session {
public:
    Session(const RunContext& context, net::Client& client, std::vector<Persona>& personas,
            Logins logins);

    // Logs in every Login persona. CredentialsRefused (exit 77) when all personas of the job are of
    // that kind and none got in; TargetUnavailable when the target is down. Personas that failed
    // are not usable and say why.
    std::expected<void, Stop> log_in_all();

    // nullptr = anonymous. A broken connection is tried again in place: 10 failures open the
    // breaker for 10 s, then a probe; the third failed probe is TargetDown. Any other failure is an
    // Answer without status.
    OrHalt<Answer> send(const net::Request& request, const Persona* who,
                        Charge charge = Charge::Unit, Retry retry = Retry::Allowed);

    // A baseline that ended with 5xx in all its variants; the tenth in a row has the target probed
    // at its root.
    OrHalt<void> note_baseline(bool server_error);

    void meter(Meter* meter) { meter_ = meter; }
    // Secrets of all personas: never shown.
    std::vector<std::string> secrets() const;
    const std::string& down_message() const { return down_message_; }

private:
    base::Result<> log_in(Persona& persona);
    bool may_refresh(const Persona& persona);
    OrHalt<net::Response> fetch(const net::Request& request, Retry retry);
    OrHalt<net::Response> wait_for_target(const net::Request& request, net::Response last);
    void measure(const Answer& answer, const Persona* who);

    const RunContext& context_;
    net::Client& client_;
    std::vector<Persona>& personas_;
    Logins logins_;
    Meter* meter_ = nullptr;
    int bad_baselines_ = 0;
    std::string down_message_{};
    std::map<std::string, std::deque<base::Ticks>> refreshes_{};
};

}  // namespace runner::api
