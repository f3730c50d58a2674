// A connection to a scripted server on loopback.
#pragma once

#include "base/os/clock.h"
#include "base/os/file.h"
#include "fakes/raw_server.h"
#include "kube/connection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kube {

using base::Duration;
using fakes::http_answer;
using fakes::RawConnection;
using fakes::RawServer;

// Long enough that only a hang reaches it.
constexpr Duration kLong{20'000};

inline std::unique_ptr<Connection> connect(ConnectionOptions options,
                                           const base::Clock& clock = base::os::system_clock()) {
    auto out = Connection::create(std::move(options), clock);
    if (!out) ADD_FAILURE() << out.error().message();
    return std::move(*out);
}

inline ConnectionOptions options_for(const RawServer& server) {
    return {.cluster = {.server = fmt::format("http://127.0.0.1:{}", server.port())}};
}

inline std::unique_ptr<Connection> connect(const RawServer& server) {
    return connect(options_for(server));
}

inline Call read_call(CallId id) {
    return {.id = id, .request = get(kPods, {"shop", fmt::format("p{}", id)})};
}

inline Call watch_call(CallId id) {
    return {.id = id, .request = watch(kPods, "shop", {}), .stream = true};
}

// The next events, `count` of them, in order.
inline std::vector<CallEvent> events_of(Connection& connection, std::size_t count) {
    std::vector<CallEvent> out;
    while (out.size() < count) {
        auto more = connection.poll(kLong);
        if (more.empty()) break;
        for (auto& event : more) out.push_back(std::move(event));
    }
    EXPECT_EQ(out.size(), count);
    return out;
}

// What a stream told until its end.
struct Told {
    std::string lines{};
    std::optional<StreamClosed> end{};
};
inline Told listen(Connection& connection, CallId id) {
    Told out;
    for (int i = 0; i < 1'000 && !out.end; ++i) {
        for (auto& event : connection.poll(kLong)) {
            if (event.id != id) continue;
            if (auto* more = std::get_if<StreamLines>(&event.what)) out.lines += more->lines;
            if (auto* end = std::get_if<StreamClosed>(&event.what)) out.end = std::move(*end);
        }
    }
    EXPECT_TRUE(out.end);
    return out;
}

}  // namespace kube
