// Keeps up with one kind of objects: a stepper around list and watch. Pure: no clock, no I/O.
//
// First the state (WatchList where the server has it, else pages of a list), then changes, for ever:
// resumes at the last resourceVersion seen (bookmarks count), lists again only on 410 or when told to;
// a stream that says nothing for `silence` is dropped; failures back off with full jitter.
// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes, KEP-3157, KEP-956
#pragma once

#include "kube/call.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

// What a watcher tells its owner, in order. Between ListStarted and ListEnded every object there is
// comes as a Put; what did not come is gone.
struct Change {
    enum class Kind { ListStarted, Put, Gone, ListEnded } kind = Kind::Put;
    std::string_view object{};  // Put, Gone: JSON; valid during the call. Gone carries the last state
};
using OnChange = std::function<void(const Change&)>;

struct WatcherOptions {
    Resource resource{};
    std::string namespace_{};  // empty = all
    std::string label_selector{};
    std::string field_selector{};
    std::int64_t page = 500;
    // Bookmarks come about once a minute: 90 s without a line is a dead connection.
    base::Duration silence{90'000};
    base::Duration stream_max{300'000};  // asked of the server, so that connections are spread again
    base::Duration retry_min{250};
    base::Duration retry_max{30'000};
    base::Duration fallback_after{10'000};  // no initial bookmark by then: list in pages instead
    bool watch_list = true;
    std::uint64_t seed = 1;
};

class Watcher {
public:
    Watcher(WatcherOptions options, CallIds& ids, OnChange on_change);

    // Does what is due: starts, resumes, gives up on silence. Cheap when nothing is.
    void tick(Now now, Outbox& out);
    // True if the event was one of ours.
    bool take(const CallEvent& event, Now now, Outbox& out);
    // Forgets the position and lists again (a read-your-writes wait that lasted too long).
    void relist(Now now, Outbox& out);

    bool synced() const;  // a whole list has been told
    std::optional<base::Ticks> wake_at() const;
    const std::string& resource_version() const;  // of the last line
    // Set while something is wrong: for conditions, logs and /readyz.
    const std::optional<ApiError>& trouble() const;

private:
    // the implementer's
};

}  // namespace kube
