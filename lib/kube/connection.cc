#include "kube/connection.h"

#include "base/log.h"
#include "kube/credentials.h"
#include "kube/endpoint.h"
#include "kube/line_splitter.h"
#include "net/client.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

namespace kube {
namespace {

using base::Duration;
using base::Result;
using base::Ticks;

// More only where a server refuses HTTP/2: then as many requests at once as there are connections.
constexpr int kConnectionsMax = 8;
// Of the pieces that fetch() waits in.
constexpr Duration kFetchStep{1'000};
// A machine that is gone costs so long, instead of every call's whole time limit.
constexpr Duration kDeadPeerTimeout{20'000};

net::ClientOptions client_options(const ConnectionOptions& options, const Endpoint& endpoint,
                                  const Identity& identity) {
    return {.user_agent = options.user_agent.empty() ? user_agent("scanfleet") : options.user_agent,
            .connections_max = kConnectionsMax,
            .connections_per_host_max = kConnectionsMax,
            .streams_per_connection = options.window.max,
            .connect_timeout = options.connect_timeout,
            .first_byte_timeout = options.first_byte_timeout,
            .rate_min = 0,
            .body_keep_max = options.answer_bytes_max,
            .body_read_max = options.answer_bytes_max,
            .retries_max = 0,
            .proxy = options.cluster.proxy,
            .connect_to = endpoint.connect_to,
            .dead_peer_timeout = kDeadPeerTimeout,
            .tls = identity.tls};
}

ApiError own_error(net::Failure failure, std::string message) {
    return {.message = std::move(message), .failure = failure};
}

}  // namespace

std::string user_agent(std::string_view component) {
    utsname system{};
    const bool known = ::uname(&system) == 0;
    return fmt::format("{}/{} (linux/{})", component, SF_VERSION,
                       known ? system.machine : "unknown");
}

struct Connection::Impl {
    Impl(ConnectionOptions the_options, const base::Clock& the_clock, Credentials the_credentials,
         Endpoint the_endpoint)
        : options(std::move(the_options)), clock(the_clock),
          credentials(std::move(the_credentials)), endpoint(std::move(the_endpoint)),
          window(options.window) {}

    // A call from submit() to its last event.
    struct Live {
        Live(Call the_call, std::size_t line_bytes_max)
            : call(std::move(the_call)), lines(line_bytes_max) {}
        Call call;
        LineSplitter lines;
        std::optional<net::RequestId> request{};  // set: under way
        Ticks submitted{};
        Ticks sent{};
        std::uint64_t generation = 0;  // of the credentials it carries
        bool sent_again = false;
        bool line_too_long = false;
    };

    void submit(Call call);
    void hang_up(CallId id);
    std::vector<CallEvent> poll(Duration wait, int extra_fd);
    static bool in_window(const Live& it) { return !it.call.stream && !it.call.urgent; }

    std::deque<CallId>& queue_of(const Call& call);
    bool refuse_beyond_bounds(const Call& call);
    void send_queue(std::deque<CallId>& queue);
    void send_waiting();
    void send(Live& it);
    void use_identity();
    net::Request request_of(const Call& call) const;
    bool take_bytes(Live& it, std::string_view bytes);
    void on_reply(net::Client::Reply reply);
    bool send_again(Live& it, const net::Response& response);
    void settle(const Live& it, const net::Response& response, const ApiError* error);
    std::optional<ApiError> error_of(const Live& it, const net::Response& response) const;
    void finish(Live& it, net::Response response, std::optional<ApiError> error);

    const ConnectionOptions options;
    const base::Clock& clock;
    Credentials credentials;
    const Endpoint endpoint;
    Window window;
    CallTable table;
    std::uint64_t credential_retries = 0;
    std::size_t streams = 0;

    // What was hung up stays in its queue until its turn comes, and is skipped then.
    std::deque<CallId> urgent, waiting_streams, waiting;
    std::vector<CallEvent> events;
    bool took_bytes = false;  // since the client was polled

    std::unordered_map<CallId, Live> live;
    std::unordered_map<net::RequestId, CallId> by_request;
    // Last: its streams point into `live`.
    std::unique_ptr<net::Client> client;
};

std::deque<CallId>& Connection::Impl::queue_of(const Call& call) {
    if (call.urgent) return urgent;
    return call.stream ? waiting_streams : waiting;
}

// Answers at once what there is no room for.
bool Connection::Impl::refuse_beyond_bounds(const Call& call) {
    if (call.stream && streams >= options.streams_max) {
        events.push_back({call.id, StreamClosed{own_error(
                                       net::Failure::Cancelled,
                                       fmt::format("not sent: {} streams are open already, which "
                                                   "is the limit",
                                                   streams))}});
        return true;
    }
    if (call.stream || call.urgent || live.size() < options.waiting_max) return false;
    events.push_back(
        {call.id,
         Answer{.error = own_error(net::Failure::Cancelled,
                                   fmt::format("not sent: {} calls to the API server wait already",
                                               live.size()))}});
    return true;
}

void Connection::Impl::submit(Call call) {
    if (refuse_beyond_bounds(call)) return;
    streams += call.stream ? 1 : 0;
    queue_of(call).push_back(call.id);
    const auto id = call.id;
    const auto [it, is_new] = live.try_emplace(id, std::move(call), options.line_bytes_max);
    it->second.submitted = clock.ticks();
}

void Connection::Impl::hang_up(CallId id) {
    std::erase_if(events, [id](const CallEvent& event) { return event.id == id; });
    const auto found = live.find(id);
    if (found == live.end()) return;
    const auto& it = found->second;
    if (it.request) {
        client->cancel(*it.request);
        by_request.erase(*it.request);
        if (in_window(it)) window.on_forgotten();
    }
    streams -= it.call.stream ? 1 : 0;
    live.erase(found);
}

void Connection::Impl::use_identity() {
    // It has texts and no files, and only files can be refused.
    const auto taken = client->set_tls(credentials.identity().tls);
    if (!taken)
        base::log::error("new credentials were refused", {{"error", taken.error().message()}});
}

net::Request Connection::Impl::request_of(const Call& call) const {
    net::Request out{.method = call.request.method,
                     .url = endpoint.base + call.request.path,
                     .headers = endpoint.headers,
                     .body = call.request.body};
    // The key set is application/jwk-set+json: asked for JSON alone, the server says 406.
    out.headers.add("Accept", "application/json, */*");
    if (!call.request.content_type.empty())
        out.headers.add("Content-Type", call.request.content_type);
    for (const auto& [name, value] : call.request.headers) out.headers.add(name, value);
    const auto& token = credentials.identity().token;
    if (!token.empty()) out.headers.add("Authorization", "Bearer " + token);
    return out;
}

void Connection::Impl::send(Live& it) {
    const auto before = credentials.identity().generation;
    credentials.keep_fresh();
    const auto& identity = credentials.identity();
    if (identity.generation != before) use_identity();
    it.generation = identity.generation;
    it.sent = clock.ticks();
    it.lines = LineSplitter(options.line_bytes_max);
    net::RequestOptions how{.follow_redirects = false, .retry = false, .decompress = false};
    // Of urgent ones too: a connection to a machine that is gone must not cost a leader its Lease.
    how.own_connection = it.call.stream || it.call.urgent;
    if (it.call.stream) {
        how.on_data = [this, &it](std::string_view bytes) { return take_bytes(it, bytes); };
    } else {
        how.timeout = it.call.timeout;
    }
    it.request = client->submit(request_of(it.call), std::move(how));
    by_request.emplace(*it.request, it.call.id);
    if (in_window(it)) window.on_sent();
}

void Connection::Impl::send_queue(std::deque<CallId>& queue) {
    while (!queue.empty()) {
        const auto found = live.find(queue.front());
        const bool due = found != live.end() && !found->second.request;
        if (due && in_window(found->second) && !window.may_send(clock.ticks())) return;
        queue.pop_front();
        if (due) send(found->second);
    }
}

void Connection::Impl::send_waiting() {
    send_queue(urgent);
    if (window.held_until(clock.ticks())) return;
    send_queue(waiting_streams);
    send_queue(waiting);
}

// Called inside client->poll().
bool Connection::Impl::take_bytes(Live& it, std::string_view bytes) {
    took_bytes = true;
    const bool goes_on = !events.empty() && events.back().id == it.call.id &&
                         std::holds_alternative<StreamLines>(events.back().what);
    std::string lines;
    const bool fits =
        it.lines.add(bytes, goes_on ? std::get<StreamLines>(events.back().what).lines : lines);
    if (!lines.empty()) events.push_back({it.call.id, StreamLines{std::move(lines)}});
    it.line_too_long = !fits;
    return fits;
}

// True: the call is on its way again, with other credentials.
bool Connection::Impl::send_again(Live& it, const net::Response& response) {
    // Perhaps broken off: a server that does not know the token leaves the request's body unread.
    const bool refused = response.status == 401;
    // The server may show a certificate of a new authority that lies in our file already.
    const bool untrusted = response.failure == net::Failure::Tls;
    if ((!refused && !untrusted) || it.sent_again) return false;
    if (!credentials.renew(it.generation)) return false;
    use_identity();
    it.sent_again = true;
    credential_retries += 1;
    send(it);
    return true;
}

std::optional<ApiError> Connection::Impl::error_of(const Live& it,
                                                   const net::Response& response) const {
    if (it.line_too_long) {
        return own_error(net::Failure::BadAnswer,
                         fmt::format("a line of the watch is longer than {} bytes, which no object "
                                     "is: is {} an API server?",
                                     options.line_bytes_max, endpoint.base));
    }
    if (!response.is_2xx()) return api_error_of(response, clock.wall());
    if (response.body_cut) {
        return own_error(net::Failure::BadAnswer,
                         fmt::format("the answer is longer than {} bytes: ask for smaller pages",
                                     options.answer_bytes_max));
    }
    if (it.call.stream && it.lines.has_rest())
        return own_error(net::Failure::Reset, "the watch ended in the middle of a line");
    return std::nullopt;
}

// What the window and the figures make of an answer.
void Connection::Impl::settle(const Live& it, const net::Response& response,
                              const ApiError* error) {
    const auto now = clock.ticks();
    const bool trouble = is_trouble(response.status, response.failure);
    if (in_window(it)) window.on_answer({.trouble = trouble, .sent = it.sent}, now);
    if (trouble && error != nullptr && error->retry_after) window.hold(*error->retry_after, now);
    const CallKey key{.verb = it.call.request.verb,
                      .method = it.call.request.method,
                      .code = response.ok() ? response.status : 0};
    const CallSample sample{.duration = it.call.stream ? response.first_byte : now - it.sent,
                            .request_bytes = it.call.request.body.size(),
                            .response_bytes = response.bytes_read,
                            .waited = it.sent_again ? Duration::zero() : it.sent - it.submitted,
                            .sent_again = it.sent_again};
    add_call(table, key, sample);
    if (options.on_call) options.on_call(key, sample);
}

void Connection::Impl::finish(Live& it, net::Response response, std::optional<ApiError> error) {
    const auto id = it.call.id;
    if (it.call.stream) {
        streams -= 1;
        events.push_back({id, StreamClosed{std::move(error)}});
    } else {
        events.push_back({id, Answer{.status = response.ok() ? response.status : 0,
                                     .body = std::move(response.body),
                                     .error = std::move(error)}});
    }
    live.erase(id);
}

void Connection::Impl::on_reply(net::Client::Reply reply) {
    const auto request = by_request.find(reply.id);
    if (request == by_request.end()) return;
    auto& it = live.at(request->second);
    by_request.erase(request);
    it.request.reset();
    auto error = error_of(it, reply.response);
    settle(it, reply.response, error ? &*error : nullptr);
    if (!send_again(it, reply.response)) finish(it, std::move(reply.response), std::move(error));
}

std::vector<CallEvent> Connection::Impl::poll(Duration wait, int extra_fd) {
    const auto until = clock.ticks() + wait;
    for (;;) {
        send_waiting();
        const auto now = clock.ticks();
        auto wake = events.empty() ? until : now;
        if (const auto held = window.held_until(now)) wake = std::min(wake, *held);
        took_bytes = false;
        auto replies = client->poll(std::max(Duration::zero(), wake - now), extra_fd);
        for (auto& reply : replies) on_reply(std::move(reply));
        const bool goes_on = !replies.empty() || took_bytes || clock.ticks() >= wake;
        if (!events.empty() || clock.ticks() >= until || !goes_on) break;
    }
    return std::exchange(events, {});
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::create(ConnectionOptions options,
                                                       const base::Clock& clock) {
    auto endpoint = TRY(endpoint_of(options.cluster));
    auto credentials = TRY(Credentials::create(options.cluster, options.environment, clock));
    auto client =
        TRY(net::Client::create(client_options(options, endpoint, credentials.identity()), clock));
    auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(credentials),
                                       std::move(endpoint));
    impl->client = std::move(client);
    return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

void Connection::submit(Call call) { impl_->submit(std::move(call)); }
void Connection::hang_up(CallId id) { impl_->hang_up(id); }

std::vector<CallEvent> Connection::poll(Duration wait, int extra_fd) {
    return impl_->poll(wait, extra_fd);
}

Answer Connection::fetch(Call call) {
    const auto id = call.id;
    call.stream = false;
    submit(std::move(call));
    std::vector<CallEvent> others;
    for (;;) {
        auto events = poll(kFetchStep);
        std::optional<Answer> answer;
        for (auto& event : events) {
            auto* found = event.id == id ? std::get_if<Answer>(&event.what) : nullptr;
            if (found == nullptr) {
                others.push_back(std::move(event));
            } else {
                answer = std::move(*found);
            }
        }
        if (!answer) continue;
        impl_->events = std::move(others);
        return std::move(*answer);
    }
}

ConnectionStats Connection::stats() const {
    return {.calls = impl_->table,
            .credential_retries = impl_->credential_retries,
            .window = impl_->window.size(),
            .in_flight = impl_->window.in_flight(),
            .waiting = impl_->waiting.size(),
            .streams = impl_->streams};
}

std::string Connection::token() const { return impl_->credentials.identity().token; }

std::string Connection::credential_trouble() const {
    const auto& trouble = impl_->credentials.trouble();
    return trouble ? trouble->message() : std::string();
}

}  // namespace kube
