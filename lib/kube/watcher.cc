#include "kube/watcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kube {
namespace {

using std::string_view;

// A connection takes less than this, or fails: a stream that has lasted so long works, whether or
// not there was anything to say.
constexpr base::Duration kSettledAfter{15'000};
// A server that closes sooner than this is not doing so because the time asked for is over.
constexpr base::Duration kHasty{1'000};
// Whatever Retry-After says: a watcher must not be away for longer.
constexpr base::Duration kRetryAfterMax{60'000};

ApiError no_answer(net::Failure failure, std::string message) {
    ApiError error;
    error.failure = failure;
    error.message = std::move(message);
    return error;
}

}  // namespace

Watcher::Watcher(WatcherOptions options, CallIds& ids, OnChange on_change)
    : options_(std::move(options)), ids_(&ids), on_change_(std::move(on_change)),
      backoff_(options_.retry_min, options_.retry_max, options_.seed),
      list_backoff_(options_.retry_min, options_.retry_max, ~options_.seed),
      watch_list_(options_.watch_list) {}

void Watcher::tick(Now now, Outbox& out) {
    if (state_ == State::Waiting && now.ticks >= until_) start(now, out);
    if (!streams()) return;
    if (state_ == State::Initial && now.ticks - started_ >= options_.fallback_after) {
        // A server that says nothing at all may only be away: WatchList gets another chance later.
        watch_list_ = !spoke_;
        hang_up(out);
        use_pages(now, out);
        return;
    }
    if (now.ticks - heard_ >= options_.silence) {
        hang_up(out);
        end_stream(
            no_answer(net::Failure::TimedOut,
                      fmt::format("the watch of {} said nothing for {}", options_.resource.plural,
                                  base::format_duration(options_.silence))),
            now, out);
        return;
    }
    if (trouble_ && now.ticks - started_ >= kSettledAfter) trouble_.reset();
}

std::optional<base::Ticks> Watcher::wake_at() const {
    switch (state_) {
    case State::Waiting: return until_;
    case State::Paging: return std::nullopt;  // the call has a time limit of its own
    case State::Initial:
        return std::min(started_ + options_.fallback_after, heard_ + options_.silence);
    case State::Watching:
        return trouble_ ? std::min(started_ + kSettledAfter, heard_ + options_.silence)
                        : heard_ + options_.silence;
    }
    std::unreachable();
}

void Watcher::relist(Now now, Outbox& out) {
    forget_position();
    if (state_ == State::Waiting) return;
    hang_up(out);
    start(now, out);
}

bool Watcher::take(const CallEvent& event, Now now, Outbox& out) {
    if (state_ == State::Waiting || event.id != call_) return false;
    if (const auto* lines = std::get_if<StreamLines>(&event.what)) {
        if (streams()) take_lines(lines->lines, now, out);
    } else if (const auto* closed = std::get_if<StreamClosed>(&event.what)) {
        if (streams()) end_stream(closed->error, now, out);
    } else if (const auto& answer = std::get<Answer>(event.what); state_ == State::Paging) {
        take_page(answer, now, out);
    } else {
        end_stream(answer.error, now, out);
    }
    return true;
}

// Calls

void Watcher::start(Now now, Outbox& out) {
    call_ = ids_->next();
    if (position_.empty() && continue_.empty()) list_open_ = false;
    if (position_.empty() && (by_pages_ || !watch_list_))
        start_page(out);
    else
        start_stream(now, out);
}

void Watcher::start_page(Outbox& out) {
    state_ = State::Paging;
    // No version: the newest state there is, so that our own writes are in it.
    ListOptions asked{.label_selector = options_.label_selector,
                      .field_selector = options_.field_selector,
                      .limit = options_.page,
                      .continue_token = continue_};
    out.calls.push_back(
        {.id = call_, .request = list(options_.resource, options_.namespace_, asked)});
}

void Watcher::start_stream(Now now, Outbox& out) {
    state_ = position_.empty() ? State::Initial : State::Watching;
    started_ = heard_ = now.ticks;
    moved_ = spoke_ = false;
    WatchOptions asked{.label_selector = options_.label_selector,
                       .field_selector = options_.field_selector,
                       .resource_version = position_,
                       .send_initial_events = position_.empty(),
                       .timeout =
                           std::chrono::duration_cast<std::chrono::seconds>(options_.stream_max)};
    out.calls.push_back({.id = call_,
                         .request = watch(options_.resource, options_.namespace_, asked),
                         .stream = true});
}

void Watcher::hang_up(Outbox& out) {
    out.hang_ups.push_back(call_);
    call_ = 0;
}

void Watcher::wait(base::Duration delay, Now now) {
    state_ = State::Waiting;
    until_ = now.ticks + delay;
}

void Watcher::forget_position() {
    position_.clear();
    continue_.clear();
}

// Ends

// Lists have a back-off of their own: they may succeed again and again, and the version they end
// with be refused each time.
void Watcher::back_off(const std::optional<base::Duration>& retry_after, Now now) {
    auto delay = position_.empty() && continue_.empty() ? list_backoff_.next() : backoff_.next();
    if (retry_after) delay = std::max(delay, std::min(*retry_after, kRetryAfterMax));
    wait(delay, now);
}

void Watcher::fail(ApiError error, Now now) {
    back_off(error.retry_after, now);
    trouble_ = std::move(error);
}

void Watcher::use_pages(Now now, Outbox& out) {
    by_pages_ = true;
    forget_position();
    start(now, out);
}

// The call is gone: closed by the other side, or hung up.
void Watcher::end_stream(std::optional<ApiError> error, Now now, Outbox& out) {
    const bool initial = state_ == State::Initial;
    const auto lasted = now.ticks - started_;
    if (lasted >= kSettledAfter) list_backoff_.reset();
    if (lasted >= kSettledAfter || moved_) backoff_.reset();
    if (!error) {
        if (initial) return fail(no_answer(net::Failure::Reset, "the list broke off"), now);
        return wait(lasted < kHasty ? backoff_.next() : base::Duration(0), now);
    }
    if (initial && is_invalid(*error)) {
        watch_list_ =
            false;  // a server without it says so; what else is wrong, the pages will tell
        return use_pages(now, out);
    }
    // Invalid: the version is from another time of this server (restored, other storage).
    if (is_expired(*error) || is_invalid(*error)) forget_position();
    if (is_expired(*error)) return back_off(error->retry_after, now);
    fail(std::move(*error), now);
}

// Pages

void Watcher::take_page(const Answer& answer, Now now, Outbox& out) {
    if (answer.error) {
        // Invalid: that can only be the continue token, all else never changes.
        if (is_expired(*answer.error) || is_invalid(*answer.error)) forget_position();
        if (is_expired(*answer.error)) return back_off(answer.error->retry_after, now);
        return fail(*answer.error, now);
    }
    const auto page = parse_list_page(answer.body);
    const bool leads_nowhere = page && !continue_.empty() && page->continue_token == continue_;
    if (!page || leads_nowhere) {
        forget_position();
        return fail(no_answer(net::Failure::BadAnswer, page ? "a list leads to the same page again"
                                                            : page.error().message()),
                    now);
    }
    trouble_.reset();
    backoff_.reset();
    open_list();
    for (const auto& item : page->items)
        tell(Change::Kind::Put, item.object, item.resource_version);
    continue_ = page->continue_token;
    if (continue_.empty()) end_list(page->resource_version);
    start(now, out);
}

// Lines

void Watcher::take_lines(string_view lines, Now now, Outbox& out) {
    while (!lines.empty() && streams()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (!line.empty() && !take_line(line, now, out)) return;
    }
}

// False if the stream is over.
bool Watcher::take_line(string_view line, Now now, Outbox& out) {
    const auto event = parser_.parse(line);
    if (event && event->type != WatchEvent::Type::Error) {
        heard_ = now.ticks;
        spoke_ = true;
        trouble_.reset();
        take_event(*event);
        return true;
    }
    hang_up(out);
    end_stream(event ? api_error_of_status(event->object)
                     : no_answer(net::Failure::BadAnswer, event.error().message()),
               now, out);
    return false;
}

void Watcher::take_event(const WatchEvent& event) {
    const bool initial = state_ == State::Initial;
    if (initial) open_list();
    switch (event.type) {
    case WatchEvent::Type::Added:
    case WatchEvent::Type::Modified:
        tell(Change::Kind::Put, event.object, event.resource_version);
        break;
    case WatchEvent::Type::Deleted:
        tell(Change::Kind::Gone, event.object, event.resource_version);
        break;
    case WatchEvent::Type::Bookmark:
        if (initial && event.initial_end && !event.resource_version.empty()) {
            state_ = State::Watching;
            end_list(event.resource_version);
        }
        break;
    case WatchEvent::Type::Error:    // handled before
    case WatchEvent::Type::Unknown:  // a newer server may know more
        return;
    }
    // Before the state is whole there is no version to resume at.
    if (initial || event.resource_version.empty()) return;
    if (position_ == event.resource_version) return;
    position_ = event.resource_version;
    moved_ = true;
}

void Watcher::tell(Change::Kind kind, string_view object, string_view version) {
    on_change_({.kind = kind, .object = object, .resource_version = version});
}

void Watcher::open_list() {
    if (list_open_) return;
    list_open_ = true;
    tell(Change::Kind::ListStarted, {}, {});
}

void Watcher::end_list(string_view version) {
    position_ = version;
    list_open_ = false;
    by_pages_ = false;
    synced_ = true;
    tell(Change::Kind::ListEnded, {}, version);
}

}  // namespace kube
