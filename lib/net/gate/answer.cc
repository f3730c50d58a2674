#include "net/gate/answer.h"

namespace net::gate {

// Shared with the handler; touched on the context's thread only.
struct Answer::Slot {
    std::optional<Reply> reply;
    asio::steady_timer* bell = nullptr;

    void arrive(Reply value) {
        reply = std::move(value);
        if (bell != nullptr) bell->cancel();
    }
};

// Answers once, at the latest when it is dropped.
class Answer::Responder {
public:
    Responder(std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Slot> slot)
        : mailbox_(std::move(mailbox)), slot_(std::move(slot)) {}
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&&) = delete;
    ~Responder() {
        if (slot_) (*this)(error_reply(500, "the request was dropped without an answer"));
    }

    void operator()(Reply reply) {
        if (!slot_) return;
        mailbox_->post([slot = std::move(slot_), value = std::move(reply)]() mutable {
            slot->arrive(std::move(value));
        });
    }

private:
    std::shared_ptr<Mailbox> mailbox_;
    std::shared_ptr<Slot> slot_;
};

Answer::Answer(std::shared_ptr<Mailbox> mailbox, asio::io_context& context)
    : mailbox_(std::move(mailbox)), slot_(std::make_shared<Slot>()), bell_(context) {
    bell_.expires_at(asio::steady_timer::time_point::max());
    slot_->bell = &bell_;
}

Answer::~Answer() { slot_->bell = nullptr; }

Respond Answer::respond() { return Responder(mailbox_, slot_); }

Task<std::optional<Reply>> Answer::wait() {
    IoError ignored;
    while (!slot_->reply && !given_up_) co_await bell_.async_wait(to(ignored));
    co_return std::exchange(slot_->reply, std::nullopt);
}

void Answer::give_up() {
    given_up_ = true;
    bell_.cancel();
}

}  // namespace net::gate
