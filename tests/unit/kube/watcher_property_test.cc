// Whatever happens on the way, the cache ends as the server is.
#include "kube/cache.h"
#include "watch_server.h"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>

namespace kube {
namespace {

// A watcher, its cache and the wire between it and the server.
class World {
public:
    World(bool has_watch_list, std::uint64_t seed)
        : server_(has_watch_list),
          watcher_(options(seed), ids_, [this](const Change& c) { feed(c); }) {}

    WatchServer& server() { return server_; }
    const Cache<std::string>& cache() const { return cache_; }

    void pass(std::int64_t milliseconds) {
        now_.ticks += base::Duration(milliseconds);
        step();
    }
    void pass_until_due() {
        const auto due = watcher_.wake_at();
        if (due && *due > now_.ticks) now_.ticks = *due;
        step();
    }
    // Up to `count` lines in one piece, the last one cut where `cut` says.
    void deliver(int count, bool cut) {
        if (!stream_) return;
        std::string lines;
        for (; count > 0; --count) {
            auto line = server_.next(*stream_);
            if (!line) break;
            if (cut && count == 1) *line = line->substr(0, line->size() / 2) + "\n";
            lines += *line;
        }
        if (!lines.empty()) event(StreamLines{lines});
    }
    void send_bookmark() {
        if (stream_ && stream_->state.empty()) event(StreamLines{server_.bookmark_line(*stream_)});
    }
    void close() {
        if (stream_) event(StreamClosed{});
    }
    void close(ApiError error) {
        if (stream_) event(StreamClosed{std::move(error)});
    }
    void answer(bool fails) {
        if (!page_) return;
        const auto path = *page_;
        event(fails ? Answer{.status = 500, .error = refused(500)} : server_.page(path));
    }
    void relist() {
        watcher_.relist(now_, out_);
        settle();
    }

    bool is_caught_up() const { return stream_ && !has_lines(); }
    bool is_idle() const { return !stream_ && !page_; }

private:
    static WatcherOptions options(std::uint64_t seed) {
        WatcherOptions options;
        options.resource = kPods;
        options.page = 2;
        options.seed = seed;
        return options;
    }
    bool has_lines() const {
        auto copy = *stream_;
        return server_.next(copy).has_value();
    }
    void step() {
        watcher_.tick(now_, out_);
        settle();
    }
    template <typename What>
    void event(What what) {
        if (std::holds_alternative<StreamClosed>(decltype(CallEvent::what)(what))) stream_.reset();
        if (std::holds_alternative<Answer>(decltype(CallEvent::what)(what))) page_.reset();
        watcher_.take({.id = current_, .what = std::move(what)}, now_, out_);
        settle();
    }
    // Sends what the watcher wants. It has one call at a time, and hangs up before the next.
    void settle() {
        for (const auto id : out_.hang_ups) {
            RC_ASSERT(id == current_);
            stream_.reset();
            page_.reset();
        }
        const auto calls = std::exchange(out_.calls, {});
        out_.hang_ups.clear();
        RC_ASSERT(calls.size() <= 1u);
        for (const auto& call : calls) {
            RC_ASSERT(!stream_ && !page_);
            RC_ASSERT(call.id > current_);
            current_ = call.id;
            send(call);
        }
    }
    void send(const Call& call) {
        if (!call.stream) {
            page_ = call.request.path;
            return;
        }
        stream_.emplace();
        if (auto error = server_.open(call.request.path, *stream_)) close(std::move(*error));
    }
    void feed(const Change& change) {
        const auto object = base::parse_json(change.object);
        ObjectKey key;
        if (object) key.name = base::get_string(*base::find(*object, "metadata"), "name");
        switch (change.kind) {
        case Change::Kind::ListStarted: cache_.list_started(); break;
        case Change::Kind::Put:
            cache_.put(key, change.resource_version, std::string(change.resource_version));
            break;
        case Change::Kind::Gone: cache_.gone(key, change.resource_version); break;
        case Change::Kind::ListEnded: cache_.list_ended(change.resource_version); break;
        }
    }

    CallIds ids_;
    Now now_{};
    Outbox out_;
    WatchServer server_;
    Cache<std::string> cache_;
    CallId current_ = 0;
    std::optional<WatchServer::Stream> stream_;
    std::optional<std::string> page_;
    Watcher watcher_;
};

// The whole range in every case: small worlds would hardly ever cut a list in the middle.
int any(int min, int max) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(min, max + 1));
}

void happen(World& world) {
    const std::string name(1, static_cast<char>('a' + any(0, 6)));
    switch (any(0, 13)) {
    case 0:
    case 1:
    case 2: world.server().put(name); break;
    case 3: world.server().erase(name); break;
    case 4:
    case 5:
    case 6: world.deliver(any(1, 4), any(0, 4) == 0); break;
    case 7: any(0, 1) == 0 ? world.close(lost()) : world.close(); break;
    case 8: world.answer(any(0, 3) == 0); break;
    case 9: world.pass(any(0, 12'000)); break;
    case 10: world.pass_until_due(); break;
    case 11: world.send_bookmark(); break;
    case 12:
        if (any(0, 3) == 0) world.server().compact();
        break;
    default:
        if (any(0, 5) == 0) world.relist();
        break;
    }
}

// From here on nothing fails.
void calm(World& world) {
    for (int i = 0; i < 300 && !world.is_caught_up(); ++i) {
        if (world.is_idle()) world.pass_until_due();
        world.deliver(5, false);
        world.answer(false);
    }
    RC_ASSERT(world.is_caught_up());
}

RC_GTEST_PROP(WatcherProperty, AnyCutsAndFaultsGiveTheCacheOfAPlainReplay, ()) {
    World world(any(0, 1) == 1, static_cast<std::uint64_t>(any(1, 1'000)));
    const int steps = any(0, 150);
    for (int i = 0; i < steps; ++i) happen(world);
    calm(world);
    std::map<std::string, std::uint64_t> told;
    world.cache().each([&](KeyView key, const std::string& version) {
        told[std::string(key.name)] = std::stoull(version);
    });
    RC_ASSERT(told == world.server().objects());
}

}  // namespace
}  // namespace kube
