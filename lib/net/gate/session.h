// One connection of a client: head, admission, body, answer, and again.
#pragma once

#include "net/gate/answer.h"
#include "net/gate/body.h"
#include "net/gate/input.h"
#include "net/gate/message.h"
#include "net/gate/relay.h"
#include "net/gate/shared.h"
#include "net/gate/wire.h"
#include "net/head_scanner.h"

#include <memory>
#include <optional>
#include <string>

namespace net::gate {

class Worker;

// Made on the acceptor's thread, lives on its worker's from take() on.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Worker& worker, Tcp::socket socket, std::string peer);
    ~Session();

    // Before the start: a place among the connections, or false. `address` is what counts as one
    // peer.
    bool sit_down(const std::string& address);
    static Task<> run(std::shared_ptr<Session> self);

    // On the worker's thread. End after the request in work; end now; end if it waits for a
    // request.
    void stop();
    void kill();
    void evict();

private:
    Task<bool> open();
    // One request. False: the connection is done with.
    Task<bool> serve();
    Task<bool> await_request();
    Task<std::optional<ScannedHead>> read_head();
    Admission decide(const RequestHead& head);
    Task<bool> serve_admitted(ScannedHead& head, Admission& admission);
    Task<bool> serve_accepted(ScannedHead& head, Accept& accept);
    Task<bool> serve_relayed(ScannedHead& head, const Relay& relay);
    // What speaks against this body; takes its share of the budget if nothing does.
    std::optional<Reply> check_body(const ScannedHead& head, std::size_t body_max,
                                    BodyBudget::Share& share);
    Task<bool> say_continue(const ScannedHead& head);
    Task<std::optional<Reply>> ask_handler(Accept& accept, std::string body);

    Task<bool> send(const Reply& reply, const ScannedHead& head);
    Task<> refuse(const Reply& reply);

    const GateOptions& options() const { return shared_.options; }

    Worker& worker_;
    Shared& shared_;
    const std::string peer_;
    std::optional<Seats::Id> seat_;
    std::shared_ptr<Wire> wire_;
    Input input_;
    bool fresh_ = true;    // no request yet
    bool waiting_ = true;  // between requests, or in the middle of a head
    bool stopping_ = false;
    // What is under way, for kill().
    Answer* answer_ = nullptr;
    RelayRun* relay_ = nullptr;
};

}  // namespace net::gate
