#include "kube/credentials.h"

#include "base/log.h"
#include "base/os/file.h"
#include "base/text.h"
#include "kube/exec_plugin.h"
#include "net/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// The kubelet renews tokens at 80 % of an hour at the latest: a minute late hurts nobody.
constexpr base::Duration kReadEvery{60'000};
// A plug-in whose credentials are refused anyway must not be started by every request.
constexpr base::Duration kPluginGap{10'000};
// Certificates and tokens are a few KiB, bundles of authorities some hundred.
constexpr std::size_t kFileBytesMax = 4u << 20;

Result<std::string> pem_of(const std::string& pem, const std::string& file, std::string_view what) {
    if (!pem.empty() || file.empty()) return pem;
    return base::with_context(base::os::read_file(file, kFileBytesMax), what);
}

Result<> check_token(std::string_view token, std::string_view source) {
    const bool good =
        std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (good && !token.empty()) return {};
    return fail(ErrorKind::Invalid,
                fmt::format("the token of {} {}", source,
                            token.empty() ? "is empty" : "holds characters that no token has"));
}

// Whoever listens on the way would read it.
Result<> check_secrecy(const ClusterConfig& cluster) {
    const auto url =
        TRY(base::with_context(net::parse_url(cluster.server), "the API server's URL"));
    const auto& login = cluster.login;
    const bool has_secret = !login.token.empty() || !login.token_file.empty() || login.exec;
    if (url.scheme == "https" || !has_secret) return {};
    const bool loopback =
        url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
    if (loopback) return {};
    return fail(ErrorKind::Invalid,
                fmt::format("the API server's URL {} is not encrypted, so {} is not shown to it: "
                            "use https://",
                            cluster.server, login.user.empty() ? "the token" : login.user));
}

}  // namespace

Credentials::Credentials(ClusterConfig cluster, Environment environment, const base::Clock& clock)
    : cluster_(std::move(cluster)), environment_(std::move(environment)), clock_(&clock),
      run_plugin_(true) {}

Result<Credentials> Credentials::create(ClusterConfig cluster, Environment environment,
                                        const base::Clock& clock) {
    TRY(check_secrecy(cluster));
    Credentials out(std::move(cluster), std::move(environment), clock);
    TRY(out.load());
    return out;
}

bool Credentials::uses_plugin() const {
    const auto& login = cluster_.login;
    return login.exec && login.token.empty() && login.token_file.empty();
}

Result<std::string> Credentials::load_token() const {
    const auto& login = cluster_.login;
    if (login.token_file.empty()) {
        if (!login.token.empty()) TRY(check_token(login.token, login.user));
        return login.token;
    }
    const auto text = TRY(base::with_context(base::os::read_file(login.token_file, kFileBytesMax),
                                             "the token for the API server"));
    std::string token(base::trim(text));
    TRY(check_token(token, login.token_file));
    return token;
}

Result<> Credentials::load_plugin(Identity& next) {
    if (!uses_plugin()) return {};
    const bool may_run = clock_->ticks() - plugin_ran_ >= kPluginGap;
    if (run_plugin_ || (has_expired() && may_run)) {
        plugin_ran_ = clock_->ticks();
        const auto info = exec_info(*cluster_.login.exec, cluster_, next.tls.ca_pem);
        given_ = TRY(run_exec_plugin({.plugin = *cluster_.login.exec,
                                      .info = info,
                                      .environment = environment_,
                                      .clock = *clock_}));
        run_plugin_ = false;
    }
    next.token = given_->token;
    if (given_->certificate_pem.empty()) return {};
    next.tls.client_certificate_pem = given_->certificate_pem;
    next.tls.client_key_pem = given_->key_pem;
    return {};
}

Result<> Credentials::load() {
    loaded_ = clock_->ticks();
    const auto& login = cluster_.login;
    Identity next{.generation = identity_.generation};
    next.tls.verify = cluster_.verify;
    next.tls.ca_pem =
        TRY(pem_of(cluster_.ca_pem, cluster_.ca_file, "the API server's certificate authority"));
    next.tls.client_certificate_pem = TRY(
        pem_of(login.client_certificate_pem, login.client_certificate_file, "client certificate"));
    next.tls.client_key_pem =
        TRY(pem_of(login.client_key_pem, login.client_key_file, "client key"));
    next.token = TRY(load_token());
    TRY(load_plugin(next));
    if (next.token == identity_.token && next.tls == identity_.tls && next.generation > 0)
        return {};
    next.generation += 1;
    identity_ = std::move(next);
    return {};
}

bool Credentials::has_expired() const {
    return given_ && given_->expires && *given_->expires <= clock_->wall();
}

void Credentials::try_load() {
    auto loaded = load();
    if (loaded) {
        trouble_.reset();
        return;
    }
    trouble_ = std::move(loaded).error();
    base::log::warn("the credentials for the API server could not be renewed",
                    {{"error", trouble_->message()}});
}

void Credentials::keep_fresh() {
    const auto now = clock_->ticks();
    const bool expired = has_expired() && now - plugin_ran_ >= kPluginGap;
    if (expired || now - loaded_ >= kReadEvery) try_load();
}

bool Credentials::renew(std::uint64_t generation) {
    // Somebody else's refusal has renewed it already.
    if (generation != identity_.generation) return true;
    const auto now = clock_->ticks();
    run_plugin_ = uses_plugin() && (!renewed_ || now - *renewed_ >= kPluginGap);
    if (run_plugin_) renewed_ = now;
    try_load();
    run_plugin_ = false;
    return identity_.generation != generation;
}

}  // namespace kube
