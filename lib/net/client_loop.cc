#include "net/client_loop.h"

#include "net/request_check.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>

namespace net {
namespace {

using base::Duration;
using base::ErrorKind;
using base::Result;
using base::Ticks;

Slist slist_of(const std::vector<std::string>& lines) {
    Slist list;
    for (const auto& line : lines) list.reset(curl_slist_append(list.release(), line.c_str()));
    return list;
}

RequestId id_of(CURL* easy) {
    char* value = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
    return reinterpret_cast<std::uintptr_t>(value);
}

Response unsent(Failure failure, std::string message) {
    Response response;
    response.failure = failure;
    response.failure_message = std::move(message);
    return response;
}

// 0 for what is no TCP socket.
int local_port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

// Longer than any process lives, and far from overflow when added to a time.
constexpr Duration kForever = std::chrono::hours(24 * 365 * 10);

Duration time_for(const RequestOptions& request, const ClientOptions& client) {
    return request.timeout.value_or(request.on_data ? kForever : client.request_timeout);
}

ShareHandle connection_pool() {
    ShareHandle share(curl_share_init());
    curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    return share;
}

}  // namespace

ClientLoop::ClientLoop(ClientOptions options, const base::Clock& clock, MultiHandle multi)
    : options_(std::move(options)), clock_(clock), resolve_(slist_of(options_.resolve)),
      connect_to_(slist_of(options_.connect_to)),
      rate_({.requests = options_.rps, .period = options_.rps_period}, clock.ticks()),
      random_(options_.seed), own_pool_(connection_pool()), multi_(std::move(multi)) {
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                      static_cast<long>(options_.connections_max));
    if (options_.streams_per_connection > 1) {
        curl_multi_setopt(multi_.get(), CURLMOPT_MAX_CONCURRENT_STREAMS,
                          static_cast<long>(options_.streams_per_connection));
    }
}

ClientLoop::~ClientLoop() {
    for (auto& [id, job] : jobs_) detach(job);
}

Result<Url> ClientLoop::check(const Request& request) const {
    auto url = TRY(parse_url(request.url));
    // Sent on it would be a credential that nobody sees; Authorization says the same openly.
    url.userinfo.clear();
    TRY(check_request(request));
    if (options_.scope != nullptr) TRY(options_.scope->check_url(url));
    TRY(check_host_header(request, url, options_.scope));
    return url;
}

RequestId ClientLoop::submit(Request request, const RequestOptions& options) {
    const auto id = ++last_id_;
    auto url = check(request);
    if (!url) {
        // With a scope a URL of another scheme is out of it; without one it is only wrong.
        const bool refused = url.error().kind() == ErrorKind::Forbidden ||
                             (options_.scope != nullptr && !parse_url(request.url));
        if (refused) stats_.refused += 1;
        stats_.by_status_class[0] += 1;
        answered_.emplace_back(id, unsent(refused ? Failure::OutOfScope : Failure::BadRequest,
                                          "not sent: " + url.error().message()));
        return id;
    }
    Job& job = jobs_[id];
    job.id = id;
    job.request = std::move(request);
    job.options = options;
    job.url = std::move(*url);
    job.time_left = time_for(options, options_);
    job.visited.insert(visit_key(job.request.method, job.url));
    enqueue(job);
    return id;
}

void ClientLoop::enqueue(Job& job) {
    if (job.options.own_connection) return start(job);
    origins_[job.url.origin()].waiting.push_back(job.id);
}

bool ClientLoop::has_room(const std::string& name, const Origin& origin) const {
    const int share = multiplexed_.contains(name) ? options_.streams_per_connection : 1;
    return !origin.waiting.empty() && origin.active < options_.connections_per_host_max * share;
}

bool ClientLoop::is_full() const {
    const int share = multiplexed_.empty() ? 1 : options_.streams_per_connection;
    return active_count_ >= options_.connections_max * share;
}

void ClientLoop::leave_origin(const std::string& origin) {
    const auto found = origins_.find(origin);
    if (found != origins_.end() && found->second.active == 0 && found->second.waiting.empty())
        origins_.erase(found);
}

void ClientLoop::detach(Job& job) {
    if (!job.transfer) return;
    curl_multi_remove_handle(multi_.get(), job.transfer->easy());
    // A reset keeps the pool, and a pool does not go while handles point to it.
    curl_easy_setopt(job.transfer->easy(), CURLOPT_SHARE, nullptr);
    idle_handles_.push_back(job.transfer->take_handle());
    job.transfer.reset();
    active_.erase(job.id);
    if (job.options.own_connection) return;
    active_count_ -= 1;
    origins_[job.url.origin()].active -= 1;
}

