#include "operator/api/ingest.h"

#include "base/os/worker_pool.h"
#include "base/text.h"
#include "operator/api/answers.h"
#include "operator/api/call.h"
#include "operator/api/handlers.h"
#include "operator/api/ledger.h"
#include "operator/api/outbox.h"
#include "operator/api/route.h"

#include <fmt/format.h>

#include <future>
#include <optional>
#include <utility>

namespace api {

namespace {

constexpr std::string_view kDigestHeader = "X-Scanfleet-Sha256";

// Segments of 1 MiB that wait for a thread; the gate bounds their bytes, this bounds how long the
// last one waits.
constexpr std::size_t kCallsMax = 512;

// Compressed. The gate keeps no more in flight for all callers together.
constexpr std::size_t kPlanBodyMax = 64u << 20;
// What gzip adds to bytes that do not compress is far less.
constexpr std::size_t kGzipSlack = 64u << 10;
constexpr std::size_t kCommitBodyMax = 16u << 10;  // a message of 1 KiB and a dozen numbers

// Becomes ready when the last copy of the token is gone.
struct LastOut {
    std::promise<void> gone;
    ~LastOut() { gone.set_value(); }
};

net::Refuse refuse(int status, std::string_view sentence) {
    return net::Refuse{.reply = net::error_reply(status, sentence)};
}

std::string_view bearer_token(const net::RequestHead& head) {
    const auto header = head.headers.get("Authorization");
    constexpr std::string_view kScheme = "bearer ";
    if (!header || header->size() <= kScheme.size()) return {};
    if (!base::equals_ignoring_case(header->substr(0, kScheme.size()), kScheme)) return {};
    return base::trim(header->substr(kScheme.size()));
}

bool is_upload(Route::Kind kind, std::string_view method) {
    return method == "PUT" && kind != Route::Kind::Commit;
}

// Whether this caller may use this path at all.
bool is_callers(const Route& route, std::string_view method, const results::AttemptKey& caller) {
    if (route.run != caller.run) return false;
    switch (route.kind) {
    case Route::Kind::Plan: return caller.chunk < 0;
    case Route::Kind::Input: return method != "PUT" || caller.chunk < 0;
    case Route::Kind::RedactionKey: return true;
    case Route::Kind::Work:
    case Route::Kind::Segment:
    case Route::Kind::Commit: return route.chunk == caller.chunk && route.attempt == caller.attempt;
    }
    return false;
}

std::size_t body_max(const Route& route, std::string_view method, const IngestLimits& limits) {
    if (method == "GET") return 0;
    switch (route.kind) {
    case Route::Kind::Plan: return kPlanBodyMax;
    case Route::Kind::Input: return limits.input_bytes_max + kGzipSlack;
    case Route::Kind::Segment: return scan::kSegmentBytesMax + kGzipSlack;
    case Route::Kind::Commit: return kCommitBodyMax;
    case Route::Kind::RedactionKey:
    case Route::Kind::Work: return 0;
    }
    return 0;
}

net::Refuse refuse_method(Route::Kind kind) {
    auto refusal = refuse(405, fmt::format("this path takes {}", methods_of(kind)));
    refusal.reply.headers.set("Allow", std::string(methods_of(kind)));
    return refusal;
}

net::Refuse refuse_stranger() {
    auto refusal = refuse(401, "a bearer token of an expected attempt is needed");
    refusal.reply.headers.set("WWW-Authenticate", "Bearer");
    return refusal;
}

// nullopt: a caller with an attempt.
std::optional<net::Refuse> refuse_caller(const Caller& caller) {
    switch (caller.kind) {
    case Caller::Kind::Attempt:
    case Caller::Kind::Over: return std::nullopt;
    case Caller::Kind::Stranger: return refuse_stranger();
    case Caller::Kind::NotYours: return refuse(403, "this token is not that of an expected Pod");
    case Caller::Kind::NotYet:
        return net::Refuse{.reply = busy_answer("the caller cannot be told yet: try again")};
    }
    return std::nullopt;
}

}  // namespace

struct Ingest::Impl {
    Impl(results::ResultStore& store, Callers& who, IngestOptions with)
        : options(std::move(with)), callers(who), ledger(store, options.limits),
          outbox(options.on_event), handlers(store, options.limits, ledger, outbox),
          all_out(busy->gone.get_future()),
          pool({.threads = static_cast<std::size_t>(options.threads), .queue_max = kCallsMax}) {}
    ~Impl() {
        busy.reset();
        all_out.wait();
    }

    net::Accept accept(Route route, results::AttemptKey caller, std::string digest,
                       std::size_t bytes_max);
    void take(Call call);

    IngestOptions options;
    Callers& callers;
    Ledger ledger;
    Outbox outbox;
    Handlers handlers;
    std::shared_ptr<LastOut> busy = std::make_shared<LastOut>();
    std::future<void> all_out;
    base::os::WorkerPool pool;  // last: its tasks use all of the above
};

// On a gate thread: work is for the pool.
void Ingest::Impl::take(Call call) {
    auto shared = std::make_shared<Call>(std::move(call));
    const auto queued = pool.submit([this, shared] { handlers.handle(std::move(*shared)); });
    if (!queued) shared->respond(busy_answer("ingest is busy: too many calls wait"));
}

net::Accept Ingest::Impl::accept(Route route, results::AttemptKey caller, std::string digest,
                                 std::size_t bytes_max) {
    return {.body_max = bytes_max,
            .handle = [this, token = std::shared_ptr<void>(busy), route = std::move(route),
                       caller = std::move(caller),
                       digest = std::move(digest)](std::string body, net::Respond respond) mutable {
                take({.route = std::move(route),
                      .attempt = std::move(caller),
                      .digest = std::move(digest),
                      .body = std::move(body),
                      .respond = std::move(respond),
                      .busy = std::move(token)});
            }};
}

Ingest::Ingest(results::ResultStore& store, Callers& callers, IngestOptions options)
    : impl_(std::make_unique<Impl>(store, callers, std::move(options))) {}
Ingest::~Ingest() = default;

void Ingest::close_run(const results::RunKey& run) {
    impl_->callers.close_run(run);
    impl_->ledger.forget_run(run);
}

net::Admission Ingest::admit(const net::RequestHead& head) {
    auto route = parse_route(head.target);
    if (!route) return refuse(404, "no such path in ingest");
    auto caller = impl_->callers.find(bearer_token(head));
    if (auto refusal = refuse_caller(caller)) return std::move(*refusal);
    if (!is_callers(*route, head.method, caller.attempt))
        return refuse(403, "this token is for another attempt");
    if (!is_allowed(route->kind, head.method)) return refuse_method(route->kind);
    if (caller.kind == Caller::Kind::Over) return refuse(410, "the attempt or its run is over");
    std::string digest;
    if (is_upload(route->kind, head.method)) {
        const auto header = head.headers.get(kDigestHeader);
        digest = header.value_or(route->digest);
        if (!is_digest(digest))
            return refuse(400, "X-Scanfleet-Sha256 must hold the SHA-256 of the body in hex");
        if (route->kind == Route::Kind::Input && digest != route->digest) {
            return refuse(400, "X-Scanfleet-Sha256 is not the digest in the path");
        }
    }
    const auto bytes_max = body_max(*route, head.method, impl_->options.limits);
    if (head.content_length > bytes_max) {
        return refuse(413, fmt::format("a body of {} bytes; at most {} here", head.content_length,
                                       bytes_max));
    }
    return impl_->accept(std::move(*route), std::move(caller.attempt), std::move(digest),
                         bytes_max);
}

}  // namespace api
