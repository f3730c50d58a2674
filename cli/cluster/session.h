// A connection to the cluster that the kubeconfig names, for one command.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"
#include "cli/cluster/commands.h"
#include "kube/connection.h"

#include <memory>
#include <string>

namespace cli::cluster {

inline constexpr kube::Resource kScanJobs{
    .group = "scanfleet.dev", .version = "v1alpha1", .plural = "scanjobs", .kind = "ScanJob"};

// One sentence about an answer that is none; `server` for those that did not come.
base::Error error_of(const kube::ApiError& error, std::string_view server);

class Session {
public:
    // Failures as those of the kubeconfig, its files and plug-ins. Nothing is sent yet. `clock`
    // must outlive it.
    static base::Result<Session> open(const Flags& flags, const base::Clock& clock);

    // Of the flag, else of the context; empty with -A.
    const std::string& where() const { return namespace_; }
    const std::string& server() const { return server_; }
    kube::Connection& connection() { return *connection_; }

    kube::Answer ask(kube::Request request, base::Duration timeout = base::Duration{30'000});
    // The JSON of a good answer. Failures: error_of; Invalid: not JSON.
    base::Result<base::Json> fetch(kube::Request request,
                                   base::Duration timeout = base::Duration{30'000});
    // A token to show to the operator: of the ServiceAccount that the flags name (TokenRequest,
    // ten minutes), else our own. Forbidden: there is none.
    base::Result<std::string> token(const Flags& flags);

private:
    Session(std::unique_ptr<kube::Connection> connection, std::string namespace_text,
            std::string server)
        : connection_(std::move(connection)), namespace_(std::move(namespace_text)),
          server_(std::move(server)) {}

    std::unique_ptr<kube::Connection> connection_;
    std::string namespace_;
    std::string server_;
    kube::CallId last_ = 0;
};

// The ScanJob `name` of the session's namespace. NotFound, and as fetch().
base::Result<base::Json> fetch_job(Session& session, const std::string& name);

}  // namespace cli::cluster
