#include "net/gate/acceptor.h"

#include "base/log.h"
#include "net/gate/session.h"

#include <fmt/format.h>

#include <algorithm>

namespace net::gate {
namespace {

// No file descriptors left: wait for sessions to end. Shorter would only burn time.
constexpr std::chrono::milliseconds kAcceptPause{50};

// IPv4 in IPv6's clothes is IPv4.
asio::ip::address plain(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

// What counts as one peer: IPv4 whole, IPv6 by its /64, which is what one host gets.
std::string peer_key(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::ranges::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return asio::ip::make_address_v6(bytes).to_string();
}

base::Result<Tcp::acceptor> listen(asio::io_context& context, const GateOptions& options) {
    IoError error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("'{}' is not an IP address to listen on", options.address));
    }
    const Tcp::endpoint endpoint(address, static_cast<unsigned short>(options.port));
    Tcp::acceptor acceptor(context);
    acceptor.open(endpoint.protocol(), error);
    // A restart must not wait for the old connections' TIME_WAIT.
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        return base::fail(base::ErrorKind::Unavailable,
                          fmt::format("cannot listen on {} port {}: {}", options.address,
                                      options.port, error.message()));
    }
    return acceptor;
}

}  // namespace

base::Result<std::unique_ptr<Acceptor>> Acceptor::open(Shared& shared, const Workers& workers) {
    Tcp::acceptor acceptor = TRY(listen(workers.front()->context(), shared.options));
    return std::unique_ptr<Acceptor>(new Acceptor(std::move(acceptor), workers));
}

Acceptor::Acceptor(Tcp::acceptor acceptor, const Workers& workers)
    : acceptor_(std::move(acceptor)), workers_(workers), pause_(acceptor_.get_executor()),
      port_(acceptor_.local_endpoint().port()) {}

void Acceptor::start() {
    asio::co_spawn(acceptor_.get_executor(), run(), [](std::exception_ptr escaped) {
        // Without it the gate is deaf: better to end the process than to go on so.
        if (escaped) std::rethrow_exception(escaped);
    });
}

void Acceptor::stop() {
    workers_.front()->mailbox()->post([this] {
        IoError ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    });
}

Task<> Acceptor::run() {
    while (acceptor_.is_open()) {
        Worker& worker = *workers_[turn_++ % workers_.size()];
        Tcp::socket socket(worker.context());
        IoError error;
        co_await acceptor_.async_accept(socket, to(error));
        if (!error) {
            greet(worker, std::move(socket));
        } else if (acceptor_.is_open()) {
            base::log::warn("cannot accept a connection", {{"cause", error.message()}});
            pause_.expires_after(kAcceptPause);
            co_await pause_.async_wait(to(error));
        }
    }
}

void Acceptor::greet(Worker& worker, Tcp::socket socket) {
    IoError error;
    const asio::ip::address address = plain(socket.remote_endpoint(error).address());
    if (error) return;  // gone already
    socket.set_option(Tcp::no_delay(true), error);
    auto session = std::make_shared<Session>(worker, std::move(socket), address.to_string());
    if (session->sit_down(peer_key(address))) worker.take(std::move(session));
}

}  // namespace net::gate
