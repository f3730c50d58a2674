// Keeps up with one kind of objects: a stepper around list and watch. Pure: no clock, no I/O.
//
// First the state (WatchList where the server has it, else pages of a list), then changes, for
// ever: resumes at the last resourceVersion seen (bookmarks count), lists again only on 410 (also
// as an event, also between pages), when the server cannot read the version any more (400, 422), or
// when told to; a stream that says nothing for `silence` is dropped; a line that is broken or cut
// off ends the stream, which is resumed; failures back off with full jitter, and Retry-After is
// obeyed. resourceVersions are opaque, and may go backwards. Source:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes,
// KEP-3157, KEP-956
#pragma once

#include "kube/backoff.h"
#include "kube/call.h"
#include "kube/watch_event.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

// What a watcher tells its owner, in order. Between ListStarted and ListEnded every object there is
// comes as a Put; what did not come is gone. A list that breaks off is started again with another
// ListStarted; changes may come in the middle of it.
struct Change {
    enum class Kind { ListStarted, Put, Gone, ListEnded } kind = Kind::Put;
    // Put, Gone: JSON; valid during the call. Gone carries the last state. Items of lists have no
    // apiVersion and kind.
    std::string_view object{};
    // Put, Gone: the object's; ListEnded: the list's. Valid during the call; empty if there is
    // none.
    std::string_view resource_version{};
};
// Must not call the watcher.
using OnChange = std::function<void(const Change&)>;

struct WatcherOptions {
    Resource resource{};
    std::string namespace_{};  // empty = all
    std::string label_selector{};
    std::string field_selector{};
    std::int64_t page = 500;
    // Bookmarks come about once a minute: 90 s without a line is a dead connection.
    base::Duration silence{90'000};
    base::Duration stream_max{
        300'000};  // asked of the server, so that connections are spread again
    base::Duration retry_min{250};
    base::Duration retry_max{30'000};
    base::Duration fallback_after{10'000};  // no initial bookmark by then: list in pages instead
    bool watch_list = true;
    std::uint64_t seed = 1;
};

class Watcher {
public:
    // `ids` must outlive it.
    Watcher(WatcherOptions options, CallIds& ids, OnChange on_change);

    // Does what is due: starts, resumes, gives up on silence. Cheap when nothing is.
    void tick(Now now, Outbox& out);
    // True if the event was one of ours.
    bool take(const CallEvent& event, Now now, Outbox& out);
    // Forgets the position and lists again (a read-your-writes wait that lasted too long). A
    // back-off that runs is not cut short.
    void relist(Now now, Outbox& out);

    bool synced() const { return synced_; }  // a whole list has been told
    std::optional<base::Ticks> wake_at() const;
    const std::string& resource_version() const { return position_; }  // of the last line
    // Set while something is wrong: for conditions, logs and /readyz. Expired versions and streams
    // that end in order are not.
    const std::optional<ApiError>& trouble() const { return trouble_; }

private:
    enum class State {
        Waiting,  // until until_; then a call starts
        Paging,   // the call asks for a page of a list
        Initial,  // the call is a WatchList that has not told all of the state yet
        Watching  // the call is a watch from position_
    };

    bool streams() const { return state_ == State::Initial || state_ == State::Watching; }
    void start(Now now, Outbox& out);
    void start_page(Outbox& out);
    void start_stream(Now now, Outbox& out);
    void hang_up(Outbox& out);
    void wait(base::Duration delay, Now now);
    void forget_position();
    void end_stream(std::optional<ApiError> error, Now now, Outbox& out);
    void back_off(const std::optional<base::Duration>& retry_after, Now now);
    void fail(ApiError error, Now now);
    void use_pages(Now now, Outbox& out);

    void take_page(const Answer& answer, Now now, Outbox& out);
    void take_lines(std::string_view lines, Now now, Outbox& out);
    bool take_line(std::string_view line, Now now, Outbox& out);
    void take_event(const WatchEvent& event);
    void tell(Change::Kind kind, std::string_view object, std::string_view version);
    void open_list();
    void end_list(std::string_view version);

    WatcherOptions options_;
    CallIds* ids_;
    OnChange on_change_;
    WatchEventParser parser_;
    Backoff backoff_;       // of calls that fail
    Backoff list_backoff_;  // of lists whose version is expired at once: they succeed in between

    State state_ = State::Waiting;
    base::Ticks until_{};     // Waiting
    CallId call_ = 0;         // in flight, unless Waiting
    std::string position_{};  // resume here; empty: list first
    std::string continue_{};  // Paging: the next page
    bool list_open_ = false;  // ListStarted was told, ListEnded was not
    bool watch_list_ = true;  // the server has it, as far as we know
    bool by_pages_ = false;   // but not for this list
    bool synced_ = false;
    bool moved_ = false;     // this stream has moved position_
    bool spoke_ = false;     // this stream has had a line
    base::Ticks started_{};  // this stream
    base::Ticks heard_{};    // its last line
    std::optional<ApiError> trouble_{};
};

}  // namespace kube
