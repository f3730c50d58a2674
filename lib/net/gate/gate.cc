#include "net/gate/acceptor.h"
#include "net/gate/tls.h"
#include "net/gate/worker.h"
#include "net/server.h"

#include <algorithm>

namespace net {

struct Gate::Impl {
    Impl(GateOptions options, Admit admit, std::shared_ptr<boost::asio::ssl::context> tls)
        : shared(std::move(options), std::move(admit), std::move(tls)) {}

    gate::Shared shared;
    gate::Acceptor::Workers workers;
    std::unique_ptr<gate::Acceptor> acceptor;
};

base::Result<std::unique_ptr<Gate>> Gate::start(GateOptions options, Admit admit) {
    std::shared_ptr<boost::asio::ssl::context> tls;
    if (!options.certificate_file.empty() || !options.key_file.empty()) {
        tls = TRY(gate::load_tls(options.certificate_file, options.key_file));
    }
    auto impl = std::make_unique<Impl>(std::move(options), std::move(admit), std::move(tls));
    const int threads = std::max(1, impl->shared.options.threads);
    for (int i = 0; i < threads; ++i) {
        impl->workers.push_back(std::make_unique<gate::Worker>(impl->shared));
    }
    impl->acceptor = TRY(gate::Acceptor::open(impl->shared, impl->workers));
    impl->acceptor->start();
    for (const auto& worker : impl->workers) worker->start();
    return std::unique_ptr<Gate>(new Gate(std::move(impl)));
}

Gate::Gate(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Gate::~Gate() {
    impl_->acceptor->stop();
    for (const auto& worker : impl_->workers) worker->stop();
    for (const auto& worker : impl_->workers) worker->join();
    // Its socket belongs to the first worker.
    impl_->acceptor.reset();
}

base::Result<> Gate::reload_certificate() {
    auto& shared = impl_->shared;
    if (!shared.tls.is_used()) return {};
    auto fresh = TRY(gate::load_tls(shared.options.certificate_file, shared.options.key_file));
    shared.tls.replace(std::move(fresh));
    return {};
}

int Gate::port() const { return impl_->acceptor->port(); }

GateStats Gate::stats() const {
    const gate::Counters& counters = impl_->shared.counters;
    return {
        .accepted = counters.accepted,
        .refused_full = counters.refused_full,
        .evicted = counters.evicted,
        .requests = counters.requests,
        .bad_requests = counters.bad_requests,
        .connections = impl_->shared.seats.taken(),
        .body_bytes_in_flight = impl_->shared.budget.in_flight(),
    };
}

}  // namespace net
