#include "net/listener.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/text.h"
#include "net/rest/event_pipe.h"
#include "net/rest/loopback.h"
#include "net/rest/streams.h"

#include <cpprest/filestream.h>
#include <cpprest/http_listener.h>
#include <fmt/format.h>
#include <pplx/threadpool.h>

#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <vector>

namespace net {
namespace {

using web::http::http_request;
using web::http::http_response;
using web::http::experimental::listener::http_listener;
using Bytes = std::vector<unsigned char>;

// Between asking for a free port and taking it somebody else may get it.
constexpr int kPortTries = 16;
// An event that is written already reaches a reader on loopback in far less.
constexpr base::Duration kLastWordsLimit{500};

// Must come before anything else of cpprest: it makes its pool at the first use.
void size_pool(int threads) {
    static std::once_flag once;
    std::call_once(once, [threads] {
        try {
            crossplat::threadpool::initialize_with_threads(static_cast<size_t>(threads));
        } catch (const std::exception& error) {
            base::log::warn("the REST threads were there already", {{"cause", error.what()}});
        }
    });
}

RestRequest rest_request(const http_request& request) {
    RestRequest out{.method = request.method(),
                    .path = {},
                    .query = request.request_uri().query(),
                    .headers = {},
                    .body = {}};
    const std::string path = request.request_uri().path();
    for (const std::string_view segment : base::split(std::string_view(path).substr(1), '/')) {
        out.path.append("/").append(base::percent_decode(segment));
    }
    for (const auto& [name, value] : request.headers()) out.headers.add(name, value);
    return out;
}

bool wants_events(const RestRequest& request) {
    const auto accept = request.headers.get("Accept");
    return request.method == "GET" && accept &&
           accept->find("text/event-stream") != std::string_view::npos;
}

http_response rest_response(const Reply& reply) {
    http_response out(static_cast<web::http::status_code>(reply.status));
    if (!reply.body.empty()) {
        out.set_body(Bytes(reply.body.begin(), reply.body.end()));
        out.headers().set_content_type(reply.content_type);
    }
    for (const HeaderField& field : reply.headers.fields()) {
        out.headers().add(field.name, field.value);
    }
    return out;
}

// A client that left in the middle is no news.
void ignore_failure(const pplx::task<void>& done) {
    try {
        done.get();  // it is done: this is a task-based continuation
    } catch (const std::exception& error) {
        base::log::debug("a REST answer did not arrive", {{"cause", error.what()}});
    }
}

// cpprest's close() waits for its own callbacks only, not for what they continue with: this counts
// those that run.
class Running {
public:
    bool enter() {
        const std::scoped_lock lock(mutex_);
        if (!stopping_) ++count_;
        return !stopping_;
    }
    void leave() {
        const std::scoped_lock lock(mutex_);
        if (--count_ == 0) none_.notify_all();
    }
    void stop() {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        none_.wait(lock, [this] { return count_ == 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable none_;
    int count_ = 0;
    bool stopping_ = false;
};

// What the callbacks share; outlives the Listener for as long as one of them does.
class Desk : public std::enable_shared_from_this<Desk> {
public:
    Desk(ListenerOptions options, RestHandlers handlers)
        : options_(std::move(options)), handlers_(std::move(handlers)),
          streams_(options_.heartbeat) {}

    void take(http_request request);
    void end_streams() { streams_.end(); }
    // Afterwards no handler runs and none will.
    void stop() {
        streams_.end();
        running_.stop();
        // cpprest's close() would cut them.
        streams_.wait_until_sent(kLastWordsLimit);
    }

private:
    bool is_trusted(const http_request& request) const;
    void answer(http_request request, const RestRequest& read);
    void answer_events(http_request request, const RestRequest& read);
    RestReply ask(const RestRequest& read);
    static void send(http_request request, const RestReply& reply);
    static void send_file(http_request request, const RestReply& reply);

    const ListenerOptions options_;
    const RestHandlers handlers_;
    Running running_;
    rest::Streams streams_;
};

bool Desk::is_trusted(const http_request& request) const {
    const auto found = request.headers().find("X-Scanfleet-Gate");
    return found != request.headers().end() && !options_.secret.empty() &&
           base::equal_secrets(found->second, options_.secret);
}

void Desk::send(http_request request, const RestReply& reply) {
    if (!reply.body_file.empty()) return send_file(request, reply);
    request.reply(rest_response(reply.reply)).then(ignore_failure);
}

void Desk::send_file(http_request request, const RestReply& reply) {
    using concurrency::streams::istream;
    std::error_code error;
    const auto size = std::filesystem::file_size(reply.body_file, error);
    if (error) return send(request, error_reply(404, "the file is gone"));
    auto response = rest_response(reply.reply);
    concurrency::streams::fstream::open_istream(reply.body_file)
        .then([request, response, size,
               type = reply.reply.content_type](const pplx::task<istream>& opened) mutable {
            try {
                response.set_body(opened.get(), size, type);
            } catch (const std::exception&) {
                return send(request, error_reply(404, "the file is gone"));
            }
            request.reply(response).then(ignore_failure);
        });
}

void Desk::take(http_request request) {
    if (!is_trusted(request)) {
        send(request, error_reply(403, "this port belongs to the gate"));
        return;
    }
    // Never wait for a task on a thread of the pool: continue.
    request.extract_vector().then([self = shared_from_this(), request](pplx::task<Bytes> body) {
        RestRequest read = rest_request(request);
        try {
            const Bytes bytes = body.get();
            read.body.assign(bytes.begin(), bytes.end());
        } catch (const std::exception&) {
            return;  // the gate broke off in the middle of the body: nobody listens
        }
        self->answer(request, read);
    });
}

void Desk::answer(http_request request, const RestRequest& read) {
    if (!running_.enter()) {
        send(request, error_reply(503, "the server is going down", base::Duration{1'000}));
        return;
    }
    if (handlers_.events && wants_events(read)) {
        answer_events(request, read);
    } else {
        send(request, ask(read));
    }
    running_.leave();
}

RestReply Desk::ask(const RestRequest& read) {
    try {
        return handlers_.request(read);
    } catch (const std::exception& error) {
        base::log::error("a REST handler failed", {{"path", read.path}, {"cause", error.what()}});
        return error_reply(500, "the server made a mistake; its log tells more");
    }
}

void Desk::answer_events(http_request request, const RestRequest& read) {
    const auto pipe = std::make_shared<rest::EventPipe>(options_.event_bytes_max);
    if (!handlers_.events(read, pipe)) {
        send(request, error_reply(404, "there is no such event stream"));
        return;
    }
    if (!streams_.add(pipe)) {
        send(request, error_reply(503, "the server is going down", base::Duration{1'000}));
        pipe->close();
        return;
    }
    http_response response(web::http::status_codes::OK);
    response.headers().add("Cache-Control", "no-store");
    response.set_body(pipe->reader(), "text/event-stream");
    request.reply(response).then([self = shared_from_this(), pipe](const pplx::task<void>& done) {
        ignore_failure(done);
        pipe->close();
        self->streams_.leave();
    });
}

}  // namespace

struct Listener::Impl {
    std::shared_ptr<Desk> desk;
    std::unique_ptr<http_listener> http;
    int port = 0;
};

namespace {

std::unique_ptr<http_listener> open_listener(int port, const std::shared_ptr<Desk>& desk) {
    auto http = std::make_unique<http_listener>(fmt::format("http://127.0.0.1:{}/", port));
    http->support([desk](const http_request& request) { desk->take(request); });
    http->open().wait();  // the owner's thread, not one of the pool
    return http;
}

}  // namespace

base::Result<std::unique_ptr<Listener>> Listener::start(ListenerOptions options,
                                                        RestHandlers handlers) {
    size_pool(options.threads);
    auto impl = std::make_unique<Impl>();
    impl->desk = std::make_shared<Desk>(std::move(options), std::move(handlers));
    std::string cause;
    for (int i = 0; i < kPortTries && !impl->http; ++i) {
        impl->port = TRY(rest::free_loopback_port());
        try {
            impl->http = open_listener(impl->port, impl->desk);
        } catch (const std::exception& error) {
            cause = error.what();
        }
    }
    if (!impl->http) {
        return base::fail(base::ErrorKind::Unavailable,
                          "cannot listen for REST on loopback: " + cause);
    }
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() {
    impl_->desk->stop();
    try {
        impl_->http->close().wait();
    } catch (const std::exception& error) {
        base::log::warn("the REST listener did not close cleanly", {{"cause", error.what()}});
    }
}

int Listener::port() const { return impl_->port; }

void Listener::end_streams() { impl_->desk->end_streams(); }

}  // namespace net
