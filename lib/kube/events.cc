#include "kube/events.h"

#include "base/json.h"
#include "base/text.h"
#include "kube/lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kube {
namespace {

using base::Json;

// Bounds of the API's validation.
constexpr std::size_t kWordBytesMax = 128;
constexpr std::size_t kNoteBytesMax = 1024;
// The name is cut so that a dot and 16 digits fit into 253.
constexpr std::size_t kNameBytesMax = 236;
// Cluster-wide objects have their Events here.
constexpr std::string_view kDefaultNamespace = "default";

std::string key_of(const Happening& what) {
    const auto& about = what.regarding;
    std::string key;
    for (const std::string_view part :
         {std::string_view(about.kind), std::string_view(about.key.namespace_),
          std::string_view(about.key.name), std::string_view(about.uid),
          std::string_view(what.warning ? "W" : "N"), std::string_view(what.reason),
          std::string_view(what.action), std::string_view(what.note)}) {
        key += part;
        key += '\0';
    }
    return key;
}

// Within the API's bounds; invalid UTF-8 would be refused.
Happening bounded(const Happening& what) {
    auto out = what;
    out.reason = base::ellipsize(base::to_utf8(what.reason), kWordBytesMax);
    out.action = base::ellipsize(base::to_utf8(what.action), kWordBytesMax);
    out.note = base::ellipsize(base::to_utf8(what.note), kNoteBytesMax);
    return out;
}

std::string name_for(const std::string& object, base::Instant now, std::uint64_t number) {
    auto stem = object.substr(0, kNameBytesMax);
    while (!stem.empty() && (stem.back() == '.' || stem.back() == '-')) stem.pop_back();
    const auto stamp = static_cast<std::uint64_t>(now.time_since_epoch().count()) << 20;
    return fmt::format("{}.{:x}", stem, stamp + (number & 0xfffff));
}

std::string namespace_of(const Happening& what) {
    const auto& own = what.regarding.key.namespace_;
    return own.empty() ? std::string(kDefaultNamespace) : own;
}

std::string series_body(std::int64_t count, base::Instant seen) {
    return base::dump_json(
        {{"series", {{"count", count}, {"lastObservedTime", micro_time(seen)}}}});
}

}  // namespace

EventRecorder::EventRecorder(EventRecorderOptions options, CallIds& ids)
    : options_(std::move(options)), ids_(&ids), chance_(options_.seed) {
    options_.keys_max = std::max<std::size_t>(options_.keys_max, 1);
    options_.instance = base::ellipsize(options_.instance, kWordBytesMax);
}

void EventRecorder::record(const Happening& happening, Now now, Outbox& out) {
    while (!entries_.empty() && now.ticks - entries_.front().seen_ticks >= options_.series)
        forget(entries_.begin(), out);
    const auto what = bounded(happening);
    auto key = key_of(what);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        add(std::move(key), what, now, out);
    } else {
        auto& entry = *found->second;
        entries_.splice(entries_.end(), entries_, found->second);
        entry.count = std::min<std::int64_t>(entry.count + 1, INT32_MAX);
        entry.seen = now.wall;
        entry.seen_ticks = now.ticks;
        schedule(entry);
    }
    flush(now, out);
}

void EventRecorder::add(std::string key, const Happening& happening, Now now, Outbox& out) {
    auto& siblings = per_object_[happening.regarding.uid];
    if (siblings >= options_.per_object_max) {
        ++dropped_;
        return;
    }
    ++siblings;
    if (entries_.size() >= options_.keys_max) forget(oldest(), out);
    auto& entry = entries_.emplace_back();
    entry.key = std::move(key);
    entry.what = happening;
    entry.count = 1;
    entry.seen = now.wall;
    entry.seen_ticks = entry.not_before = now.ticks;
    by_key_.emplace(entry.key, std::prev(entries_.end()));
    schedule(entry);
}

// Not one of the few that are just being told.
EventRecorder::Entries::iterator EventRecorder::oldest() {
    const auto idle = std::ranges::find(entries_, CallId{0}, &Entry::call);
    return idle == entries_.end() ? entries_.begin() : idle;
}

