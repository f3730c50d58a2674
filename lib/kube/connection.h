// Does the I/O for those who decide: takes kube::Call, gives kube::CallEvent, over net::Client.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/call.h"
#include "kube/call_stats.h"
#include "kube/cluster_config.h"
#include "kube/environment.h"
#include "kube/window.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

// "scanfleet-operator/0.1.0 (linux/x86_64)". Of our own, since the API server prints JSON with
// indentation for clients that call themselves curl.
std::string user_agent(std::string_view component);

struct ConnectionOptions {
    ClusterConfig cluster{};
    Environment environment{};  // for credential plug-ins
    std::string user_agent{};   // empty = user_agent("scanfleet")
    WindowOptions window{};
    // An object has at most 1.5 MiB in etcd, and grows by its escapes.
    std::size_t line_bytes_max = 16u << 20;
    // A page of 500 large Pods has 10 MiB; beyond this somebody forgot to page.
    std::size_t answer_bytes_max = 64u << 20;
    // Calls that wait for the window. More are answered at once with an error: whoever asks faster
    // than the server answers has to wait himself.
    std::size_t waiting_max = 20'000;
    // Each has a connection of its own.
    std::size_t streams_max = 64;
    base::Duration connect_timeout{10'000};
    // A watch answers as soon as its cache is ready; other calls have their own time limit.
    base::Duration first_byte_timeout{90'000};
    // Told of each try that ended, inside poll(); must be quick. For metrics.
    std::function<void(const CallKey&, const CallSample&)> on_call{};
};

struct ConnectionStats {
    CallTable calls{};  // streams count when they end, with the time to their first byte
    std::uint64_t credential_retries = 0;  // calls sent again after a 401
    int window = 0;
    int in_flight = 0;  // in the window
    std::size_t waiting = 0;
    std::size_t streams = 0;
};

// Not thread-safe: one owner thread. Destruction drops what is under way, without events.
//
// Calls that do not stream share HTTP/2 connections (or a few of HTTP/1.1) and wait for the window
// in order; urgent ones pass it, on connections of their own. While Retry-After asks for silence
// nothing starts but urgent ones. Each stream has a connection of its own. Every submitted call
// ends in exactly one Answer or StreamClosed, unless it is hung up. Nothing is retried but a 401:
// then the credentials are renewed once for all, and the call is sent once more if they changed.
// Redirects are not followed.
//
// Memory: what poll() returns is all that was read; nothing is read between polls. One poll brings
// some MiB at most for each stream and call, an unfinished line line_bytes_max more.
class Connection {
public:
    // Invalid: a server URL, proxy or TLS name that is none; and as Credentials::create(), which
    // reads files and may run a plug-in. Nothing is sent yet. `clock` must outlive it.
    static base::Result<std::unique_ptr<Connection>> create(ConnectionOptions options,
                                                            const base::Clock& clock);
    ~Connection();

    void submit(Call call);
    // No event comes any more for this call; one that was sent may still be done by the server.
    void hang_up(CallId id);

    // Moves bytes for at most `wait`; returns as soon as there are events, or when `extra_fd` is
    // readable (then perhaps with none). In the order of their happening. A renewal of credentials
    // may block longer (kube/credentials.h).
    std::vector<CallEvent> poll(base::Duration wait, int extra_fd = -1);

    // submit + poll until the answer, for those with one call at a time. Events of other calls stay
    // for the next poll. The id must not be in use.
    Answer fetch(Call call);

    ConnectionStats stats() const;
    // The bearer token that the last request carried; empty: it logs in in another way. For those
    // who must show it to somebody behind the API server.
    std::string token() const;
    // Why credentials could not be renewed the last time; empty when they could.
    std::string credential_trouble() const;

private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace kube
