#include "net/gate/worker.h"

#include "base/log.h"
#include "net/gate/session.h"

#include <exception>
#include <vector>

namespace net::gate {
namespace {

// Errors of the network are values; what is thrown is memory that ran out or a bug: one session
// pays.
void log_escape(std::exception_ptr escaped) {
    if (!escaped) return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
        base::log::error("a connection of the gate broke", {{"cause", error.what()}});
    }
}

}  // namespace

Worker::Worker(Shared& shared)
    : shared_(shared), mailbox_(std::make_shared<Mailbox>(context_)), upstreams_(context_),
      work_(asio::make_work_guard(context_)), last_call_(context_) {}

Worker::~Worker() { mailbox_->close(); }

void Worker::start() {
    thread_ = std::thread([this] { context_.run(); });
}

void Worker::stop() {
    mailbox_->post([this] { begin_stop(); });
}

void Worker::join() {
    if (thread_.joinable()) thread_.join();
}

void Worker::take(std::shared_ptr<Session> session) {
    mailbox_->post([this, session = std::move(session)] {
        asio::co_spawn(context_, Session::run(session), log_escape);
    });
}

void Worker::enter(Session& session) {
    sessions_.insert(&session);
    if (stopping_) session.kill();
}

void Worker::leave(Session& session) {
    sessions_.erase(&session);
    if (stopping_ && sessions_.empty()) last_call_.cancel();
}

void Worker::begin_stop() {
    stopping_ = true;
    work_.reset();
    for (Session* session : sessions_) session->stop();
    if (sessions_.empty()) return;
    last_call_.expires_after(shared_.options.stop_timeout);
    last_call_.async_wait([this](const IoError& error) {
        if (!error) kill_all();
    });
}

void Worker::kill_all() {
    for (Session* session : sessions_) session->kill();
}

}  // namespace net::gate
