// The listening socket: gives each newcomer a seat and a thread, in turn.
#pragma once

#include "base/result.h"
#include "net/gate/worker.h"

#include <memory>
#include <string>
#include <vector>

namespace net::gate {

// Runs on the first worker's thread.
class Acceptor {
public:
    using Workers = std::vector<std::unique_ptr<Worker>>;

    // Unavailable: the port is taken. Invalid: no such address.
    static base::Result<std::unique_ptr<Acceptor>> open(Shared& shared, const Workers& workers);
    int port() const { return port_; }
    void start();
    void stop();  // any thread; soon

private:
    Acceptor(Tcp::acceptor acceptor, const Workers& workers);
    Task<> run();
    void greet(Worker& worker, Tcp::socket socket);

    Tcp::acceptor acceptor_;
    const Workers& workers_;
    asio::steady_timer pause_;
    int port_ = 0;
    std::size_t turn_ = 0;
};

}  // namespace net::gate
