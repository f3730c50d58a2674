// Waits for what a handler answers, from whatever thread, sooner or later or never.
#pragma once

#include "net/gate/mailbox.h"
#include "net/server.h"

#include <memory>
#include <optional>

namespace net::gate {

// Used on its context's thread; only what respond() returned may travel.
class Answer {
public:
    Answer(std::shared_ptr<Mailbox> mailbox, asio::io_context& context);
    ~Answer();

    // The function for the handler. Call once.
    Respond respond();
    // nullopt: given_up() was called first.
    Task<std::optional<Reply>> wait();
    // Ends the wait; a later reply is dropped.
    void give_up();

private:
    struct Slot;
    class Responder;
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<Slot> slot_;
    asio::steady_timer bell_;  // never expires: rung by cancelling it
    bool given_up_ = false;
};

}  // namespace net::gate
