#include "operator/app/api_thread.h"

#include "base/guarded.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace app {
namespace {

// Ids of calls that are not the controller's: it counts up from one.
constexpr kube::CallId kOwnIds = kube::CallId{1} << 62;
constexpr base::Duration kRound{1'000};

}  // namespace

struct ApiThread::Impl {
    struct Question {
        kube::Request request{};
        OnAnswer on_answer{};
    };
    struct Orders {
        std::vector<kube::Outbox> outboxes{};
        std::vector<Question> questions{};
    };

    Impl(std::unique_ptr<kube::Connection> c, OnEvent on, int wake)
        : connection(std::move(c)), on_event(std::move(on)), fd(wake) {}
    ~Impl() {
        thread.request_stop();
        ring();
        if (thread.joinable()) thread.join();
        ::close(fd);
    }

    void ring() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    }

    void take_orders() {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(fd, &count, sizeof count);
        Orders orders = waiting.with([](Orders& all) { return std::exchange(all, {}); });
        for (auto& outbox : orders.outboxes) {
            for (const auto id : outbox.hang_ups) connection->hang_up(id);
            for (auto& call : outbox.calls) connection->submit(std::move(call));
        }
        for (auto& question : orders.questions) {
            const auto id = kOwnIds + ++asked;
            answers.emplace(id, std::move(question.on_answer));
            connection->submit({.id = id, .request = std::move(question.request)});
        }
    }

    void give(kube::CallEvent event) {
        const auto own = answers.find(event.id);
        if (own == answers.end()) return on_event(std::move(event));
        auto on_answer = std::move(own->second);
        answers.erase(own);
        if (const auto* answer = std::get_if<kube::Answer>(&event.what)) on_answer(*answer);
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            take_orders();
            for (auto& event : connection->poll(kRound, fd)) give(std::move(event));
            const auto now = connection->stats();
            stats.with([&](kube::ConnectionStats& kept) { kept = now; });
        }
    }

    std::unique_ptr<kube::Connection> connection;
    OnEvent on_event;
    int fd;
    base::Guarded<Orders> waiting{};
    base::Guarded<kube::ConnectionStats> stats{};
    std::unordered_map<kube::CallId, OnAnswer> answers{};
    kube::CallId asked = 0;
    std::jthread thread{};
};

ApiThread::ApiThread(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ApiThread::~ApiThread() = default;

base::Result<std::unique_ptr<ApiThread>>
ApiThread::start(std::unique_ptr<kube::Connection> connection, OnEvent on_event) {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        return base::fail(base::ErrorKind::Internal,
                          std::string("the API thread's queue cannot be made: ") +
                              std::strerror(errno));
    }
    auto impl = std::make_unique<Impl>(std::move(connection), std::move(on_event), fd);
    impl->thread =
        std::jthread([own = impl.get()](const std::stop_token& stop) { own->run(stop); });
    return std::unique_ptr<ApiThread>(new ApiThread(std::move(impl)));
}

void ApiThread::send(kube::Outbox outbox) {
    if (outbox.calls.empty() && outbox.hang_ups.empty()) return;
    impl_->waiting.with([&](auto& orders) { orders.outboxes.push_back(std::move(outbox)); });
    impl_->ring();
}

void ApiThread::ask(kube::Request request, OnAnswer on_answer) {
    impl_->waiting.with([&](auto& orders) {
        orders.questions.push_back({std::move(request), std::move(on_answer)});
    });
    impl_->ring();
}

kube::ConnectionStats ApiThread::stats() const {
    return impl_->stats.with([](const kube::ConnectionStats& kept) { return kept; });
}

}  // namespace app
