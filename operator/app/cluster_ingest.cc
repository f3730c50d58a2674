#include "operator/app/cluster_ingest.h"

#include "base/log.h"
#include "kube/request.h"
#include "operator/api/token_review.h"

namespace app {

namespace {

constexpr std::string_view kKeySetPath = "/openid/v1/jwks";
// A stop takes five seconds in all; runners send again what was not answered.
constexpr base::Duration kStopTimeout{1'000};

}  // namespace

ClusterIngest::ClusterIngest(results::ResultStore& store, const base::Clock& clock,
                             ApiThread& cluster, ClusterIngestOptions options)
    : cluster_(cluster),
      verifier_(clock, {.rules = {.issuer = std::move(options.issuer)},
                        .refresh_keys = [this] { refresh_keys(); },
                        .review = [this](std::string token) { review(std::move(token)); },
                        .is_worth_review =
                            [this](const api::PodIdentity& pod) {
                                return callers_.is_worth_review(pod);
                            }}),
      callers_(verifier_), ingest_(store, callers_, {.on_event = std::move(options.on_event)}) {}

base::Result<std::unique_ptr<ClusterIngest>>
ClusterIngest::start(results::ResultStore& store, const base::Clock& clock,
                     const net::ServerIdentity& identity, ApiThread& cluster,
                     ClusterIngestOptions options) {
    net::GateOptions gate;
    gate.address = options.address.host;
    gate.port = options.address.port;
    gate.certificate_file = identity.certificate_file;
    gate.key_file = identity.key_file;
    gate.stop_timeout = kStopTimeout;
    auto own = std::unique_ptr<ClusterIngest>(
        new ClusterIngest(store, clock, cluster, std::move(options)));
    api::Ingest* ingest = &own->ingest_;
    own->gate_ = TRY(net::Gate::start(
        gate, [ingest](const net::RequestHead& head) { return ingest->admit(head); }));
    own->refresh_keys();
    return own;
}

void ClusterIngest::order(const control::IngestOrder& order) {
    struct Visitor {
        ClusterIngest& own;
        void operator()(const control::ExpectAttempt& one) const {
            own.callers_.expect(one.attempt, {.namespace_ = one.attempt.run.namespace_,
                                              .name = one.pod_name,
                                              .uid = one.pod_uid});
        }
        void operator()(const control::ForgetAttempt& one) const {
            own.callers_.forget(one.attempt);
        }
        void operator()(const control::CloseIngest& one) const { own.ingest_.close_run(one.run); }
    };
    std::visit(Visitor{*this}, order);
}

void ClusterIngest::refresh_keys() {
    kube::Request request;
    request.path = kKeySetPath;
    cluster_.ask(std::move(request), [this](const kube::Answer& answer) {
        if (answer.error) {
            // Without the right to read it, or without an issuer: TokenReview. Else: asked again.
            base::log::warn("The cluster's key set could not be read",
                            {{"err", answer.error->message}, {"code", answer.error->code}});
            if (kube::is_forbidden(*answer.error) || kube::is_not_found(*answer.error))
                verifier_.no_keys();
            return;
        }
        if (auto kept = verifier_.set_keys(answer.body); !kept)
            base::log::warn("The cluster's key set is unusable", {{"err", kept.error().message()}});
    });
}

void ClusterIngest::review(std::string token) {
    const std::string audience(api::kIngestAudience);
    auto request = kube::create(kube::kTokenReviews, "", api::token_review_body(token, audience));
    cluster_.ask(
        std::move(request), [this, token = std::move(token), audience](const kube::Answer& answer) {
            if (answer.error) {
                verifier_.reviewed(token,
                                   base::fail(base::ErrorKind::Unavailable, answer.error->message));
                return;
            }
            verifier_.reviewed(token, api::parse_token_review(answer.body, audience));
        });
}

}  // namespace app
