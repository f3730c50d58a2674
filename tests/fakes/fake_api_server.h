// A Kubernetes API server in memory: one process, no clock, no thread, no network. It reads
// requests as they would go over the wire (method, path with query, body) and answers with status
// and body as a real one writes them; watches are lines.
//
// Gaps: no schemas, no defaulting, no admission but what is listed here (namespace terminating, the
// Pod's ServiceAccount, refusals on order); no authentication and RBAC; no dryRun (refused), field
// managers and server-side apply; of subresources only `status`; merge patches only; a Pod's spec
// may be changed; every kind is stored in one version; resourceVersions are one counter over all
// kinds (as with one etcd); lists are of the moment of their first page; garbage is collected when
// collect_garbage() is called, not by itself; Events do not expire; no APF: 429 only on order.
#pragma once

#include "base/json_fwd.h"
#include "base/time.h"
#include "fakes/api_selector.h"
#include "kube/call.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fakes {

struct ApiRefusal {
    int code = 500;
    std::string reason = "InternalError";  // of the Status
    std::string message{};
    std::optional<int> retry_after{};  // seconds
    std::string cause{};               // reason of the one cause in details
};

class FakeApiServer {
public:
    using Object = std::shared_ptr<const base::Json>;
    struct Kind {
        kube::Resource resource{};
        bool custom = false;             // has generation and a status that only /status writes
        std::string collection() const;  // "pods", "scanjobs.scanfleet.dev"
    };
    // One change of one object, for ever: what tests look at.
    struct Change {
        enum class Type { Added, Modified, Deleted } type = Type::Added;
        std::uint64_t version = 0;
        const Kind* kind = nullptr;
        kube::ObjectKey key{};
        Object object{};  // Deleted: the last state, with the version of the deletion
        Object before{};  // empty if Added
        base::Instant at{};
    };

    FakeApiServer();  // serves Pods, ConfigMaps, ServiceAccounts, Leases and Events
    void serve(const kube::Resource& custom);

    // ---- what a client does ----
    // Anything but a watch.
    kube::Answer handle(const kube::Request& request, base::Instant now);
    // Set: refused, and not open.
    std::optional<kube::ApiError> open_watch(kube::CallId id, const kube::Request& request,
                                             base::Instant now);
    // What there is to say since the last time; empty if nothing.
    std::string take_lines(kube::CallId id);
    bool has_lines(kube::CallId id);
    // The time that the watch asked for is over.
    bool is_over(kube::CallId id, base::Instant now) const;
    void close_watch(kube::CallId id);
    void send_bookmarks();
    std::vector<kube::CallId> open_watches() const;

    // ---- what the rest of the cluster does: past all refusals ----
    const base::Json* find(const kube::Resource& resource, const kube::ObjectKey& key) const;
    std::vector<Object> all(const kube::Resource& resource) const;
    // Whole object, status included. False: it is not there.
    bool edit(const kube::Resource& resource, const kube::ObjectKey& key,
              const std::function<void(base::Json&)>& change, base::Instant now);
    // As written by somebody else: labels, owners and all.
    void put(const kube::Resource& resource, base::Json object, base::Instant now);
    // The kubelet is through with it, or somebody forces it.
    void remove(const kube::Resource& resource, const kube::ObjectKey& key, base::Instant now);
    // A pass of the garbage collector: what has owners, none of which is there, is deleted; what is
    // deleted in the foreground goes when its dependents are gone. True if anything was done.
    bool collect_garbage(base::Instant now);

    // ---- on order ----
    using Refuse = std::function<std::optional<ApiRefusal>(const kube::Request&)>;
    void refuse(Refuse refuse) { refuse_ = std::move(refuse); }
    void terminate_namespace(const std::string& name) { terminating_.insert(name); }
    void set_watch_list(bool has) { watch_list_ = has; }
    // Forgets the history up to now: older versions are expired, and lists in pages too.
    void compact();

    const std::vector<Change>& history() const { return history_; }
    std::uint64_t version() const { return version_; }

private:
    struct Route {
        const Kind* kind = nullptr;
        std::string namespace_{};
        std::string name{};
        std::string subresource{};
        std::map<std::string, std::string, std::less<>> query{};
        std::string value(std::string_view name) const;
    };
    struct Reply {
        int status = 200;
        std::string body{};
        std::optional<int> retry_after{};
    };
    struct Watch {
        const Kind* kind = nullptr;
        std::string namespace_{};
        Selector labels{};
        Selector fields{};
        std::size_t next = 0;  // of the history
        std::string pending{};
        bool bookmarks = false;
        std::optional<base::Instant> ends_at{};
    };
    using Key = std::pair<std::string, kube::ObjectKey>;  // collection first

    static Reply reply(const base::Json& object, int status = 200);
    static Reply refusal(const ApiRefusal& why, const Route* route = nullptr);
    kube::Answer answer_of(const Reply& reply, base::Instant now) const;
    std::optional<Route> route_of(const kube::Request& request) const;
    Reply dispatch(const kube::Request& request, base::Instant now);

    // fake_api_writes.cc
    Reply create(const Route& route, const kube::Request& request, base::Instant now);
    Reply write(const Route& route, const kube::Request& request, base::Instant now);
    Reply remove_one(const Route& route, const kube::Request& request, base::Instant now);
    Reply remove_all(const Route& route, const kube::Request& request, base::Instant now);
    std::optional<ApiRefusal> refuse_create(const Route& route, const base::Json& object) const;
    // The object as it is after the deletion has begun, or was when it ended.
    Object begin_deletion(const Key& key, const base::Json& options, base::Instant now);
    Object store(const Kind& kind, base::Json object, base::Instant now);
    Object erase(const Key& key, base::Instant now);
    bool finish_deletion(const Key& key, base::Instant now);

    // fake_api_reads.cc
    Reply get(const Route& route) const;
    Reply list(const Route& route);
    base::Result<std::pair<Selector, Selector>> selectors_of(const Route& route) const;
    bool is_wanted(const Watch& watch, const base::Json& object) const;
    void append_change(Watch& watch, const Change& change) const;
    void append_initial(Watch& watch, bool with_bookmark);

    const Kind* kind_of(const kube::Resource& resource) const;
    static Key key_of(const Kind& kind, const kube::ObjectKey& key) {
        return {kind.collection(), key};
    }

    std::vector<std::unique_ptr<Kind>> kinds_{};
    std::map<Key, Object> objects_{};
    std::vector<Change> history_{};
    std::uint64_t version_ = 100;
    std::uint64_t compacted_ = 0;
    std::uint64_t uids_ = 0;
    std::map<kube::CallId, Watch> watches_{};
    // The rest of a list, by its continue token.
    struct Rest {
        std::vector<Object> items{};
        std::uint64_t version = 0;
    };
    std::map<std::string, Rest> rests_{};
    std::uint64_t tokens_ = 0;
    Refuse refuse_{};
    std::set<std::string> terminating_{};
    bool watch_list_ = true;
};

// "2026-01-31T12:00:00Z": whole seconds, as API servers and kubelets write times.
std::string kube_time(base::Instant instant);

}  // namespace fakes
