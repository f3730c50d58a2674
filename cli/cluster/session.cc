#include "cli/cluster/session.h"

#include "base/json.h"
#include "kube/kubeconfig.h"

#include <fmt/format.h>

#include <utility>

namespace cli::cluster {

using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

namespace {

// Reports come whole: the largest of a job with 100 000 findings has some 200 MB.
constexpr std::size_t kAnswerBytesMax = 1u << 30;
constexpr std::int64_t kTokenSeconds = 600;  // the shortest that the API server gives out

ErrorKind kind_of(const kube::ApiError& error) {
    if (error.code == 0) return ErrorKind::Unavailable;
    if (kube::is_not_found(error)) return ErrorKind::NotFound;
    if (kube::is_unauthorized(error) || kube::is_forbidden(error)) return ErrorKind::Forbidden;
    if (kube::is_conflict(error) || kube::is_already_exists(error)) return ErrorKind::Conflict;
    if (kube::is_transient(error)) return ErrorKind::Unavailable;
    return ErrorKind::Invalid;
}

// The path itself is unknown: there is no such resource.
bool is_without_resource(const kube::ApiError& error) {
    return kube::is_not_found(error) && error.name.empty() && error.kind.empty();
}

}  // namespace

bool is_wanted(const Flags& flags) {
    return flags.here || flags.all_namespaces || !flags.kubeconfig.empty() ||
           !flags.context.empty() || !flags.namespace_.empty() || !flags.service_account.empty();
}

base::Error error_of(const kube::ApiError& error, std::string_view server) {
    const auto kind = kind_of(error);
    if (error.code == 0)
        return {kind, fmt::format("the API server {} does not answer: {}", server, error.message)};
    if (kube::is_unauthorized(error))
        return {kind, fmt::format("the API server {} does not know you: log in again", server)};
    if (is_without_resource(error)) {
        return {kind, "this cluster knows no ScanJobs: install the operator first "
                      "(kubectl apply --server-side -f manifests/install.yaml)"};
    }
    return {kind, error.message};
}

Result<Session> Session::open(const Flags& flags, const base::Clock& clock) {
    const auto environment = kube::process_environment();
    auto cluster = TRY(kube::find_cluster(
        {.file = flags.kubeconfig, .choice = {.context = flags.context}}, environment));
    std::string namespace_text = flags.namespace_.empty() ? cluster.namespace_ : flags.namespace_;
    if (flags.all_namespaces) namespace_text.clear();
    std::string server = cluster.server;
    kube::ConnectionOptions options{.cluster = std::move(cluster),
                                    .environment = environment,
                                    .answer_bytes_max = kAnswerBytesMax};
    auto connection = TRY(kube::Connection::create(std::move(options), clock));
    return Session(std::move(connection), std::move(namespace_text), std::move(server));
}

kube::Answer Session::ask(kube::Request request, base::Duration timeout) {
    return connection_->fetch({.id = ++last_, .request = std::move(request), .timeout = timeout});
}

Result<Json> Session::fetch(kube::Request request, base::Duration timeout) {
    const auto answer = ask(std::move(request), timeout);
    if (answer.error) return std::unexpected(error_of(*answer.error, server_));
    return base::with_context(base::parse_json(answer.body), "the API server's answer");
}

Result<std::string> Session::token(const Flags& flags) {
    if (flags.service_account.empty()) {
        auto own = connection_->token();
        if (!own.empty()) return own;
        return fail(ErrorKind::Forbidden,
                    "you log in by a certificate, which cannot be shown to the operator: name a "
                    "ServiceAccount that may read findings with --service-account "
                    "[NAMESPACE/]NAME");
    }
    const auto slash = flags.service_account.find('/');
    kube::ObjectKey account{namespace_, flags.service_account};
    if (slash != std::string::npos) {
        account = {flags.service_account.substr(0, slash), flags.service_account.substr(slash + 1)};
    }
    const Json body = {{"apiVersion", "authentication.k8s.io/v1"},
                       {"kind", "TokenRequest"},
                       {"spec", {{"expirationSeconds", kTokenSeconds}}}};
    const auto answer = TRY(base::with_context(
        fetch(kube::create_on(kube::kServiceAccounts, account, "token", base::dump_json(body))),
        fmt::format("a token of the ServiceAccount {}", kube::to_string(account))));
    const Json* status = base::find(answer, "status");
    auto token = status == nullptr ? std::string() : base::get_string(*status, "token");
    if (token.empty())
        return fail(ErrorKind::Unavailable, "the API server gave no token for the ServiceAccount");
    return token;
}

Result<Json> fetch_job(Session& session, const std::string& name) {
    if (session.where().empty())
        return fail(ErrorKind::Invalid, "one ScanJob has one namespace: use -n instead of -A");
    return session.fetch(kube::get(kScanJobs, {session.where(), name}));
}

}  // namespace cli::cluster
