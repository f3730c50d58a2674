#include "net/gate/relay.h"

#include "net/gate/body.h"
#include "net/gate/peer_watch.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace net::gate {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// One piece in memory per relay; 500 event streams then hold 8 MiB.
constexpr std::size_t kPieceBytes = 16u << 10;
// The same for a body on its way up.
constexpr std::size_t kUpPieceBytes = 64u << 10;
// cpprest's answers have few headers; it is our own process that we read from.
constexpr std::uint32_t kAnswerHeadBytesMax = 64u << 10;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

UpstreamStatus status_of(const http::response_header<>& header) {
    UpstreamStatus out{.status = static_cast<int>(header.result_int())};
    for (const auto& field : header) {
        out.headers.add(std::string(view(field.name_string())), std::string(view(field.value())));
    }
    return out;
}

}  // namespace

struct RelayRun::Answer {
    Answer() : piece(kPieceBytes) {
        parser.header_limit(kAnswerHeadBytesMax);
        // It is not eager, and must not be: then it would hold an event back until the next one's
        // chunk begins. boost::none would refuse every Content-Length (Beast 1.74).
        parser.body_limit(std::uint64_t{1} << 62);
    }
    http::response_parser<http::buffer_body> parser;
    beast::flat_buffer buffer;
    std::vector<char> piece;
    IoError error;
};

RelayRun::RelayRun(Client client, const Relay& relay, UpstreamPool& pool,
                   const GateOptions& options)
    : client_(client), relay_(relay), pool_(pool), options_(options) {}

void RelayRun::stop() {
    stopping_ = true;
    if (event_stream_) abort();
}

void RelayRun::abort() {
    aborted_ = true;
    if (upstream_) upstream_->close();
}

Task<RelayRun::Outcome> RelayRun::run() {
    Outcome outcome = co_await try_once(UpstreamPool::Source::Kept);
    if (outcome.end == End::Retry) outcome = co_await try_once(UpstreamPool::Source::New);
    co_return outcome;
}

// What to do when the request did not get through, or no answer came.
RelayRun::Outcome RelayRun::failed(Sent sent, UpstreamPool::Source source) const {
    Outcome outcome;
    if (aborted_ || sent == Sent::ClientGone) return outcome;
    const RequestHead& head = client_.head.head;
    // Only what may safely be done twice.
    const bool may_repeat = head.method == "GET" && head.content_length == 0;
    if (sent == Sent::ClientTooSlow) {
        outcome.reply = error_reply(408, "the request's body came too slowly");
    } else if (upstream_->expired()) {
        outcome.reply = error_reply(504, "the service behind did not answer in time");
    } else if (source == UpstreamPool::Source::Kept && may_repeat) {
        outcome.end = End::Retry;
    } else {
        outcome.reply = error_reply(502, "the service behind broke off");
    }
    return outcome;
}

Task<RelayRun::Outcome> RelayRun::try_once(UpstreamPool::Source source) {
    const UpstreamPool::Lease lease =
        co_await pool_.connect(relay_.upstream_port, source, options_.upstream_timeout);
    Outcome outcome;
    if (aborted_) co_return outcome;
    if (!lease.wire) {
        outcome.reply = error_reply(502, "the service behind cannot be reached");
        co_return outcome;
    }
    upstream_ = lease.wire;
    const Sent sent = co_await send_up();
    if (sent == Sent::All) {
        outcome = co_await take_answer(lease.source);
    } else {
        outcome = failed(sent, lease.source);
    }
    co_return outcome;
}

Task<RelayRun::Sent> RelayRun::send_up() {
    const std::string head = upstream_head(client_.head.head, relay_.secret_header);
    const Wire::Pieces pieces{.head = head};
    const bool sent = co_await upstream_->write(pieces, options_.upstream_timeout);
    if (!sent) co_return Sent::UpstreamLost;
    if (client_.head.head.content_length == 0) co_return Sent::All;
    co_return co_await send_body();
}

Task<RelayRun::Sent> RelayRun::send_body() {
    BodyReader reader(client_.wire, client_.input, client_.head.head.content_length, options_);
    std::vector<char> piece(std::min<std::uint64_t>(kUpPieceBytes, reader.left()));
    while (reader.left() > 0) {
        const std::size_t count = co_await reader.read(asio::buffer(piece));
        if (reader.problem() == BodyReader::Problem::TooSlow) co_return Sent::ClientTooSlow;
        if (count == 0) co_return Sent::ClientGone;
        const Wire::Pieces pieces{.body = {piece.data(), count}};
        const bool sent = co_await upstream_->write(pieces, options_.upstream_timeout);
        if (!sent) {
            co_return Sent::UpstreamLost;
        }
    }
    co_return Sent::All;
}

