// The HTTP client: one curl_multi loop, driven by its owner's thread. The only home of libcurl.
#pragma once

#include "base/time.h"
#include "net/http.h"
#include "net/scope.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace net {

struct TlsOptions {
    std::string ca_file{};  // empty = the system's
    std::string client_certificate_file{};
    std::string client_key_file{};
    // The same as PEM text; each counts more than its file. With an authority of its own, from file
    // or text, the client trusts no other.
    std::string ca_pem{};
    std::string client_certificate_pem{};
    std::string client_key_pem{};
    bool verify = true;
    bool operator==(const TlsOptions&) const = default;
};

struct ClientOptions {
    std::string user_agent = "scanfleet/" SF_VERSION;
    int connections_max = 64;
    int connections_per_host_max = 8;
    // Above 1: one connection carries so many requests at once where HTTP/2 is agreed on (ALPN),
    // and both limits above are that many times higher for the origin once an answer came over
    // HTTP/2. The first requests then wait for the first connection instead of opening more.
    int streams_per_connection = 1;
    base::Duration connect_timeout{5'000};
    base::Duration tls_timeout{10'000};
    base::Duration first_byte_timeout{15'000};
    base::Duration request_timeout{
        30'000};  // one try with its redirects, waits in our queue not counted
    // Below so many bytes a second for so long: TooSlow.
    std::int64_t rate_min = 64;
    base::Duration rate_min_window{10'000};
    std::size_t header_bytes_max = 256u << 10;
    std::size_t header_lines_max = 1'000;
    std::size_t body_keep_max = 2u << 20;
    // Before and after decompression. Beyond it the body is cut: no failure, but body_cut.
    std::size_t body_read_max = 16u << 20;
    std::int64_t body_ratio_max = 100;
    int redirects_max = 5;
    // Safe methods only: connect errors, 502, 503, 504, 429.
    int retries_max = 2;
    base::Duration retry_delay_min{250};
    base::Duration retry_delay_max{10'000};
    base::Duration retry_after_max{60'000};
    // Token bucket with AIMD (net/rate.h): `rps` requests per `rps_period`, retries and redirects
    // included; 0 = no limit.
    std::int64_t rps = 0;
    base::Duration rps_period{1'000};
    // Empty = none; proxies of the environment are never used. With a proxy it is the proxy that
    // resolves names, so that `scope` sees URLs and address literals only.
    std::string proxy{};
    // Addresses for names, past DNS, as curl's --resolve: "host:port:address[,address]".
    std::vector<std::string> resolve{};
    // Where connections really go, as curl's --connect-to: "host:port:to-host:to-port", IPv6 in
    // brackets. The certificate is still checked for the URL's host. Not seen by `scope`.
    std::vector<std::string> connect_to{};
    // Bytes that nobody acknowledges for so long, and keep-alives that nobody answers, end the
    // connection (TCP_USER_TIMEOUT): else requests go on being put on an HTTP/2 connection to a
    // machine that is gone. Zero = the system's quarter of an hour.
    base::Duration dead_peer_timeout{0};
    TlsOptions tls{};
    // Must outlive the client. nullptr = everything is allowed (ingest, API server: hosts we
    // configured ourselves).
    const Scope* scope = nullptr;
    std::uint64_t seed = 1;  // for jitter
};

// Gets the next bytes of a body; false ends the request (Failure::Cancelled).
using BodySink = std::function<bool(std::string_view bytes)>;

// What one request may override.
struct RequestOptions {
    std::optional<base::Duration> timeout{};
    bool follow_redirects = true;
    bool retry = true;
    bool decompress = true;
    // For streams: the body of a 2xx answer goes here as it comes, inside poll(), and is not kept;
    // other answers keep their bodies as usual. Then neither size nor rate nor the whole time are
    // limited (unless `timeout` is set), only the times to connect and to the first byte. It must
    // not call the client.
    BodySink on_data{};
    // HTTP/1.1 on a new connection that nobody else uses and that ends with the request. Starts at
    // once: none of the limits on connections and rate holds, so whoever asks bounds their number.
    bool own_connection = false;
};

struct ClientStats {
    std::uint64_t requests = 0;  // sent: each hop and each try counts
    std::uint64_t retries = 0;
    std::uint64_t refused = 0;  // by the scope
    std::uint64_t bytes_in = 0;
    std::array<std::uint64_t, 6> by_status_class{};  // [0] = no answer
};

using RequestId = std::uint64_t;

// Not thread-safe: one owner thread. Destruction cancels what is in flight.
//
// Requests wait per origin, and origins take turns, until a connection and a token are free.
// Redirects are followed here and not by curl: each hop passes the scope, and on another origin
// Authorization, Cookie, Host and every header with a secret-like name (base/redact.h) are dropped
// for the rest of the chain. 303, and 301 or 302 after POST, become GET. Retried are safe methods
// only (RFC 9110 §9.2.1), with full jitter or after Retry-After where that is longer; an answer
// that asks for more than retry_after_max is handed out as it is. A failed answer keeps the status,
// headers and body that came. Content-Length is the client's own; a Host header must itself be in
// scope.
class Client {
public:
    // Invalid: a TLS file that cannot be read, a limit that is not positive. Internal: curl does
    // not start. `clock` must outlive the client and run (limits are measured by it).
    static base::Result<std::unique_ptr<Client>> create(ClientOptions options,
                                                        const base::Clock& clock);
    ~Client();

    // Queues a request; its answer comes out of poll(). Redirects and retries happen inside.
    // What cannot be sent at all (OutOfScope, BadRequest) comes out of the next poll too.
    RequestId submit(Request request, RequestOptions options = {});
    // Forgets the request: no reply comes out for it.
    void cancel(RequestId id);

    struct Reply {
        RequestId id;
        Response response;
    };
    // Drives transfers for at most `wait` and returns what ended; returns early when something did,
    // or when an on_data was called (then perhaps with nothing).
    // An extra fd (e.g. of a SignalWatch) that is readable also ends the wait. Waits too when
    // nothing is in flight.
    std::vector<Reply> poll(base::Duration wait, int extra_fd = -1);

    // submit + poll until the answer; replies to other requests stay for the next poll. Cancelled
    // when `stop` says so (asked about every 50 ms).
    Response fetch(Request request, RequestOptions options = {},
                   const std::function<bool()>& stop = {});

    // For requests that start from now on; connections made under the old ones are not used for
    // them. Invalid as in create(); then nothing changed.
    base::Result<> set_tls(TlsOptions tls);

    const ClientStats& stats() const;

private:
    struct Impl;
    explicit Client(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace net
