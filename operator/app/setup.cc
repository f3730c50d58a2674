#include "operator/app/setup.h"

#include "base/json.h"
#include "base/jwt.h"
#include "base/log.h"
#include "kube/environment.h"
#include "kube/kubeconfig.h"
#include "net/url.h"

#include <poll.h>

#include <algorithm>

namespace app {

using base::Result;

namespace {

constexpr base::Duration kRetryMin{500};
constexpr base::Duration kRetryMax{10'000};
constexpr base::Duration kCallTimeout{10'000};

Result<std::string> issuer_in(const kube::Answer& answer, const kube::ClusterConfig& cluster) {
    if (!answer.error) {
        const auto document = base::parse_json(answer.body);
        if (document) {
            auto issuer = base::get_string(*document, "issuer");
            if (!issuer.empty()) return issuer;
        }
    }
    if (!cluster.login.token_file.empty()) {
        const auto token = base::os::read_file(cluster.login.token_file, base::kJwtBytesMax);
        if (token) {
            const auto jwt = base::parse_jwt(*token);
            if (jwt && !jwt->issuer.empty()) return jwt->issuer;
        }
    }
    return base::fail(base::ErrorKind::Unavailable,
                      "the cluster does not say who issues its tokens: " +
                          (answer.error ? answer.error->message : std::string("no issuer")));
}

// True: asked to stop.
bool wait(base::os::SignalWatch& signals, base::Duration delay) {
    pollfd fds[] = {{.fd = signals.fd(), .events = POLLIN, .revents = 0}};
    ::poll(fds, 1, static_cast<int>(delay.count()));
    signals.drain();
    return signals.interrupts() + signals.terminations() > 0;
}

}  // namespace

Result<kube::ClusterConfig> cluster_of(const OperatorFlags& flags) {
    const auto environment = kube::process_environment();
    return kube::find_cluster({.file = flags.kubeconfig, .choice = {.context = flags.context}},
                              environment);
}

std::string host_of(const kube::ClusterConfig& cluster) {
    const auto url = net::parse_url(cluster.server);
    if (!url) return {};
    auto origin = url->origin();
    const auto slashes = origin.find("//");
    return slashes == std::string::npos ? origin : origin.substr(slashes + 2);
}

Result<std::optional<std::string>> wait_for_issuer(kube::Connection& connection,
                                                   const kube::ClusterConfig& cluster,
                                                   Probes& probes, base::os::SignalWatch& signals) {
    auto delay = kRetryMin;
    std::string told;
    for (kube::CallId id = 1;; ++id) {
        probes.beat();
        kube::Request request;
        request.path = "/.well-known/openid-configuration";
        const auto answer =
            connection.fetch({.id = id, .request = std::move(request), .timeout = kCallTimeout});
        if (!answer.error || !kube::is_transient(*answer.error)) {
            auto issuer = TRY(issuer_in(answer, cluster));
            return issuer;
        }
        if (answer.error->message != told) {
            told = answer.error->message;
            base::log::warn("The API server does not answer; it is asked again", {{"err", told}});
            probes.set_waiting_for("the API server does not answer: " + told);
        }
        if (wait(signals, delay)) return std::nullopt;
        delay = std::min(delay * 2, kRetryMax);
    }
}

Result<std::unique_ptr<net::IdentityKeeper>>
identity_of(const OperatorFlags& flags, const base::os::Path& data, base::Instant now) {
    if (!flags.tls_folder.empty()) return net::IdentityKeeper::mounted(flags.tls_folder, now);
    const auto url = TRY(net::parse_url(flags.ingest_url));
    std::vector<std::string> names = flags.ingest_names;
    names.push_back(url.host);
    return net::IdentityKeeper::own(data / "tls", names, now);
}

}  // namespace app
