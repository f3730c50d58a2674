// What comes after an answer: hand it out, follow a redirect, or try again. Pure.
#pragma once

#include "net/client.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>

namespace net {

// One try of one hop, as far as the decision needs it.
struct Attempt {
    const Request& request;
    const Url& url;
    const Response& response;
    bool connected = true;                 // false: the request never went out
    int redirects = 0;                     // followed so far
    int retries = 0;                       // of this hop
    const std::set<std::string>& visited;  // visit_key() of each hop so far, this one included
};

struct HandOut {
    // A failure that the decision found (a redirect out of scope); None = the answer's own.
    Failure failure = Failure::None;
    std::string message{};
};
struct RedirectTo {
    Request request;
    Url url;
};
struct TryAgain {
    base::Duration delay;
};
using FollowUp = std::variant<HandOut, RedirectTo, TryAgain>;

// `random` is any 64 random bits; `wall` reads Retry-After dates.
FollowUp decide_follow_up(const Attempt& attempt, const ClientOptions& options,
                          const RequestOptions& request_options, base::Instant wall,
                          std::uint64_t random);

std::string visit_key(std::string_view method, const Url& url);
// Dropped when a redirect leads to another origin.
bool is_credential_header(std::string_view name);

}  // namespace net
