// The client's inside: queues per origin, the curl_multi loop, and what happens to each answer.
#pragma once

#include "net/follow_up.h"
#include "net/rate.h"
#include "net/transfer.h"

#include <curl/curl.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace net {

struct MultiCleanup {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using MultiHandle = std::unique_ptr<CURLM, MultiCleanup>;

struct ShareCleanup {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
};
using ShareHandle = std::unique_ptr<CURLSH, ShareCleanup>;

// One owner thread. A request is in exactly one place: waiting at its origin, delayed, active, or
// answered. Requests on connections of their own never wait.
class ClientLoop {
public:
    ClientLoop(ClientOptions options, const base::Clock& clock, MultiHandle multi);
    ~ClientLoop();
    ClientLoop(const ClientLoop&) = delete;
    ClientLoop& operator=(const ClientLoop&) = delete;

    RequestId submit(Request request, const RequestOptions& options);
    void cancel(RequestId id);
    // Until an answer or bytes of a stream are there, `until` has passed, or `extra_fd` is
    // readable.
    void run(base::Ticks until, int extra_fd);
    // The same, but only the answer to `id` counts.
    void run_for(RequestId id, base::Ticks until);

    std::optional<Response> take(RequestId id);
    std::vector<std::pair<RequestId, Response>> take_all();
    const ClientStats& stats() const { return stats_; }
    void set_tls(TlsOptions tls) { options_.tls = std::move(tls); }

private:
    struct Job {
        RequestId id = 0;
        Request request;  // of the hop that is next or under way
        RequestOptions options;
        Url url;
        int redirects = 0;
        int retries = 0;  // of this hop
        std::set<std::string> visited;
        base::Duration time_left{};        // of this try
        std::uint64_t answers_before = 0;  // answers_ when it was started
        std::unique_ptr<Transfer> transfer;
    };
    struct Origin {
        std::deque<RequestId> waiting;
        int active = 0;  // those on connections of their own not counted
    };

    base::Result<Url> check(const Request& request) const;
    // Puts it in its queue, or starts it if it has a connection of its own.
    void enqueue(Job& job);
    bool has_room(const std::string& name, const Origin& origin) const;
    bool is_full() const;
    void wake_delayed(base::Ticks now);
    void start_ready(base::Ticks now);
    bool start_one(std::map<std::string, Origin>::iterator origin, base::Ticks now);
    void start(Job& job);
    void step();
    void collect_finished();
    void enforce_limits();
    base::Duration wait_time(base::Ticks until);
    void end_transfer(Job& job, Response response);
    void note_http_version(const Job& job);
    void mind_silence(const Job& job, const Response& response);
    void decide(Job& job, Response response, bool connected);
    void answer(RequestId id, Response response);
    void detach(Job& job);
    void leave_origin(const std::string& origin);
    EasyHandle fresh_handle();

    ClientOptions options_;
    const base::Clock& clock_;
    Slist resolve_;
    Slist connect_to_;
    RateLimiter rate_;
    std::mt19937_64 random_;
    ClientStats stats_;
    RequestId last_id_ = 0;

    std::map<std::string, Origin> origins_;
    std::set<std::string> multiplexed_;  // origins whose last answer came over HTTP/2
    // Of connections that carry many requests: the number of the last answer, by local port, and
    // the sockets that were opened for them. Some may be closed and used by others since: whoever
    // wants one asks it for its port.
    std::map<int, std::uint64_t> heard_;
    std::set<int> sockets_;
    std::uint64_t answers_ = 0;  // over such connections, so far
    int active_count_ = 0;       // those on connections of their own not counted
    bool streamed_ = false;      // an on_data was called since run() began to wait
    std::string last_started_;   // origins take turns: the next one after this goes first
    std::multimap<base::Ticks, RequestId> delayed_;
    std::vector<std::pair<RequestId, Response>> answered_;
    std::vector<EasyHandle> idle_handles_;

    // In this order: jobs own easy handles, which leave the multi in ~ClientLoop, before either
    // dies.
    // The pool of own connections: curl remembers per pool whether a host speaks HTTP/2, and these
    // would make it forget.
    ShareHandle own_pool_;
    MultiHandle multi_;
    std::set<RequestId> active_;
    std::unordered_map<RequestId, Job> jobs_;
};

}  // namespace net
