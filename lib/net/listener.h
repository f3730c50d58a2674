// REST and SSE on cpprestsdk's http_listener, on loopback only, behind the gate. The only home of cpprest headers.
#pragma once

#include "base/result.h"
#include "net/server.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace net {

// One client of an event stream. push() and close() from any thread; the buffer is bounded: a reader that lags more
// than 1 MiB is closed. Heartbeat comments every 15 s find clients that left: cpprest sees it at a write only. May
// outlive the Listener.
class EventStream {
public:
    virtual ~EventStream() = default;
    // Server-sent event (WHATWG HTML §9.2): "id: …\nevent: …\ndata: …\n\n". False once the client is gone.
    virtual bool push(std::string_view id, std::string_view event, std::string_view data) = 0;
    virtual void close() = 0;
};

struct RestRequest {
    std::string method;
    std::string path;   // decoded segments joined by '/'
    std::string query;  // raw
    Headers headers;
    std::string body;
};

// A reply; with a file, its bytes are the body, read as they are sent. 404 if it cannot be opened.
struct RestReply {
    RestReply(Reply given) : reply(std::move(given)) {}  // NOLINT(google-explicit-constructor)
    RestReply(Reply given, std::string file) : reply(std::move(given)), body_file(std::move(file)) {}
    Reply reply;
    std::string body_file{};
};

struct RestHandlers {
    // Blocking is fine: runs on cpprest's pool, whose size ListenerOptions sets.
    std::function<RestReply(const RestRequest&)> request;
    // Called instead for GET with Accept: text/event-stream. Return false to answer 404. What is pushed before the
    // return is kept.
    std::function<bool(const RestRequest&, std::shared_ptr<EventStream>)> events;
};

struct ListenerOptions {
    // cpprest's pool is one per process: the first Listener sizes it.
    int threads = 8;
    std::string secret{};  // requests without it in X-Scanfleet-Gate get 403
    base::Duration heartbeat{15'000};
    std::size_t event_bytes_max = 1u << 20;  // that wait for one reader
};

class Listener {
public:
    static base::Result<std::unique_ptr<Listener>> start(ListenerOptions options, RestHandlers handlers);
    // Ends event streams, waits for handlers that run, then closes; 0.5 to 1 s. Not on a handler's thread.
    ~Listener();
    int port() const;
    // Ends all event streams; new ones get 503. Call it before the gate in front is destroyed.
    void end_streams();

private:
    struct Impl;
    explicit Listener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace net
