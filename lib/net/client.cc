#include "net/client.h"

#include "base/redact.h"
#include "net/client_loop.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace net {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// How often fetch() asks whether it should stop.
constexpr base::Duration kStopCheck{50};

Result<> check_readable(const std::string& path, std::string_view what) {
    if (path.empty() || ::access(path.c_str(), R_OK) == 0) return {};
    return fail(ErrorKind::Invalid, fmt::format("the {} {} cannot be read", what, path));
}

Result<> check_tls(const TlsOptions& tls) {
    TRY(check_readable(tls.ca_file, "CA file"));
    TRY(check_readable(tls.client_certificate_file, "client certificate"));
    TRY(check_readable(tls.client_key_file, "client key"));
    return {};
}

Result<> check_options(const ClientOptions& options) {
    const std::pair<std::int64_t, std::string_view> limits[] = {
        {options.connections_max, "connections_max"},
        {options.connections_per_host_max, "connections_per_host_max"},
        {options.streams_per_connection, "streams_per_connection"},
        {options.connect_timeout.count(), "connect_timeout"},
        {options.tls_timeout.count(), "tls_timeout"},
        {options.first_byte_timeout.count(), "first_byte_timeout"},
        {options.request_timeout.count(), "request_timeout"},
        {options.rate_min_window.count(), "rate_min_window"},
        {options.body_ratio_max, "body_ratio_max"},
        {options.rps_period.count(), "rps_period"},
    };
    for (const auto& [value, name] : limits) {
        if (value <= 0)
            return fail(ErrorKind::Invalid, fmt::format("HTTP client: {} must be above 0", name));
    }
    return check_tls(options.tls);
}

}  // namespace

struct Client::Impl {
    Impl(ClientOptions options, const base::Clock& the_clock, MultiHandle multi)
        : clock(the_clock), loop(std::move(options), the_clock, std::move(multi)) {}

    const base::Clock& clock;
    ClientLoop loop;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::create(ClientOptions options, const base::Clock& clock) {
    TRY(check_options(options));
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    MultiHandle multi(started == CURLE_OK ? curl_multi_init() : nullptr);
    if (!multi) return fail(ErrorKind::Internal, "the HTTP client cannot start: libcurl refused");
    auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(multi));
    return std::unique_ptr<Client>(new Client(std::move(impl)));
}

RequestId Client::submit(Request request, RequestOptions options) {
    return impl_->loop.submit(std::move(request), options);
}

void Client::cancel(RequestId id) { impl_->loop.cancel(id); }

std::vector<Client::Reply> Client::poll(base::Duration wait, int extra_fd) {
    impl_->loop.run(impl_->clock.ticks() + wait, extra_fd);
    std::vector<Reply> replies;
    for (auto& [id, response] : impl_->loop.take_all())
        replies.push_back({id, std::move(response)});
    return replies;
}

Response Client::fetch(Request request, RequestOptions options, const std::function<bool()>& stop) {
    const auto url = request.url;
    const auto id = submit(std::move(request), options);
    for (;;) {
        if (stop && stop()) break;
        impl_->loop.run_for(id, impl_->clock.ticks() + kStopCheck);
        if (auto response = impl_->loop.take(id)) return std::move(*response);
    }
    cancel(id);
    Response cancelled;
    cancelled.failure = Failure::Cancelled;
    cancelled.effective_url = base::scrub(url);
    cancelled.failure_message = "asked to stop before the answer was there";
    return cancelled;
}

Result<> Client::set_tls(TlsOptions tls) {
    TRY(check_tls(tls));
    impl_->loop.set_tls(std::move(tls));
    return {};
}

const ClientStats& Client::stats() const { return impl_->loop.stats(); }

}  // namespace net
