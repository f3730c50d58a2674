#include "net/gate/session.h"

#include "base/log.h"
#include "base/os/clock.h"
#include "net/gate/worker.h"

#include <exception>

namespace net::gate {
namespace {

// A head and so much of a body go out as one piece (one TLS record, one system call).
constexpr std::size_t kJoinedBytesMax = 8u << 10;
// Bodies that fill the budget are gone after the store has them: milliseconds.
constexpr base::Duration kBudgetRetryAfter{1'000};

// Known to its worker for as long as it runs.
class Presence {
public:
    Presence(Worker& worker, Session& session) : worker_(worker), session_(session) {
        worker_.enter(session_);
    }
    ~Presence() { worker_.leave(session_); }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

private:
    Worker& worker_;
    Session& session_;
};

}  // namespace

// One byte more than a head may have: then the scanner can tell that it is too long.
Session::Session(Worker& worker, Tcp::socket socket, std::string peer)
    : worker_(worker), shared_(worker.shared()), peer_(std::move(peer)),
      wire_(std::make_shared<Wire>(std::move(socket))), input_(options().header_bytes_max + 1) {}

Session::~Session() {
    if (seat_) shared_.seats.leave(*seat_);
}

bool Session::sit_down(const std::string& address) {
    seat_ = shared_.seats.take(address, [weak = weak_from_this(), mailbox = worker_.mailbox()] {
        mailbox->post([weak] {
            if (const auto self = weak.lock()) self->evict();
        });
    });
    return seat_.has_value();
}

Task<> Session::run(std::shared_ptr<Session> self) {
    const Presence presence(self->worker_, *self);
    bool more = co_await self->open();
    while (more) more = co_await self->serve();
    self->wire_->close();
}

void Session::stop() {
    stopping_ = true;
    if (waiting_) wire_->close();
    if (relay_ != nullptr) relay_->stop();
}

void Session::kill() {
    stopping_ = true;
    wire_->close();
    if (answer_ != nullptr) answer_->give_up();
    if (relay_ != nullptr) relay_->abort();
}

void Session::evict() {
    if (waiting_) wire_->close();
}

Task<bool> Session::open() {
    wire_->limit_for(options().first_byte_timeout);
    const bool ready = co_await wire_->readable();
    if (!ready) co_return false;
    if (!shared_.tls.is_used()) co_return true;
    wire_->limit_for(options().header_timeout);
    const auto tls = shared_.tls.current();
    co_return co_await wire_->handshake(*tls);
}

Task<bool> Session::serve() {
    std::optional<ScannedHead> head = co_await read_head();
    fresh_ = false;
    if (!head) co_return false;
    waiting_ = false;
    if (!shared_.seats.work(*seat_)) co_return false;
    ++shared_.counters.requests;
    Admission admission = decide(head->head);
    const bool more = co_await serve_admitted(*head, admission);
    waiting_ = true;
    shared_.seats.wait(*seat_);
    co_return more && !stopping_;
}

Task<bool> Session::await_request() {
    if (!input_.empty() || fresh_) co_return true;
    wire_->limit_for(options().idle_timeout);
    // TLS may hold decrypted bytes that the socket knows nothing of.
    if (shared_.tls.is_used()) co_return co_await input_.fill(*wire_);
    input_.release();
    co_return co_await wire_->readable();
}

Task<std::optional<ScannedHead>> Session::read_head() {
    const bool ready = co_await await_request();
    if (!ready) co_return std::nullopt;
    HeadScanner scanner(options().header_bytes_max);
    wire_->limit_for(options().header_timeout);
    for (;;) {
        Scan scan = scanner.scan(input_.view());
        if (auto* head = std::get_if<ScannedHead>(&scan)) {
            wire_->unlimit();
            input_.consume(head->bytes);
            head->head.peer_address = peer_;
            co_return std::move(*head);
        }
        if (const auto* bad = std::get_if<BadHead>(&scan)) {
            ++shared_.counters.bad_requests;
            const Reply reply = error_reply(bad->status, bad->sentence);
            co_await refuse(reply);
            co_return std::nullopt;
        }
        const bool more_came = co_await input_.fill(*wire_);
        if (more_came) continue;
        if (wire_->expired() && !input_.empty()) {
            const Reply reply = error_reply(408, "the request's head took too long");
            co_await refuse(reply);
        }
        co_return std::nullopt;
    }
}

Admission Session::decide(const RequestHead& head) {
    try {
        return shared_.admit(head);
    } catch (const std::exception& error) {
        base::log::error("admission failed", {{"target", head.target}, {"cause", error.what()}});
        return Refuse{error_reply(500, "the server made a mistake; its log tells more")};
    }
}

Task<bool> Session::serve_admitted(ScannedHead& head, Admission& admission) {
    if (auto* refusal = std::get_if<Refuse>(&admission)) {
        // Nothing follows that would have to be skipped: the connection may live on.
        if (head.head.content_length == 0) co_return co_await send(refusal->reply, head);
        co_await refuse(refusal->reply);
        co_return false;
    }
    shared_.seats.admitted(*seat_);
    if (auto* accept = std::get_if<Accept>(&admission)) {
        co_return co_await serve_accepted(head, *accept);
    }
    co_return co_await serve_relayed(head, std::get<Relay>(admission));
}

std::optional<Reply> Session::check_body(const ScannedHead& head, std::size_t body_max,
                                         BodyBudget::Share& share) {
    const std::uint64_t length = head.head.content_length;
    if (length > body_max) {
        return error_reply(413, "the body is larger than the " + std::to_string(body_max) +
                                    " bytes that are allowed here");
    }
    auto reserved = shared_.budget.reserve(static_cast<std::size_t>(length));
    if (!reserved) {
        return error_reply(503, "too many bodies are on their way; try again", kBudgetRetryAfter);
    }
    share = std::move(*reserved);
    return std::nullopt;
}

Task<bool> Session::say_continue(const ScannedHead& head) {
    if (!head.expects_continue || !input_.empty()) co_return true;
    const Wire::Pieces pieces{.head = "HTTP/1.1 100 Continue\r\n\r\n"};
    co_return co_await wire_->write(pieces, options().write_timeout);
}

Task<bool> Session::serve_accepted(ScannedHead& head, Accept& accept) {
    BodyBudget::Share share;
    const std::optional<Reply> refusal = check_body(head, accept.body_max, share);
    if (refusal) {
        co_await refuse(*refusal);
        co_return false;
    }
    const bool going_on = co_await say_continue(head);
    if (!going_on) co_return false;
    BodyReader reader(*wire_, input_, head.head.content_length, options());
    std::string body = co_await reader.read_all();
    if (reader.problem() == BodyReader::Problem::TooSlow) {
        const Reply reply = error_reply(408, "the request's body came too slowly");
        co_await refuse(reply);
    }
    if (reader.problem() != BodyReader::Problem::None) co_return false;
    const std::optional<Reply> reply = co_await ask_handler(accept, std::move(body));
    if (!reply) co_return false;
    co_return co_await send(*reply, head);
}

Task<std::optional<Reply>> Session::ask_handler(Accept& accept, std::string body) {
    Answer answer(worker_.mailbox(), worker_.context());
    answer_ = &answer;
    try {
        // If it throws, the dropped Respond answers 500.
        accept.handle(std::move(body), answer.respond());
    } catch (const std::exception& error) {
        base::log::error("a request's handler failed", {{"cause", error.what()}});
    }
    std::optional<Reply> reply = co_await answer.wait();
    answer_ = nullptr;
    co_return reply;
}

Task<bool> Session::serve_relayed(ScannedHead& head, const Relay& relay) {
    BodyBudget::Share share;
    const std::optional<Reply> refusal = check_body(head, relay.body_max, share);
    if (refusal) {
        co_await refuse(*refusal);
        co_return false;
    }
    const bool going_on = co_await say_continue(head);
    if (!going_on) co_return false;
    RelayRun run({*wire_, input_, head}, relay, worker_.upstreams(), options());
    relay_ = &run;
    if (stopping_) run.stop();
    const RelayRun::Outcome outcome = co_await run.run();
    relay_ = nullptr;
    if (outcome.reply) co_await refuse(*outcome.reply);
    if (outcome.end == RelayRun::End::Close) co_await wire_->finish(options().drain_timeout);
    co_return outcome.end == RelayRun::End::Next;
}

Task<bool> Session::send(const Reply& reply, const ScannedHead& head) {
    const After after = head.keep_alive && !stopping_ ? After::KeepAlive : After::Close;
    std::string text = reply_head(reply, after, base::os::system_clock().wall());
    Wire::Pieces pieces;
    if (has_body(reply.status, head.head.method)) pieces.body = reply.body;
    if (pieces.body.size() <= kJoinedBytesMax) text.append(std::exchange(pieces.body, {}));
    pieces.head = text;
    const bool sent = co_await wire_->write(pieces, options().write_timeout);
    if (!sent) co_return false;
    if (after == After::KeepAlive) co_return true;
    co_await wire_->finish(options().drain_timeout);
    co_return false;
}

Task<> Session::refuse(const Reply& reply) {
    const std::string text = reply_head(reply, After::Close, base::os::system_clock().wall());
    const Wire::Pieces pieces{.head = text, .body = reply.body};
    const bool sent = co_await wire_->write(pieces, options().write_timeout);
    if (sent) {
        co_await wire_->finish(options().drain_timeout);
    }
    wire_->close();
}

}  // namespace net::gate
