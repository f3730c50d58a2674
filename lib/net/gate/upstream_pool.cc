#include "net/gate/upstream_pool.h"

#include <cerrno>
#include <sys/socket.h>

namespace net::gate {
namespace {

// More than an upstream of 8 threads keeps busy.
constexpr std::size_t kKeptMax = 32;

// Nothing to read and no end: an upstream that closed, or that says more than it was asked, is not
// used again.
bool is_quiet(Tcp::socket& socket) {
    char byte = 0;
    const auto count = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

Task<UpstreamPool::Lease> UpstreamPool::connect(int port, Source source, base::Duration limit) {
    Lease lease{.wire = nullptr, .source = source};
    if (source == Source::Kept) lease.wire = take_kept(port);
    if (lease.wire) co_return lease;

    lease = {.wire = std::make_shared<Wire>(Tcp::socket(context_)), .source = Source::New};
    const Tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                                 static_cast<unsigned short>(port));
    IoError error;
    lease.wire->limit_for(limit);
    co_await lease.wire->socket().async_connect(endpoint, to(error));
    lease.wire->unlimit();
    if (error) {
        lease.wire.reset();
        co_return lease;
    }
    lease.wire->socket().set_option(Tcp::no_delay(true), error);
    co_return lease;
}

std::shared_ptr<Wire> UpstreamPool::take_kept(int port) {
    auto& wires = kept_[port];
    while (!wires.empty()) {
        std::shared_ptr<Wire> wire = std::move(wires.back());
        wires.pop_back();
        if (is_quiet(wire->socket())) return wire;
    }
    return nullptr;
}

void UpstreamPool::keep(int port, std::shared_ptr<Wire> wire) {
    wire->unlimit();
    auto& wires = kept_[port];
    if (wires.size() < kKeptMax) wires.push_back(std::move(wire));
}

}  // namespace net::gate
