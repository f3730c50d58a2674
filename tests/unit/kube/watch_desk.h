// A watcher on the table: the test is its clock, its wire and its owner.
#pragma once

#include "kube/watcher.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace kube {

inline std::string object_text(std::string_view name, std::string_view version) {
    return fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"}}}})", name, version);
}
inline std::string line_of(std::string_view type, std::string_view object) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}
inline std::string added(std::string_view name, std::string_view version) {
    return line_of("ADDED", object_text(name, version));
}
inline std::string deleted(std::string_view name, std::string_view version) {
    return line_of("DELETED", object_text(name, version));
}
inline std::string bookmark(std::string_view version) {
    return line_of("BOOKMARK",
                   fmt::format(R"({{"metadata":{{"resourceVersion":"{}"}}}})", version));
}
inline std::string initial_end(std::string_view version) {
    return line_of(
        "BOOKMARK",
        fmt::format(
            R"({{"metadata":{{"resourceVersion":"{}","annotations":{{"k8s.io/initial-events-end":"true"}}}}}})",
            version));
}
inline ApiError refused(int code, std::string reason = {}) {
    ApiError error;
    error.code = code;
    error.reason = std::move(reason);
    error.message = fmt::format("refused with {}", code);
    return error;
}
inline ApiError lost() {
    ApiError error;
    error.failure = net::Failure::Reset;
    error.message = "connection lost";
    return error;
}

class WatchDesk {
public:
    explicit WatchDesk(WatcherOptions options = {})
        : watcher_(with_pods(std::move(options)), ids_, [this](const Change& c) { tell(c); }) {}

    Watcher& operator*() { return watcher_; }
    Watcher* operator->() { return &watcher_; }

    void tick(std::int64_t milliseconds = 0) {
        pass(milliseconds);
        watcher_.tick(now_, out_);
    }
    // Time until the watcher wakes by itself, and the tick then.
    std::int64_t tick_when_due() {
        const auto due = watcher_.wake_at();
        EXPECT_TRUE(due);
        const auto wait =
            std::max<std::int64_t>((due.value_or(now_.ticks) - now_.ticks).count(), 0);
        tick(wait);
        return wait;
    }
    void lines(std::string text) { event(StreamLines{std::move(text)}); }
    void close() { event(StreamClosed{}); }
    void close(ApiError error) { event(StreamClosed{std::move(error)}); }
    void page(std::string body) { event(Answer{.status = 200, .body = std::move(body)}); }
    void refuse(ApiError error) { event(Answer{.status = error.code, .error = std::move(error)}); }
    void relist() { watcher_.relist(now_, out_); }

    // What it wants since the last time it was asked, as paths.
    std::vector<std::string> wants() {
        std::vector<std::string> paths;
        for (const auto& call : out_.calls) {
            paths.push_back(call.request.path);
            current_ = call.id;
        }
        out_.calls.clear();
        return paths;
    }
    std::vector<CallId> hang_ups() { return std::exchange(out_.hang_ups, {}); }
    CallId current() const { return current_; }
    std::vector<std::string> told() { return std::exchange(told_, {}); }

private:
    static WatcherOptions with_pods(WatcherOptions options) {
        options.resource = kPods;
        options.namespace_ = "n";
        return options;
    }
    void pass(std::int64_t milliseconds) {
        now_.ticks += base::Duration(milliseconds);
        now_.wall += base::Duration(milliseconds);
    }
    template <typename What>
    void event(What what) {
        if (!out_.calls.empty()) current_ = out_.calls.back().id;
        EXPECT_TRUE(watcher_.take({.id = current_, .what = std::move(what)}, now_, out_));
    }
    void tell(const Change& change) {
        const auto object = base::parse_json(change.object);
        const auto* metadata = object ? base::find(*object, "metadata") : nullptr;
        const auto name = metadata ? base::get_string(*metadata, "name") : "?";
        switch (change.kind) {
        case Change::Kind::ListStarted: told_.emplace_back("list"); break;
        case Change::Kind::Put:
            told_.push_back(fmt::format("put {}@{}", name, change.resource_version));
            break;
        case Change::Kind::Gone:
            told_.push_back(fmt::format("gone {}@{}", name, change.resource_version));
            break;
        case Change::Kind::ListEnded:
            told_.push_back(fmt::format("end@{}", change.resource_version));
            break;
        }
    }

    CallIds ids_;
    Now now_{.wall = base::Instant(std::chrono::hours(500'000)),
             .ticks = base::Ticks(base::Duration(1'000'000))};
    Outbox out_;
    CallId current_ = 0;
    std::vector<std::string> told_;
    Watcher watcher_;
};

using Paths = std::vector<std::string>;
using Told = std::vector<std::string>;

inline const std::string kWatchList =
    "/api/v1/namespaces/n/pods?watch=true&sendInitialEvents=true&resourceVersionMatch="
    "NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=300";
inline std::string watch_from(std::string_view version) {
    return fmt::format("/api/v1/namespaces/n/"
                       "pods?watch=true&resourceVersion={}&allowWatchBookmarks=true&timeoutSeconds="
                       "300",
                       version);
}

// A desk whose watcher has told the empty state and watches from version 10.
inline void sync(WatchDesk& desk) {
    desk.tick();
    desk.lines(initial_end("10"));
    desk.told();
    desk.wants();
}

}  // namespace kube
