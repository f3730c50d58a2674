// A server of raw bytes on loopback: each connection runs a script of the test's own, so that
// answers can be as wrong as the test wants.
//
// Gaps: HTTP/1.1 only, and of that no more than read_request() knows (a head, and a body with
// Content-Length); no TLS; a script sees one connection and does not know of others.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace fakes {

// The server's side of one connection. Use on the script's thread only.
class RawConnection {
public:
    using Record = std::function<void(const std::string& request)>;
    RawConnection(int fd, int stop_fd, Record record)
        : fd_(fd), stop_fd_(stop_fd), record_(std::move(record)) {}
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    // Head and body of the next request; empty when the client closed or the server stops.
    std::string read_request();
    // What came, at least one byte; empty when the client closed or the server stops.
    std::string read_some();
    // False once the client is gone or the server stops.
    bool send(std::string_view bytes);
    // One byte each `every_ms`, for as long as the client takes them.
    void drip(std::string_view bytes, int every_ms);
    // Until the client closes or the server stops.
    void hold();
    // For scripts that speak another protocol on the socket (TLS); stays ours.
    int fd() const { return fd_; }
    // Adds to RawServer::requests(), for the same scripts.
    void record(const std::string& request) { record_(request); }
    // Ends the connection by RST instead of FIN.
    void reset();

private:
    // Blocks until `events` or the time limit (-1 = none); false when the client left or the server
    // stops.
    bool wait(short events, int limit_ms = -1);

    int fd_;
    int stop_fd_;
    Record record_;
    std::string buffer_;
};

class RawServer {
public:
    using Script = std::function<void(RawConnection&)>;
    // The first connection runs the first script and so on; those beyond the last run the last.
    explicit RawServer(std::vector<Script> scripts);
    explicit RawServer(Script script) : RawServer(std::vector<Script>{std::move(script)}) {}
    ~RawServer();
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    int port() const { return port_; }
    std::string url(std::string_view path = "/") const;
    int connections() const { return connections_; }
    // What read_request() returned so far, over all connections.
    std::vector<std::string> requests() const;

private:
    void accept_all();

    std::vector<Script> scripts_;
    int listen_fd_ = -1;
    int stop_fd_ = -1;
    int port_ = 0;
    std::atomic<int> connections_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;  // under mutex_
    std::vector<std::jthread> threads_;  // touched by the accepting thread, then by the destructor
    std::jthread acceptor_;
};

// The size of the request that `bytes` begin with; npos while some of it is missing.
std::size_t request_size(std::string_view bytes);
// A script that answers each request on the connection with the next of `answers`, the last one
// again and again.
RawServer::Script answers(std::vector<std::string> answers);
// "HTTP/1.1 <status> X" with headers ("A: b\r\n"…), Content-Length and body.
std::string http_answer(int status, std::string_view body = "", std::string_view headers = "");

}  // namespace fakes