Task<RelayRun::Outcome> RelayRun::take_answer(UpstreamPool::Source source) {
    PeerWatch watch(client_.wire, client_.input, [this] { abort(); });
    watch.start();
    Answer answer;
    Outcome outcome;
    const bool have_head = co_await read_head(answer);
    if (have_head) {
        outcome = co_await send_down(answer);
    } else {
        outcome = failed(Sent::UpstreamLost, source);
    }
    co_await watch.stop();
    co_return outcome;
}

Task<bool> RelayRun::read_head(Answer& answer) {
    // The answer to HEAD has no body. cpprest sends one all the same: that connection is not kept.
    answer.parser.skip(client_.head.head.method == "HEAD");
    upstream_->limit_for(options_.upstream_timeout);
    co_await http::async_read_header(upstream_->socket(), answer.buffer, answer.parser,
                                     to(answer.error));
    if (answer.error) co_return false;
    const auto type = view(answer.parser.get()[http::field::content_type]);
    event_stream_ = type.starts_with("text/event-stream");
    if (event_stream_ && stopping_) abort();
    co_return !aborted_;
}

Framing RelayRun::framing_of(const Answer& answer) const {
    const auto& parser = answer.parser;
    const int status = static_cast<int>(parser.get().result_int());
    if (!has_body(status, client_.head.head.method)) return Framing::Length;
    if (!parser.chunked() && parser.content_length()) return Framing::Length;
    return client_.head.chunks_allowed ? Framing::Chunks : Framing::UntilClose;
}

Task<RelayRun::Outcome> RelayRun::send_down(Answer& answer) {
    const Framing framing = framing_of(answer);
    const bool may_stay = client_.head.keep_alive && !stopping_ && framing != Framing::UntilClose;
    const After after = may_stay ? After::KeepAlive : After::Close;
    const UpstreamStatus status = status_of(answer.parser.get());
    Outcome outcome;
    const bool passed = co_await pass_body(answer, passed_head(status, framing, after), framing);
    if (!passed) {
        upstream_->close();
        co_return outcome;
    }
    const bool may_keep = answer.parser.keep_alive() && answer.buffer.size() == 0 &&
                          client_.head.head.method != "HEAD" && !aborted_;
    if (may_keep) pool_.keep(relay_.upstream_port, upstream_);
    outcome.end = may_stay ? End::Next : End::Close;
    co_return outcome;
}

// `pending`: what goes out before the next piece.
Task<bool> RelayRun::pass_body(Answer& answer, std::string pending, Framing framing) {
    const bool chunks = framing == Framing::Chunks;
    // A head waits for its body only if that is here already: the first event may be a minute away.
    if (chunks || answer.buffer.size() == 0 || answer.parser.is_done()) {
        const Wire::Pieces head{.head = pending};
        const bool sent = co_await client_.wire.write(head, options_.write_timeout);
        if (!sent) co_return false;
        pending.clear();
    }
    while (!answer.parser.is_done()) {
        const std::string_view piece = co_await read_piece(answer);
        if (answer.error) co_return false;
        if (piece.empty()) continue;
        if (chunks) pending += fmt::format("{:x}\r\n", piece.size());
        const Wire::Pieces pieces{pending, piece, chunks ? "\r\n" : ""};
        const bool sent = co_await client_.wire.write(pieces, options_.write_timeout);
        if (!sent) co_return false;
        pending.clear();
    }
    if (chunks) pending += "0\r\n\r\n";
    const Wire::Pieces end{.head = pending};
    if (pending.empty()) co_return true;
    co_return co_await client_.wire.write(end, options_.write_timeout);
}

Task<std::string_view> RelayRun::read_piece(Answer& answer) {
    auto& body = answer.parser.get().body();
    body.data = answer.piece.data();
    body.size = answer.piece.size();
    upstream_->limit_for(options_.upstream_timeout);
    co_await http::async_read_some(upstream_->socket(), answer.buffer, answer.parser,
                                   to(answer.error));
    // Not an error: the piece is full.
    if (answer.error == http::error::need_buffer) answer.error = {};
    co_return std::string_view(answer.piece.data(), answer.piece.size() - body.size);
}

}  // namespace net::gate
