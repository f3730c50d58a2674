#include "net/gate/wire.h"

#include "base/os/clock.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace net::gate {
namespace {

constexpr std::size_t kPieceBytes = 64u << 10;
// What a refused sender may still have in its pipe; beyond it the connection is reset.
constexpr std::size_t kDrainBytesMax = 1u << 20;

}  // namespace

struct Wire::Tls {
    Tls(Tcp::socket& socket, asio::ssl::context& context) : stream(socket, context) {}
    asio::ssl::stream<Tcp::socket&> stream;
};

Wire::Wire(Tcp::socket socket) : socket_(std::move(socket)), watchdog_(socket_.get_executor()) {}
Wire::~Wire() = default;

void Wire::limit_until(base::Ticks deadline) {
    expired_ = false;
    watchdog_.expires_at(deadline);
    // An earlier wait may have ended already and only be queued: the number tells it from this one.
    watchdog_.async_wait([weak = weak_from_this(), watch = ++watch_](const IoError& error) {
        const auto self = weak.lock();
        if (error || !self || self->watch_ != watch) return;
        self->expired_ = true;
        self->cancel();
    });
}

void Wire::limit_for(base::Duration duration) {
    limit_until(base::os::system_clock().ticks() + duration);
}

void Wire::unlimit() {
    ++watch_;
    expired_ = false;
    watchdog_.cancel();
}

Task<bool> Wire::readable() {
    IoError error;
    co_await socket_.async_wait(Tcp::socket::wait_read, to(error));
    co_return !error && !expired_;
}

Task<bool> Wire::handshake(asio::ssl::context& tls) {
    tls_ = std::make_unique<Tls>(socket_, tls);
    IoError error;
    co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, to(error));
    co_return !error && !expired_;
}

Task<std::size_t> Wire::read_some(asio::mutable_buffer buffer) {
    if (expired_ || !socket_.is_open()) co_return 0;
    IoError error;
    std::size_t count = 0;
    if (tls_) {
        count = co_await tls_->stream.async_read_some(buffer, to(error));
    } else {
        count = co_await socket_.async_read_some(buffer, to(error));
    }
    co_return error ? 0 : count;
}

Task<bool> Wire::write_buffers(std::string_view a, std::string_view b, std::string_view c) {
    if (expired_ || !socket_.is_open()) co_return false;
    const std::array<asio::const_buffer, 3> buffers = {asio::buffer(a.data(), a.size()),
                                                       asio::buffer(b.data(), b.size()),
                                                       asio::buffer(c.data(), c.size())};
    IoError error;
    if (tls_) {
        co_await asio::async_write(tls_->stream, buffers, to(error));
    } else {
        co_await asio::async_write(socket_, buffers, to(error));
    }
    co_return !error;
}

Task<bool> Wire::write(Pieces pieces, base::Duration limit) {
    for (bool more = true; more;) {
        const std::string_view piece = pieces.body.substr(0, kPieceBytes);
        pieces.body.remove_prefix(piece.size());
        more = !pieces.body.empty();
        const std::string_view tail = more ? std::string_view() : pieces.tail;
        limit_for(limit);
        const bool sent = co_await write_buffers(pieces.head, piece, tail);
        if (!sent) co_return false;
        pieces.head = {};
    }
    unlimit();
    co_return true;
}

Task<> Wire::finish(base::Duration limit) {
    limit_for(limit);
    IoError error;
    // Says "close notify"; it fails at once if the peer is still sending, which is as good.
    if (tls_) co_await tls_->stream.async_shutdown(to(error));
    socket_.shutdown(Tcp::socket::shutdown_send, error);
    std::vector<char> dropped(kPieceBytes);
    std::size_t total = 0;
    while (!expired_ && total < kDrainBytesMax) {
        // Below TLS: nobody reads what comes.
        const std::size_t count =
            co_await socket_.async_read_some(asio::buffer(dropped), to(error));
        if (error) break;
        total += count;
    }
    close();
}

void Wire::cancel() {
    IoError ignored;
    socket_.cancel(ignored);
}

void Wire::close() {
    unlimit();
    IoError ignored;
    socket_.close(ignored);
}

}  // namespace net::gate
