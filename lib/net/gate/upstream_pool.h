// Kept connections to upstreams on loopback. One per gate thread.
#pragma once

#include "net/gate/wire.h"

#include <memory>
#include <unordered_map>
#include <vector>

namespace net::gate {

class UpstreamPool {
public:
    explicit UpstreamPool(asio::io_context& context) : context_(context) {}

    enum class Source { Kept, New };  // Kept: one from the pool if there is any
    struct Lease {
        std::shared_ptr<Wire> wire;  // nullptr: nobody listens
        Source source = Source::New;
    };
    Task<Lease> connect(int port, Source source, base::Duration limit);
    // Only after a whole answer that allows it.
    void keep(int port, std::shared_ptr<Wire> wire);

private:
    std::shared_ptr<Wire> take_kept(int port);

    asio::io_context& context_;
    std::unordered_map<int, std::vector<std::shared_ptr<Wire>>> kept_;
};

}  // namespace net::gate
