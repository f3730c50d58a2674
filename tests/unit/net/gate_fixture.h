// A gate on a free port, in front of routes that a test writes.
#pragma once

#include "fakes/raw_client.h"
#include "net/server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace net {

using base::Duration;
using fakes::RawClient;
using fakes::RawReply;

// For limits that a test wants to see broken.
inline constexpr Duration kShort{60};
// For those that only a hang reaches.
inline constexpr Duration kLong{20'000};

inline std::unique_ptr<Gate> start_gate(Admit admit, GateOptions options = {}) {
    auto gate = Gate::start(std::move(options), std::move(admit));
    if (!gate) ADD_FAILURE() << gate.error().message();
    return std::move(*gate);
}

// Answers with method, target and body.
inline Admission echo(const RequestHead& head, std::size_t body_max = 1u << 20) {
    return Accept{.body_max = body_max,
                  .handle = [what = head.method + " " + head.target](std::string body,
                                                                     Respond respond) mutable {
                      respond({.content_type = "text/plain", .body = what + " " + body});
                  }};
}
inline Admission echo_all(const RequestHead& head) { return echo(head); }

inline std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}
inline std::string put_head(std::string_view path, std::size_t length, std::string_view more = "") {
    return "PUT " + std::string(path) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           std::string(more) + "\r\n";
}
inline std::string put(std::string_view path, std::string_view body) {
    return put_head(path, body.size()) + std::string(body);
}

}  // namespace net
