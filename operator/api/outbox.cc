#include "operator/api/outbox.h"

#include <utility>

namespace api {

namespace {

// Each waiting answer belongs to one open connection, and the gate has far fewer.
constexpr std::size_t kAnswersMax = 1u << 16;

}  // namespace

Outbox::Outbox(std::function<void(const IngestEvent&)> on_event)
    : on_event_(std::move(on_event)), thread_({.threads = 1, .queue_max = kAnswersMax}) {}

void Outbox::post(Call call, Settle settle) {
    // A dropped task answers 500 by itself: the runner sends again, and the store knows the bytes.
    static_cast<void>(
        thread_.submit([this, call = std::move(call), settle = std::move(settle)]() mutable {
            auto outcome = settle();
            for (const auto& event : outcome.events) {
                if (on_event_) on_event_(event);
            }
            call.respond(std::move(outcome.reply));
        }));
}

}  // namespace api
