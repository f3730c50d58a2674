// The gate: our HTTP server (Boost.Asio and Beast behind). It owns the listening socket, ends TLS, bounds everything,
// asks for admission before a body is read, hands admitted requests to handlers, and relays the rest of the admitted
// ones to an upstream on loopback (cpprestsdk: net/listener.h). What was tried and why: docs/design/http-server.md.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "net/http.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace net {

struct GateOptions {
    std::string address = "127.0.0.1";
    int port = 0;  // 0 = any free one; Gate::port() tells
    std::string certificate_file{};  // both empty = plain HTTP
    std::string key_file{};
    int threads = 2;
    std::size_t connections_max = 2'048;
    std::size_t connections_per_address_max = 64;
    std::size_t header_bytes_max = 16u << 10;
    base::Duration header_timeout{10'000};      // first byte to end of head
    base::Duration first_byte_timeout{10'000};  // silent connections go first when the gate is full
    base::Duration idle_timeout{60'000};        // between requests
    base::Duration body_timeout{60'000};
    // Bytes a second over each window: one byte a second would reset a plain idle timer for ever.
    std::int64_t body_rate_min = 1'024;
    base::Duration body_rate_window{10'000};
    std::size_t bodies_in_flight_max = 64u << 20;  // beyond: 503 with Retry-After
    base::Duration write_timeout{30'000};     // for each 64 KiB of an answer
    base::Duration upstream_timeout{60'000};  // silence of an upstream; event streams beat every 15 s
    // After a refusal the rest of the request is read and dropped for so long (or 1 MiB): a reset would eat the status.
    base::Duration drain_timeout{2'000};
    base::Duration stop_timeout{2'000};  // what the destructor grants answers in flight
};

struct RequestHead {
    std::string method;
    std::string target;  // path and query as sent, checked: origin-form only
    Headers headers;
    std::string peer_address;
    std::uint64_t content_length = 0;
};

struct Reply {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers{};
    std::string body{};
};
// {"error": "<sentence>"} with the status; `retry_after` > 0 adds the header.
Reply error_reply(int status, std::string_view sentence, base::Duration retry_after = {});

// Sends the answer. Call exactly once, on any thread; dropping it uncalled answers 500.
using Respond = std::move_only_function<void(Reply)>;

// What admission decides before a byte of the body is read.
struct Refuse {
    Reply reply;
};
struct Accept {
    std::size_t body_max = 0;
    // Gets the whole body. Runs on a gate thread: must not block (hand work to a pool and keep `respond`).
    std::move_only_function<void(std::string body, Respond respond)> handle;
};
struct Relay {
    int upstream_port = 0;      // on 127.0.0.1
    std::string secret_header;  // added as X-Scanfleet-Gate; the upstream refuses requests without it
    std::size_t body_max = 0;
};
using Admission = std::variant<Refuse, Accept, Relay>;
// Runs on gate threads, several at once. Must be quick: checks a token, an expected-set, a bound.
using Admit = std::function<Admission(const RequestHead&)>;

struct GateStats {
    std::uint64_t accepted = 0, refused_full = 0, evicted = 0, requests = 0, bad_requests = 0;
    std::size_t connections = 0, body_bytes_in_flight = 0;
};

class Gate {
public:
    // Unavailable: the port is taken. Invalid: certificate or key unreadable.
    static base::Result<std::unique_ptr<Gate>> start(GateOptions options, Admit admit);
    // Stops accepting, lets answers in flight go out for up to stop_timeout (event streams end at once), then closes all.
    // Blocks until its threads are joined. A Respond that is called later does nothing.
    ~Gate();
    // Reads certificate and key again, for connections from now on; those that are open keep theirs. Invalid: as at the
    // start; then the old ones stay. Nothing to do without TLS. Any thread.
    base::Result<> reload_certificate();
    int port() const;
    GateStats stats() const;

private:
    struct Impl;
    explicit Gate(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace net
