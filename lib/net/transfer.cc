#include "net/transfer.h"

#include "base/text.h"
#include "net/curl_failure.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace net {
namespace {

using base::Duration;
using base::Ticks;

// Bytes that curl may have read but not yet counted when it hands on what it decoded (its read
// buffer).
constexpr std::uint64_t kReadBuffer = 16u << 10;
// A few hundred equal bytes compress better than 100 : 1 and hurt nobody.
constexpr std::uint64_t kBombFloor = 64u << 10;

IpAddress address_of(const sockaddr& address) {
    IpAddress ip;
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        std::memcpy(ip.bytes.data(), &v6.sin6_addr, ip.bytes.size());
        return ip;
    }
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ip.bytes[10] = ip.bytes[11] = 0xff;
    std::memcpy(ip.bytes.data() + 12, &v4.sin_addr, 4);
    ip.is_v4 = true;
    return ip;
}

// "HTTP/1.1 200 OK", "HTTP/2 200"; 0 for anything else.
int status_in(std::string_view line) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return 0;
    int status = 0;
    std::from_chars(line.data() + blank + 1, line.data() + line.size(), status);
    return status;
}

// Probes start at a third of the limit, so that three of them fit.
void end_when_dead(int socket, Duration limit) {
    const auto user_timeout = static_cast<unsigned>(limit.count());
    const int seconds = static_cast<int>(std::max<Duration::rep>(limit.count() / 3'000, 1));
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof user_timeout);
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}

template <typename Info>
curl_off_t info(CURL* easy, Info which) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, which, &value);
    return value;
}

}  // namespace

Transfer::Transfer(EasyHandle easy, const Request& request, const Url& url,
                   const Settings& settings)
    : options_(settings.options), clock_(settings.clock), url_(url), easy_(std::move(easy)),
      on_data_(settings.on_data), sockets_(settings.sockets), started_(clock_.ticks()),
      deadline_(started_ + settings.time_left) {
    set_target(request);
    set_method(request);
    set_headers(request);
    set_guards(settings);
    set_connection(settings);
    if (url_.scheme == "https") set_tls();
}

void Transfer::set_target(const Request& request) {
    set(CURLOPT_URL, url_.text().c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    // "" and not unset: unset would mean the environment's.
    set(CURLOPT_PROXY, options_.proxy.c_str());
    set(CURLOPT_NOPROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    // A resolver thread that hangs must not hold up a cancel or a deadline.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_ERRORBUFFER, error_.data());
}

void Transfer::set_method(const Request& request) {
    if (request.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
    const bool may_have_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.body.empty() && !may_have_body) return set(CURLOPT_HTTPGET, 1L);
    // An empty body of these three still says Content-Length: 0 (RFC 9110 §8.6).
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
}

void Transfer::set_headers(const Request& request) {
    const auto append = [this](const std::string& line) {
        header_list_.reset(curl_slist_append(header_list_.release(), line.c_str()));
    };
    for (const auto& [name, value] : request.headers.fields()) {
        if (base::equals_ignoring_case(name, "Content-Length")) continue;
        // "Name:" alone would remove the header.
        append(value.empty() ? name + ";" : name + ": " + value);
    }
    // curl adds both of its own to a body; "Expect: 100-continue" costs a second where servers
    // ignore it.
    if (!request.headers.get("Content-Type")) append("Content-Type:");
    if (!request.headers.get("Expect")) append("Expect:");
    set(CURLOPT_HTTPHEADER, header_list_.get());
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
}

void Transfer::set_guards(const Settings& settings) {
    if (settings.decompress) set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
    // Ours are finer (next_limit); this one ends what they could miss while curl resolves names.
    set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>((options_.connect_timeout + options_.tls_timeout).count()));
    set(CURLOPT_HEADERFUNCTION, &Transfer::header_callback);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::body_callback);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Transfer::progress_callback);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::socket_callback);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_PREREQFUNCTION, &Transfer::ready_callback);
    set(CURLOPT_PREREQDATA, this);
}

void Transfer::set_connection(const Settings& settings) {
    if (settings.resolve != nullptr) set(CURLOPT_RESOLVE, settings.resolve);
    if (settings.connect_to != nullptr) set(CURLOPT_CONNECT_TO, settings.connect_to);
    if (settings.own_pool != nullptr) {
        set(CURLOPT_SHARE, settings.own_pool);
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    } else if (options_.streams_per_connection > 1) {
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        // Without TLS nobody says at once whether HTTP/2 is spoken: a second request would wait for
        // the first one's answer.
        if (url_.scheme == "https") set(CURLOPT_PIPEWAIT, 1L);
    }
}

// Copied by curl: the options may change while the transfer runs.
void Transfer::set_pem(CURLoption option, const std::string& pem) {
    if (pem.empty()) return;
    curl_blob blob{
        .data = const_cast<char*>(pem.data()), .len = pem.size(), .flags = CURL_BLOB_COPY};
    set(option, &blob);
}