void ClientLoop::cancel(RequestId id) {
    std::erase_if(answered_, [id](const auto& reply) { return reply.first == id; });
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    detach(found->second);
    const auto origin = found->second.url.origin();
    if (const auto at = origins_.find(origin); at != origins_.end())
        std::erase(at->second.waiting, id);
    std::erase_if(delayed_, [id](const auto& entry) { return entry.second == id; });
    jobs_.erase(found);
    leave_origin(origin);
}

EasyHandle ClientLoop::fresh_handle() {
    if (idle_handles_.empty()) return EasyHandle(curl_easy_init());
    auto handle = std::move(idle_handles_.back());
    idle_handles_.pop_back();
    curl_easy_reset(handle.get());
    return handle;
}

void ClientLoop::wake_delayed(Ticks now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        const auto id = delayed_.begin()->second;
        delayed_.erase(delayed_.begin());
        enqueue(jobs_.at(id));
    }
}

bool ClientLoop::start_one(std::map<std::string, Origin>::iterator origin, Ticks now) {
    auto& [name, queue] = *origin;
    if (!has_room(name, queue) || !rate_.take(now)) return false;
    const auto id = queue.waiting.front();
    queue.waiting.pop_front();
    last_started_ = name;
    start(jobs_.at(id));
    return true;
}

void ClientLoop::start_ready(Ticks now) {
    // One round over the origins starts at most one request each; rounds go on while anything
    // starts.
    for (bool started = true; started;) {
        started = false;
        auto at = origins_.upper_bound(last_started_);
        for (std::size_t i = origins_.size(); i > 0; --i, ++at) {
            if (is_full()) return;
            if (at == origins_.end()) at = origins_.begin();
            started |= start_one(at, now);
        }
    }
}

void ClientLoop::start(Job& job) {
    Transfer::Settings settings{.options = options_,
                                .clock = clock_,
                                .resolve = resolve_.get(),
                                .connect_to = connect_to_.get(),
                                .own_pool = job.options.own_connection ? own_pool_.get() : nullptr,
                                .decompress = job.options.decompress,
                                .time_left = job.time_left};
    if (options_.streams_per_connection > 1 && !job.options.own_connection)
        settings.sockets = &sockets_;
    if (job.options.on_data) {
        settings.on_data = [this, &job](std::string_view bytes) {
            streamed_ = true;
            return job.options.on_data(bytes);
        };
    }
    job.transfer = std::make_unique<Transfer>(fresh_handle(), job.request, job.url, settings);
    CURL* easy = job.transfer->easy();
    curl_easy_setopt(easy, CURLOPT_PRIVATE,
                     reinterpret_cast<void*>(static_cast<std::uintptr_t>(job.id)));
    job.answers_before = answers_;
    active_.insert(job.id);
    stats_.requests += 1;
    curl_multi_add_handle(multi_.get(), easy);
    if (job.options.own_connection) return;
    active_count_ += 1;
    origins_[job.url.origin()].active += 1;
}

void ClientLoop::note_http_version(const Job& job) {
    long version = CURL_HTTP_VERSION_NONE;
    curl_easy_getinfo(job.transfer->easy(), CURLINFO_HTTP_VERSION, &version);
    if (options_.streams_per_connection == 1 || job.options.own_connection) return;
    if (version == CURL_HTTP_VERSION_2_0) multiplexed_.insert(job.url.origin());
    if (version == CURL_HTTP_VERSION_1_1) multiplexed_.erase(job.url.origin());
}

// A request that is given up leaves its HTTP/2 connection to the others. One on which nobody was
// answered all that time is ended instead, or every request to come would be put on it.
void ClientLoop::mind_silence(const Job& job, const Response& response) {
    const int port = job.transfer->local_port();
    if (options_.streams_per_connection == 1 || job.options.own_connection || port == 0) return;
    if (response.failure != Failure::TimedOut) {
        heard_[port] = ++answers_;
        return;
    }
    const auto heard = heard_.find(port);
    if (heard != heard_.end() && heard->second > job.answers_before) return;
    heard_.erase(port);
    const auto socket = std::find_if(sockets_.begin(), sockets_.end(),
                                     [port](int fd) { return local_port_of(fd) == port; });
    if (socket == sockets_.end()) return;
    // Closing is curl's part, once it sees the end.
    ::shutdown(*socket, SHUT_RDWR);
    sockets_.erase(socket);
}

