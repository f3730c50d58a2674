#include "net/follow_up.h"

#include "base/redact.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace net {
namespace {

using base::Duration;

bool is_safe(std::string_view method) {
    constexpr std::array<std::string_view, 4> kSafe = {"GET", "HEAD", "OPTIONS", "TRACE"};
    return std::find(kSafe.begin(), kSafe.end(), method) != kSafe.end();
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_passing(int status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

// Fetch standard, HTTP-redirect fetch, step 12.
bool becomes_get(std::string_view method, int status) {
    if (status == 303) return method != "GET" && method != "HEAD";
    return (status == 301 || status == 302) && method == "POST";
}

Request next_request(const Attempt& attempt, const Url& to) {
    Request next = attempt.request;
    next.url = to.text();
    if (becomes_get(next.method, attempt.response.status)) {
        next.method = "GET";
        next.body.clear();
        for (const auto* name : {"Content-Type", "Content-Encoding", "Content-Language"})
            next.headers.remove(name);
    }
    if (attempt.url.origin() == to.origin()) return next;
    for (const auto& field : attempt.request.headers.fields()) {
        if (is_credential_header(field.name)) next.headers.remove(field.name);
    }
    return next;
}

FollowUp follow_redirect(const Attempt& attempt, std::string_view location,
                         const ClientOptions& options) {
    if (attempt.redirects >= options.redirects_max) {
        return HandOut{Failure::TooManyRedirects,
                       fmt::format("more than {} redirects", options.redirects_max)};
    }
    const auto to = resolve(attempt.url, location);
    if (!to) return HandOut{Failure::OutOfScope, "redirect refused: " + to.error().message()};
    if (options.scope != nullptr) {
        const auto allowed = options.scope->check_url(*to);
        if (!allowed)
            return HandOut{Failure::OutOfScope, "redirect refused: " + allowed.error().message()};
    }
    auto request = next_request(attempt, *to);
    if (attempt.visited.contains(visit_key(request.method, *to))) {
        return HandOut{Failure::TooManyRedirects, "the redirects run in a circle"};
    }
    return RedirectTo{std::move(request), *to};
}

// "Full jitter": anything between nothing and the doubled delay, so that clients that failed
// together do not come back together.
Duration jittered(int retries, const ClientOptions& options, std::uint64_t random) {
    auto most = options.retry_delay_min;
    for (int i = 0; i < retries && most < options.retry_delay_max; ++i) most *= 2;
    most = std::min(most, options.retry_delay_max);
    return Duration(
        static_cast<Duration::rep>(random % (static_cast<std::uint64_t>(most.count()) + 1)));
}

FollowUp retry_or_hand_out(const Attempt& attempt, const ClientOptions& options, base::Instant wall,
                           std::uint64_t random) {
    auto delay = jittered(attempt.retries, options, random);
    if (const auto header = attempt.response.headers.get("Retry-After");
        header && attempt.response.ok()) {
        const auto asked = parse_retry_after(*header, wall);
        if (asked && *asked > options.retry_after_max) return HandOut{};
        if (asked) delay = std::max(delay, *asked);
    }
    return TryAgain{delay};
}

}  // namespace

FollowUp decide_follow_up(const Attempt& attempt, const ClientOptions& options,
                          const RequestOptions& request_options, base::Instant wall,
                          std::uint64_t random) {
    const auto& response = attempt.response;
    const auto location = response.headers.get("Location");
    if (response.ok() && is_redirect(response.status) && location &&
        request_options.follow_redirects) {
        return follow_redirect(attempt, *location, options);
    }
    const bool no_connection = !attempt.connected && (response.failure == Failure::Connect ||
                                                      response.failure == Failure::TimedOut);
    const bool again = no_connection || (response.ok() && is_passing(response.status));
    const bool may = request_options.retry && is_safe(attempt.request.method) &&
                     attempt.retries < options.retries_max;
    if (again && may) return retry_or_hand_out(attempt, options, wall, random);
    return HandOut{};
}

std::string visit_key(std::string_view method, const Url& url) {
    return fmt::format("{} {}", method, url.text());
}

bool is_credential_header(std::string_view name) {
    for (const auto* known : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) {
        if (base::equals_ignoring_case(name, known)) return true;
    }
    return base::is_secret_name(name);
}

}  // namespace net