void EventRecorder::forget(Entries::iterator entry, Outbox& out) {
    if (entry->told < entry->count) ++dropped_;
    if (entry->due) due_.erase(*entry->due);
    if (entry->call != 0) {
        in_flight_.erase(entry->call);
        out.hang_ups.push_back(entry->call);
    }
    const auto siblings = per_object_.find(entry->what.regarding.uid);
    if (siblings != per_object_.end() && --siblings->second == 0) per_object_.erase(siblings);
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

// Puts it among those that are due, if the server does not know all of it and is not being told.
void EventRecorder::schedule(Entry& entry) {
    if (entry.call != 0 || entry.due || entry.told >= entry.count) return;
    entry.due = due_.emplace(entry.not_before, &entry);
}

void EventRecorder::tick(Now now, Outbox& out) { flush(now, out); }

void EventRecorder::flush(Now now, Outbox& out) {
    while (in_flight_.size() < options_.in_flight_max && !due_.empty() &&
           due_.begin()->first <= now.ticks) {
        auto& entry = *due_.begin()->second;
        due_.erase(due_.begin());
        entry.due.reset();
        send(entry, now, out);
    }
}

std::optional<base::Ticks> EventRecorder::wake_at() const {
    if (due_.empty() || in_flight_.size() >= options_.in_flight_max) return std::nullopt;
    return due_.begin()->first;
}

void EventRecorder::send(Entry& entry, Now now, Outbox& out) {
    const auto in = namespace_of(entry.what);
    entry.call = ids_->next();
    in_flight_.emplace(entry.call, &entry);
    Call call{.id = entry.call};
    if (entry.told == 0) {
        entry.name = name_for(entry.what.regarding.key.name, now.wall, ++named_);
        call.request = create(kEvents, in, event_body(entry));
    } else {
        call.request = merge_patch(kEvents, {.namespace_ = in, .name = entry.name}, {},
                                   series_body(entry.count, entry.seen));
    }
    entry.asked = entry.told == 0 ? 1 : entry.count;
    out.calls.push_back(std::move(call));
}

std::string EventRecorder::event_body(const Entry& entry) const {
    const auto& about = entry.what.regarding;
    Json regarding = {{"apiVersion", about.api_version},
                      {"kind", about.kind},
                      {"name", about.key.name},
                      {"uid", about.uid}};
    if (!about.key.namespace_.empty()) regarding["namespace"] = about.key.namespace_;
    return base::dump_json(
        {{"apiVersion", kEvents.api_version()},
         {"kind", kEvents.kind},
         {"metadata", {{"name", entry.name}, {"namespace", namespace_of(entry.what)}}},
         {"eventTime", micro_time(entry.seen)},
         {"reportingController", options_.controller},
         {"reportingInstance", options_.instance},
         {"action", entry.what.action},
         {"reason", entry.what.reason},
         {"regarding", regarding},
         {"note", entry.what.note},
         {"type", entry.what.warning ? "Warning" : "Normal"}});
}

bool EventRecorder::take(const CallEvent& event, Now now, Outbox& out) {
    const auto found = in_flight_.find(event.id);
    if (found == in_flight_.end()) return false;
    const auto* answer = std::get_if<Answer>(&event.what);
    if (answer == nullptr) return true;
    auto& entry = *found->second;
    in_flight_.erase(found);
    entry.call = 0;
    settle(entry, *answer, now, out);
    flush(now, out);
    return true;
}

void EventRecorder::settle(Entry& entry, const Answer& answer, Now now, Outbox& out) {
    if (answer.error) {
        // Expired, or deleted by hand: a new one, which counts anew.
        if (entry.told > 0 && is_not_found(*answer.error)) {
            entry.told = 0;
            entry.count = 1;
        }
        return try_again(entry, *answer.error, now, out);
    }
    entry.told = entry.asked;
    entry.tries = 0;
    entry.not_before = now.ticks + options_.patch_every;
    schedule(entry);
}

void EventRecorder::try_again(Entry& entry, const ApiError& error, Now now, Outbox& out) {
    // A create gets another name each time: AlreadyExists passes, too.
    const bool hopeful =
        is_transient(error) || is_already_exists(error) || (entry.told == 0 && is_not_found(error));
    if (++entry.tries >= options_.tries_max || !hopeful) return give_up(entry, out);
    auto delay = options_.retry_first * (1 << std::min(entry.tries - 1, 10));
    delay += chance_.up_to(delay);
    if (error.retry_after) delay = std::max(delay, std::min(*error.retry_after, options_.series));
    entry.not_before = now.ticks + delay;
    schedule(entry);
}

void EventRecorder::give_up(Entry& entry, Outbox& out) {
    const auto found = by_key_.find(entry.key);
    if (entry.told == 0) return forget(found->second, out);
    // The Event is there, only its count is old: the next time tells it.
    ++dropped_;
    entry.tries = 0;
    entry.told = entry.count;
}

}  // namespace kube