void Transfer::set_tls() {
    const auto& tls = options_.tls;
    set(CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
    // Its call says that the TCP connection is there; CURLINFO_CONNECT_TIME_T waits for TLS too in
    // curl 7.88.
    set(CURLOPT_SSL_CTX_FUNCTION, &Transfer::tls_callback);
    set(CURLOPT_SSL_CTX_DATA, this);
    if (!tls.ca_file.empty()) set(CURLOPT_CAINFO, tls.ca_file.c_str());
    if (!tls.client_certificate_file.empty())
        set(CURLOPT_SSLCERT, tls.client_certificate_file.c_str());
    if (!tls.client_key_file.empty()) set(CURLOPT_SSLKEY, tls.client_key_file.c_str());
    set_pem(CURLOPT_CAINFO_BLOB, tls.ca_pem);
    set_pem(CURLOPT_SSLCERT_BLOB, tls.client_certificate_pem);
    set_pem(CURLOPT_SSLKEY_BLOB, tls.client_key_pem);
    // The distribution's folder of authorities would count beside the one that was given.
    if (!tls.ca_file.empty() || !tls.ca_pem.empty()) set(CURLOPT_CAPATH, nullptr);
}

std::size_t Transfer::stop(Failure failure, std::string message) {
    stopped_ = failure;
    stop_message_ = std::move(message);
    return 0;
}

std::size_t Transfer::on_header(std::string_view line) {
    if (phase_ != Phase::Answering) {
        phase_ = Phase::Answering;
        first_byte_ = clock_.ticks();
        window_start_ = {};
    }
    // Interim answers (1xx) and trailers count too: an endless run of them ends here.
    header_bytes_ += line.size();
    header_lines_ += 1;
    if (header_lines_ > options_.header_lines_max) {
        return stop(Failure::BadAnswer, fmt::format("the answer has more than {} header lines",
                                                    options_.header_lines_max));
    }
    if (header_bytes_ > options_.header_bytes_max) {
        return stop(Failure::BadAnswer, fmt::format("the answer has more than {} of headers",
                                                    base::format_bytes(options_.header_bytes_max)));
    }
    if (!body_started_) keep_field(line);
    return line.size();
}

void Transfer::keep_field(std::string_view line) {
    if (line.starts_with("HTTP/")) {
        headers_ = {};
        encoded_ = false;
        status_ = status_in(line);
        return;
    }
    // A folded line (obs-fold) went out of use in 2014: the header keeps its first line.
    if (line.starts_with(' ') || line.starts_with('\t')) return;
    const auto text = base::trim(line);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return;
    std::string name(base::trim(text.substr(0, colon)));
    if (base::equals_ignoring_case(name, "Content-Encoding")) encoded_ = true;
    headers_.add(std::move(name), std::string(base::trim(text.substr(colon + 1))));
}

bool Transfer::is_bomb(std::uint64_t raw) const {
    return encoded_ && decoded_bytes_ > kBombFloor &&
           decoded_bytes_ > raw * static_cast<std::uint64_t>(options_.body_ratio_max);
}

std::size_t Transfer::on_body(std::string_view bytes) {
    body_started_ = true;
    if (is_stream()) {
        if (on_data_(bytes)) return bytes.size();
        return stop(Failure::Cancelled, "whoever reads the stream ended it");
    }
    decoded_bytes_ += bytes.size();
    const auto raw = [this] {
        return static_cast<std::uint64_t>(info(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T));
    };
    if (encoded_ && is_bomb(raw() + kReadBuffer)) return stop(Failure::BodyBomb, {});
    const auto room = options_.body_keep_max - std::min(options_.body_keep_max, body_.size());
    body_.append(bytes.substr(0, room));
    if (bytes.size() > room) body_cut_ = true;
    if (decoded_bytes_ <= options_.body_read_max) return bytes.size();
    cut_at_limit_ = true;
    return 0;
}

int Transfer::on_progress(curl_off_t down, curl_off_t up_total, curl_off_t up) {
    if (up != up_) upload_moved_ = clock_.ticks();
    down_ = down;
    up_ = up;
    up_total_ = up_total;
    if (is_stream() || static_cast<std::uint64_t>(down) <= options_.body_read_max) return 0;
    cut_at_limit_ = true;
    return 1;
}

bool Transfer::may_touch(const IpAddress& address) {
    // Through a proxy the address is the proxy's, which the options name.
    if (options_.scope == nullptr || !options_.proxy.empty()) return true;
    const auto allowed = options_.scope->check_address(url_, address);
    if (!allowed) refusal_ = allowed.error().message();
    return allowed.has_value();
}

// Moves the rate window on.
void Transfer::move_window() {
    const bool moving = options_.rate_min > 0 && !is_stream() &&
                        (phase_ == Phase::Answering || (phase_ == Phase::Sent && up_ < up_total_));
    if (!moving) {
        window_start_ = {};
        return;
    }
    const auto moved = static_cast<std::uint64_t>(down_ + up_) + header_bytes_;
    const auto wanted = options_.rate_min * options_.rate_min_window.count() / 1'000;
    if (window_start_ == Ticks{} ||
        moved - window_bytes_ >= static_cast<std::uint64_t>(std::max<std::int64_t>(wanted, 1))) {
        window_start_ = clock_.ticks();
        window_bytes_ = moved;
    }
}

Transfer::Limit Transfer::next_limit() {
    move_window();
    Limit limit{.when = deadline_, .what = "the whole request took too long"};
    const auto sooner = [&limit](const Limit& other) {
        if (other.when < limit.when) limit = other;
    };
    switch (phase_) {
    case Phase::Connecting:
        if (tcp_done_ == Ticks{}) {
            sooner({.when = started_ + options_.connect_timeout, .what = "no connection in time"});
        } else {
            sooner({.when = tcp_done_ + options_.tls_timeout,
                    .what = "the TLS handshake took too long"});
        }
        break;
    case Phase::Sent:
        sooner({.when = std::max(sent_, upload_moved_) + options_.first_byte_timeout,
                .what = "no answer in time"});
        break;
    case Phase::Answering: break;
    }
    if (window_start_ != Ticks{}) {
        sooner({.when = window_start_ + options_.rate_min_window,
                .failure = Failure::TooSlow,
                .what = "the peer sends or takes less than the minimum rate"});
    }
    return limit;
}

Response Transfer::collect(Failure failure, std::string message) {
    const auto now = clock_.ticks();
    Response response{.headers = std::move(headers_),
                      .body = std::move(body_),
                      .body_cut = body_cut_ || cut_at_limit_};
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    char* peer = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &peer);
    if (peer != nullptr) response.peer_address = peer;
    response.effective_url = url_.text();
    if (connected()) response.elapsed = now - sent_;
    if (phase_ == Phase::Answering) response.first_byte = first_byte_ - sent_;
    response.bytes_read =
        static_cast<std::uint64_t>(info(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T)) + header_bytes_;
    response.failure = failure;
    if (failure != Failure::None)
        response.failure_message = fmt::format("{}: {}", url_.origin(), message);
    return response;
}

