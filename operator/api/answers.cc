#include "operator/api/answers.h"

#include "base/json.h"
#include "operator/results/store.h"

#include <string>

namespace api {

namespace {

// The store commits some hundred batches a second: after one second a full queue has room again.
constexpr base::Duration kRetryAfter{1'000};

int status_of(base::ErrorKind kind) {
    switch (kind) {
    case base::ErrorKind::Invalid: return 400;
    case base::ErrorKind::NotFound: return 404;
    case base::ErrorKind::Conflict: return 409;
    case base::ErrorKind::Forbidden: return 403;
    case base::ErrorKind::TooLarge: return 413;
    case base::ErrorKind::Unavailable:
    case base::ErrorKind::TimedOut: return 503;
    case base::ErrorKind::Cancelled: return 410;
    case base::ErrorKind::Internal: return 500;
    }
    return 500;
}

}  // namespace

net::Reply answer_for(const base::Error& error) {
    if (const auto number = results::wanted_segment(error)) {
        net::Reply reply;
        reply.status = 412;
        reply.body = base::dump_json({{"error", "segments are missing"}, {"want", *number}});
        return reply;
    }
    const int status = status_of(error.kind());
    if (status == 503) return busy_answer(error.message());
    return net::error_reply(status, error.message());
}

net::Reply done_answer() {
    net::Reply reply;
    reply.body = "{}";
    return reply;
}

net::Reply busy_answer(std::string_view sentence) {
    return net::error_reply(503, sentence, kRetryAfter);
}

}  // namespace api
