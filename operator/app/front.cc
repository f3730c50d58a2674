#include "operator/app/front.h"

#include <utility>

namespace app {

using base::Result;

namespace {

// People with a browser and programs that page through findings: far fewer than runners.
constexpr std::size_t kRestConnectionsMax = 256;
// A stop takes five seconds in all.
constexpr base::Duration kStopTimeout{1'000};
constexpr base::Duration kRightsTimeout{6'000};  // beyond what a review may take

Result<net::GateOptions> gate_at(const std::string& text) {
    const auto address = TRY(parse_address(text));
    net::GateOptions gate;
    gate.address = address.host;
    gate.port = address.port;
    gate.stop_timeout = kStopTimeout;
    return gate;
}

void use_identity(net::GateOptions& gate, const net::ServerIdentity& identity) {
    gate.certificate_file = identity.certificate_file;
    gate.key_file = identity.key_file;
}

}  // namespace

Result<std::unique_ptr<metrics::Endpoint>> start_probes(const OperatorFlags& flags,
                                                        const Probes& probes) {
    if (flags.health_address.empty()) return nullptr;
    const auto gate = TRY(base::with_context(gate_at(flags.health_address), "--health-address"));
    return metrics::Endpoint::start(gate, {.healthy = [&probes] { return probes.healthy(); },
                                           .ready = [&probes] { return probes.ready(); },
                                           .metrics = {}});
}

Front::Front(std::unique_ptr<ReviewSender> reviews, const Parts& parts)
    : reviews_(std::move(reviews)),
      rights_(parts.clock,
              [own = reviews_.get()](std::string token, std::string body, auto answered) {
                  own->send(std::move(token), std::move(body), std::move(answered));
              }),
      runs_(parts.store, parts.runs) {}

// Who waits for a right is told at once that there will be no answer; then the rest goes quickly.
Front::~Front() { reviews_->stop(); }

Result<std::unique_ptr<Front>> Front::start(Parts parts) {
    auto reviews = TRY(ReviewSender::start(parts.cluster, parts.clock));
    auto front = std::unique_ptr<Front>(new Front(std::move(reviews), parts));
    TRY(front->open(parts));
    return front;
}

Result<> Front::open(const Parts& parts) {
    if (!parts.flags.metrics_address.empty()) {
        auto gate =
            TRY(base::with_context(gate_at(parts.flags.metrics_address), "--metrics-address"));
        const bool secure = parts.flags.metrics_secure;
        if (secure) use_identity(gate, parts.identity);
        metrics_ = TRY(metrics::Endpoint::start(
            gate, {.healthy = {},
                   .ready = {},
                   .metrics = [own = &parts.telemetry] { return own->text(); },
                   .rights = secure ? &rights_ : nullptr}));
    }
    if (parts.flags.rest_address.empty()) return {};
    auto gate = TRY(base::with_context(gate_at(parts.flags.rest_address), "--rest-address"));
    use_identity(gate, parts.identity);
    gate.connections_max = kRestConnectionsMax;
    rest_ = TRY(rest::Rest::start(runs_, rights_, {.rights_timeout = kRightsTimeout}));
    gate_ = TRY(net::Gate::start(
        gate, [own = rest_.get()](const net::RequestHead& head) { return own->admit(head); }));
    return {};
}

Result<> Front::reload_certificate() {
    if (gate_) TRY(gate_->reload_certificate());
    if (metrics_) TRY(metrics_->reload_certificate());
    return {};
}

}  // namespace app