Response Transfer::finish(CURLcode code) {
    const auto bomb = [this] {
        return collect(Failure::BodyBomb,
                       fmt::format("the body decompresses beyond {} : 1", options_.body_ratio_max));
    };
    if (stopped_ == Failure::BodyBomb) return bomb();
    if (stopped_ != Failure::None) return collect(stopped_, stop_message_);
    // Exact at the end, when curl has counted all it read.
    if (!is_stream() &&
        is_bomb(static_cast<std::uint64_t>(info(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T))))
        return bomb();
    if (code == CURLE_OK || cut_at_limit_) return collect(Failure::None, {});
    if (!refusal_.empty() && !connected()) return collect(Failure::OutOfScope, refusal_);
    const std::string_view detail = error_.data();
    const auto failure = failure_of(code, detail);
    return collect(failure, std::string(detail.empty() ? curl_easy_strerror(code) : detail));
}

Response Transfer::abort(Failure failure, std::string message) {
    return collect(failure, std::move(message));
}

std::size_t Transfer::header_callback(char* data, std::size_t size, std::size_t count,
                                      void* self) noexcept {
    return static_cast<Transfer*>(self)->on_header({data, size * count});
}

std::size_t Transfer::body_callback(char* data, std::size_t size, std::size_t count,
                                    void* self) noexcept {
    return static_cast<Transfer*>(self)->on_body({data, size * count});
}

int Transfer::progress_callback(void* self, curl_off_t, curl_off_t down, curl_off_t up_total,
                                curl_off_t up) noexcept {
    return static_cast<Transfer*>(self)->on_progress(down, up_total, up);
}

curl_socket_t Transfer::socket_callback(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    const bool inet = address->family == AF_INET || address->family == AF_INET6;
    if (!inet || !static_cast<Transfer*>(self)->may_touch(address_of(address->addr)))
        return CURL_SOCKET_BAD;
    const auto& transfer = *static_cast<Transfer*>(self);
    const int opened =
        ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (opened < 0) return CURL_SOCKET_BAD;
    const auto limit = transfer.options_.dead_peer_timeout;
    if (limit > Duration::zero()) end_when_dead(opened, limit);
    if (transfer.sockets_ != nullptr) transfer.sockets_->insert(opened);
    return opened;
}

CURLcode Transfer::tls_callback(CURL*, void*, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.tcp_done_ = transfer.clock_.ticks();
    return CURLE_OK;
}

// The connection is there, new or from the pool, and nothing has been sent on it: the last moment
// to look at the peer.
int Transfer::ready_callback(void* self, char* peer, char*, int, int local_port) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto address = parse_ip(peer == nullptr ? "" : peer);
    if (!address || !transfer.may_touch(*address)) return CURL_PREREQFUNC_ABORT;
    transfer.phase_ = Phase::Sent;
    transfer.sent_ = transfer.clock_.ticks();
    transfer.local_port_ = local_port;
    return CURL_PREREQFUNC_OK;
}

}  // namespace net
