// REST and SSE on cpprestsdk's http_listener, on loopback only, behind the gate. The only home of cpprest headers.
#pragma once

#include "base/result.h"
#include "net/server.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace net {

// One client of an event stream. push() and close() from any thread; the buffer is bounded: a reader that lags more
// than 1 MiB is closed. Heartbeat comments every 15 s find clients that left.
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

struct RestHandlers {
    // Blocking is fine: runs on cpprest's pool, whose size ListenerOptions sets.
    std::function<Reply(const RestRequest&)> request;
    // Called instead for GET with Accept: text/event-stream. Return false to answer 404.
    std::function<bool(const RestRequest&, std::shared_ptr<EventStream>)> events;
};

struct ListenerOptions {
    int threads = 8;
    std::string secret;  // requests without it in X-Scanfleet-Gate get 403
};

class Listener {
public:
    static base::Result<std::unique_ptr<Listener>> start(ListenerOptions options, RestHandlers handlers);
    ~Listener();  // ends event streams, then closes
    int port() const;

private:
    struct Impl;
    explicit Listener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace net
