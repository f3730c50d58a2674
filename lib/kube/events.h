// Kubernetes Events about our objects: told once, counted when they come again. Pure.
//
// Nothing waits for it, and nothing is lost with it but words: memory and calls are bounded, what
// fails a few times is dropped. Whatever a user must act on is in a status too.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/, KEP-383
#pragma once

#include "kube/backoff.h"
#include "kube/call.h"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kube {

struct ObjectRef {
    std::string api_version{};
    std::string kind{};
    ObjectKey key{};
    std::string uid{};
    bool operator==(const ObjectRef&) const = default;
};

struct Happening {
    ObjectRef regarding{};
    bool warning = false;  // else Normal
    std::string reason{};  // "Finished": why, for machines; at most 128 bytes
    std::string action{};  // "Finish": what was done; at most 128 bytes
    std::string note{};    // for people; cut at 1024 bytes
};

struct EventRecorderOptions {
    std::string controller{};     // reportingController: "scanfleet.dev/operator"
    std::string instance{};       // reportingInstance: the Pod; cut at 128 bytes
    std::size_t keys_max = 1000;  // about 2 KiB each; the one unheard of for longest is forgotten
    std::size_t per_object_max = 25;  // different ones within `series`, as in client-go
    std::size_t in_flight_max = 4;    // Events never crowd out real work
    int tries_max = 3;
    base::Duration series{360'000};      // what comes again later is a new Event, as in client-go
    base::Duration patch_every{10'000};  // of one Event: a burst is one count
    base::Duration retry_first{1'000};
    std::uint64_t seed = 1;
};

class EventRecorder {
public:
    // `ids` must outlive it.
    EventRecorder(EventRecorderOptions options, CallIds& ids);

    // The same about the same object (reason, action, note and all) within `series` is counted in
    // the series of the first one.
    void record(const Happening& happening, Now now, Outbox& out);
    void tick(Now now, Outbox& out);
    // True if the event was one of ours.
    bool take(const CallEvent& event, Now now, Outbox& out);

    std::optional<base::Ticks> wake_at() const;
    std::uint64_t dropped() const { return dropped_; }  // for metrics: never told, or not counted
    std::size_t known() const { return by_key_.size(); }

private:
    struct Entry {
        std::string key{};
        Happening what{};
        std::string name{};  // of the Event; empty: it has to be created
        std::int64_t count = 0;
        std::int64_t told = 0;   // the count that the server has
        std::int64_t asked = 0;  // the one that the call in flight carries
        base::Instant seen{};
        base::Ticks seen_ticks{};
        base::Ticks not_before{};
        CallId call = 0;  // in flight
        int tries = 0;
        std::optional<std::multimap<base::Ticks, Entry*>::iterator> due{};
    };
    using Entries = std::list<Entry>;  // heard of longest ago first

    void add(std::string key, const Happening& happening, Now now, Outbox& out);
    Entries::iterator oldest();
    void forget(Entries::iterator entry, Outbox& out);
    void schedule(Entry& entry);
    void flush(Now now, Outbox& out);
    void send(Entry& entry, Now now, Outbox& out);
    void settle(Entry& entry, const Answer& answer, Now now, Outbox& out);
    void try_again(Entry& entry, const ApiError& error, Now now, Outbox& out);
    void give_up(Entry& entry, Outbox& out);
    std::string event_body(const Entry& entry) const;

    EventRecorderOptions options_;
    CallIds* ids_;
    Chance chance_;
    Entries entries_{};
    std::unordered_map<std::string_view, Entries::iterator> by_key_{};
    std::unordered_map<std::string, std::size_t> per_object_{};  // by uid
    std::multimap<base::Ticks, Entry*> due_{};
    std::map<CallId, Entry*> in_flight_{};
    std::uint64_t named_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace kube
