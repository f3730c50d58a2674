// The way back onto a gate thread from any other, also when the gate is gone meanwhile.
#pragma once

#include "base/guarded.h"
#include "net/gate/asio.h"

#include <functional>

namespace net::gate {

class Mailbox {
public:
    explicit Mailbox(asio::io_context& context) : context_(&context) {}

    // Runs `work` on the context's thread soon; drops it once close() was called.
    void post(std::move_only_function<void()> work) {
        context_.with([&](asio::io_context* context) {
            if (context != nullptr) asio::post(*context, std::move(work));
        });
    }
    // To be called before the context goes.
    void close() {
        context_.with([](asio::io_context*& context) { context = nullptr; });
    }

private:
    base::Guarded<asio::io_context*> context_;
};

}  // namespace net::gate
