// One request on the wire: a curl easy handle with its callbacks, bounds and time limits. Knows
// nothing of redirects, retries or rates (net/follow_up.h, net/rate.h).
#pragma once

#include "net/client.h"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace net {

struct EasyCleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyCleanup>;

struct SlistCleanup {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistCleanup>;

// curl holds pointers into the object: it stays where it is until finish() or abort(), with the
// handle out of the multi. `options`, `clock` and the request's body must outlive it.
class Transfer {
public:
    struct Settings {
        const ClientOptions& options;
        const base::Clock& clock;
        curl_slist* resolve = nullptr;
        curl_slist* connect_to = nullptr;
        CURLSH* own_pool = nullptr;  // set: a new connection from there, for this transfer alone
        bool decompress = true;
        base::Duration time_left{};        // for this hop
        BodySink on_data{};                // see RequestOptions
        std::set<int>* sockets = nullptr;  // where those it opens are noted
    };
    // `easy` is a fresh or reset handle. The request passed check_request (net/request_check.h).
    Transfer(EasyHandle easy, const Request& request, const Url& url, const Settings& settings);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* easy() const { return easy_.get(); }
    // True once a connection was there and the request began to go out.
    bool connected() const { return phase_ == Phase::Sent || phase_ == Phase::Answering; }
    base::Ticks started() const { return started_; }
    // The port at our end: which connection it is on. 0 before there is one.
    int local_port() const { return local_port_; }

    struct Limit {
        base::Ticks when;
        Failure failure = Failure::TimedOut;
        std::string_view what{};
    };
    // The time limit that is reached first as things stand. Ask again after each round of curl:
    // progress moves it.
    Limit next_limit();

    // The answer of a transfer that curl ended, or that we end here. Call once.
    Response finish(CURLcode code);
    Response abort(Failure failure, std::string message);
    EasyHandle take_handle() { return std::move(easy_); }

private:
    enum class Phase { Connecting, Sent, Answering };

    void set_target(const Request& request);
    void set_method(const Request& request);
    void set_headers(const Request& request);
    void set_guards(const Settings& settings);
    void set_connection(const Settings& settings);
    void set_tls();
    void set_pem(CURLoption option, const std::string& pem);
    template <typename Value>
    void set(CURLoption option, Value value) {
        curl_easy_setopt(easy_.get(), option, value);
    }

    // A body that is handed on and not kept.
    bool is_stream() const { return on_data_ && status_ >= 200 && status_ < 300; }
    std::size_t on_header(std::string_view line);
    std::size_t on_body(std::string_view bytes);
    int on_progress(curl_off_t down, curl_off_t up_total, curl_off_t up);
    bool is_bomb(std::uint64_t raw) const;
    std::size_t stop(Failure failure, std::string message);
    bool may_touch(const IpAddress& address);
    void keep_field(std::string_view line);
    void move_window();
    Response collect(Failure failure, std::string message);

    static std::size_t header_callback(char* data, std::size_t size, std::size_t count,
                                       void* self) noexcept;
    static std::size_t body_callback(char* data, std::size_t size, std::size_t count,
                                     void* self) noexcept;
    static int progress_callback(void* self, curl_off_t down_total, curl_off_t down,
                                 curl_off_t up_total, curl_off_t up) noexcept;
    static curl_socket_t socket_callback(void* self, curlsocktype purpose,
                                         curl_sockaddr* address) noexcept;
    static CURLcode tls_callback(CURL* easy, void* context, void* self) noexcept;
    static int ready_callback(void* self, char* peer, char* local, int peer_port,
                              int local_port) noexcept;

    const ClientOptions& options_;
    const base::Clock& clock_;
    const Url url_;
    EasyHandle easy_;
    const BodySink on_data_;
    std::set<int>* const sockets_;
    Slist header_list_;
    std::array<char, CURL_ERROR_SIZE> error_{};

    Phase phase_ = Phase::Connecting;
    base::Ticks started_;
    base::Ticks tcp_done_{};  // TLS only; zero = not yet
    base::Ticks sent_{};
    int local_port_ = 0;
    base::Ticks first_byte_{};
    base::Ticks upload_moved_{};
    base::Ticks deadline_;
    // Rate window: what had moved when it began.
    base::Ticks window_start_{};
    std::uint64_t window_bytes_ = 0;

    Headers headers_;
    int status_ = 0;  // of the last status line
    std::string body_;
    std::size_t header_bytes_ = 0, header_lines_ = 0;
    std::uint64_t decoded_bytes_ = 0;
    curl_off_t down_ = 0, up_ = 0, up_total_ = 0;
    bool body_started_ = false, body_cut_ = false, encoded_ = false;
    bool cut_at_limit_ = false;  // we stopped reading; what is there is the answer
    // Why a callback stopped curl; None = curl's own reasons.
    Failure stopped_ = Failure::None;
    std::string stop_message_;
    std::string refusal_;  // what the scope said of an address
};

}  // namespace net