void ClientLoop::end_transfer(Job& job, Response response) {
    const bool connected = job.transfer->connected();
    const auto started = job.transfer->started();
    const auto now = clock_.ticks();
    job.time_left = std::max(Duration::zero(), job.time_left - (now - started));
    note_http_version(job);
    mind_silence(job, response);
    detach(job);
    leave_origin(job.url.origin());
    stats_.bytes_in += response.bytes_read;
    const auto status_class = static_cast<std::size_t>(response.status / 100);
    stats_.by_status_class[status_class < stats_.by_status_class.size() ? status_class : 0] += 1;
    if (!job.options.own_connection) {
        rate_.on_answer(
            {.status = response.status, .latency = response.first_byte, .sent = started}, now);
    }
    decide(job, std::move(response), connected);
}

void ClientLoop::decide(Job& job, Response response, bool connected) {
    const Attempt attempt{.request = job.request,
                          .url = job.url,
                          .response = response,
                          .connected = connected,
                          .redirects = job.redirects,
                          .retries = job.retries,
                          .visited = job.visited};
    auto next = decide_follow_up(attempt, options_, job.options, clock_.wall(), random_());
    if (auto* again = std::get_if<TryAgain>(&next)) {
        job.retries += 1;
        stats_.retries += 1;
        job.time_left = time_for(job.options, options_);
        delayed_.emplace(clock_.ticks() + again->delay, job.id);
    } else if (auto* redirect = std::get_if<RedirectTo>(&next)) {
        job.request = std::move(redirect->request);
        job.url = std::move(redirect->url);
        job.redirects += 1;
        job.retries = 0;
        job.visited.insert(visit_key(job.request.method, job.url));
        enqueue(job);
    } else if (auto* end = std::get_if<HandOut>(&next)) {
        if (end->failure != Failure::None) {
            response.failure = end->failure;
            response.failure_message = std::move(end->message);
        }
        answer(job.id, std::move(response));
    }
}

void ClientLoop::answer(RequestId id, Response response) {
    if (response.failure == Failure::OutOfScope) stats_.refused += 1;
    jobs_.erase(id);
    answered_.emplace_back(id, std::move(response));
}

void ClientLoop::collect_finished() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto code = message->data.result;
        Job& job = jobs_.at(id_of(message->easy_handle));
        end_transfer(job, job.transfer->finish(code));
    }
}

void ClientLoop::enforce_limits() {
    const auto now = clock_.ticks();
    const std::vector<RequestId> ids(active_.begin(), active_.end());
    for (const auto id : ids) {
        Job& job = jobs_.at(id);
        const auto limit = job.transfer->next_limit();
        if (limit.when > now) continue;
        end_transfer(job, job.transfer->abort(limit.failure, std::string(limit.what)));
    }
}

void ClientLoop::step() {
    const auto now = clock_.ticks();
    wake_delayed(now);
    start_ready(now);
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    collect_finished();
    enforce_limits();
}

Duration ClientLoop::wait_time(Ticks until) {
    const auto now = clock_.ticks();
    auto wake = until;
    if (!delayed_.empty()) wake = std::min(wake, delayed_.begin()->first);
    bool can_start = false;
    for (const auto& [name, origin] : origins_) {
        can_start |= has_room(name, origin);
    }
    if (can_start && !is_full()) wake = std::min(wake, now + rate_.wait(now));
    for (const auto id : active_) wake = std::min(wake, jobs_.at(id).transfer->next_limit().when);
    return std::max(Duration::zero(), std::chrono::duration_cast<Duration>(wake - now));
}

void ClientLoop::run(Ticks until, int extra_fd) {
    curl_waitfd extra{.fd = extra_fd, .events = CURL_WAIT_POLLIN, .revents = 0};
    const unsigned extras = extra_fd >= 0 ? 1 : 0;
    streamed_ = false;
    for (;;) {
        step();
        if (!answered_.empty() || streamed_ || clock_.ticks() >= until) return;
        curl_multi_poll(multi_.get(), &extra, extras, static_cast<int>(wait_time(until).count()),
                        nullptr);
        if (extra.revents != 0) until = clock_.ticks();
    }
}

void ClientLoop::run_for(RequestId id, Ticks until) {
    const auto is_answer = [id](const auto& reply) { return reply.first == id; };
    for (;;) {
        step();
        const bool there = std::any_of(answered_.begin(), answered_.end(), is_answer);
        if (there || clock_.ticks() >= until) return;
        curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait_time(until).count()),
                        nullptr);
    }
}

std::optional<Response> ClientLoop::take(RequestId id) {
    for (auto reply = answered_.begin(); reply != answered_.end(); ++reply) {
        if (reply->first != id) continue;
        auto response = std::move(reply->second);
        answered_.erase(reply);
        return response;
    }
    return std::nullopt;
}

std::vector<std::pair<RequestId, Response>> ClientLoop::take_all() {
    return std::exchange(answered_, {});
}

}  // namespace net
