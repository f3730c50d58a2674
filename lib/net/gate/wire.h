// One TCP connection, plain or TLS, with a time limit on whatever is awaited. Used on its
// io_context's thread only.
#pragma once

#include "base/time.h"
#include "net/gate/asio.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace boost::asio::ssl {
class context;
}

namespace net::gate {

// At most one read and one write at a time. Every operation ends early once the limit is passed or
// close() was called.
class Wire : public std::enable_shared_from_this<Wire> {
public:
    explicit Wire(Tcp::socket socket);
    ~Wire();

    Tcp::socket& socket() { return socket_; }

    // From `deadline` on all operations fail until the limit is set anew; one watchdog timer per
    // connection.
    void limit_until(base::Ticks deadline);
    void limit_for(base::Duration duration);
    void unlimit();
    bool expired() const { return expired_; }

    // The first byte is there, without holding any memory for it.
    Task<bool> readable();
    Task<bool> handshake(asio::ssl::context& tls);
    // 0: ended, broken, expired or closed.
    Task<std::size_t> read_some(asio::mutable_buffer buffer);

    struct Pieces {
        std::string_view head{}, body{}, tail{};
    };
    // All of it in order. The limit is set anew for each 64 KiB of the body, so a slow reader may
    // be slow, not silent.
    Task<bool> write(Pieces pieces, base::Duration limit);
    // Ends the sending side, then reads and drops what still comes, in bounds: the peer gets to see
    // our last words.
    Task<> finish(base::Duration limit);

    void cancel();  // ends what is awaited; the connection lives on
    void close();

private:
    struct Tls;
    Task<bool> write_buffers(std::string_view a, std::string_view b, std::string_view c);

    Tcp::socket socket_;
    std::unique_ptr<Tls>
        tls_;  // none until the handshake: a silent TLS peer costs no more than a plain one
    asio::steady_timer watchdog_;
    std::uint64_t watch_ = 0;  // which limit is in force
    bool expired_ = false;
};

}  // namespace net::gate
