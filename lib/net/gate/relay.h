// One request passed on to an upstream on loopback, and its answer passed back piece by piece.
#pragma once

#include "net/gate/input.h"
#include "net/gate/message.h"
#include "net/gate/upstream_pool.h"
#include "net/head_scanner.h"

#include <memory>
#include <optional>

namespace net::gate {

class RelayRun {
public:
    struct Client {
        Wire& wire;
        Input& input;
        const ScannedHead& head;
    };
    // All arguments must outlive it.
    RelayRun(Client client, const Relay& relay, UpstreamPool& pool, const GateOptions& options);

    enum class End {
        Next,    // the client has its answer and may ask again
        Close,   // the client has its answer, and it was the last
        Broken,  // the answer is cut, or the client is gone
        Retry,   // inner use: a kept connection had died
    };
    struct Outcome {
        End end = End::Broken;
        std::optional<Reply> reply{};  // nothing went out yet: refuse with this
    };
    Task<Outcome> run();

    void stop();   // no further request; an event stream ends now, for it would never end by itself
    void abort();  // ends now

private:
    struct Answer;
    Task<Outcome> try_once(UpstreamPool::Source source);
    Task<Outcome> take_answer(UpstreamPool::Source source);
    enum class Sent { All, ClientGone, ClientTooSlow, UpstreamLost };
    Task<Sent> send_up();
    Task<Sent> send_body();
    Outcome failed(Sent sent, UpstreamPool::Source source) const;

    Task<bool> read_head(Answer& answer);
    Task<Outcome> send_down(Answer& answer);
    Task<bool> pass_body(Answer& answer, std::string pending, Framing framing);
    Task<std::string_view> read_piece(Answer& answer);
    Framing framing_of(const Answer& answer) const;

    Client client_;
    const Relay& relay_;
    UpstreamPool& pool_;
    const GateOptions& options_;
    std::shared_ptr<Wire> upstream_;
    bool stopping_ = false;
    bool aborted_ = false;
    bool event_stream_ = false;
};

}  // namespace net::gate
