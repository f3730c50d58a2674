// What shows the API server who we are, kept fresh: files that rotate, plug-ins whose gifts expire.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "kube/cluster_config.h"
#include "kube/environment.h"
#include "kube/exec_credential.h"
#include "net/client.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kube {

// What requests carry.
struct Identity {
    net::TlsOptions tls{};  // PEM only
    std::string token{};
    // Grows with every change.
    std::uint64_t generation = 0;
};

// One owner thread. Reading files and running plug-ins block it, a plug-in for at most 30 s.
class Credentials {
public:
    // Reads everything once. Fails as the files and run_exec_plugin() do; Invalid: an empty token,
    // or credentials that would go over plain HTTP to another machine. `clock` must outlive it.
    static base::Result<Credentials> create(ClusterConfig cluster, Environment environment,
                                            const base::Clock& clock);

    const Identity& identity() const { return identity_; }

    // Call before each request; cheap. Reads files again once a minute, and runs the plug-in when
    // what it gave has expired. When that fails the last identity stays; see trouble().
    void keep_fresh();
    // After a 401 (or a certificate we did not trust) for a request that carried `generation`:
    // reads the files again, or runs the plug-in. True: what identity() says now is worth another
    // try. A plug-in that a refusal started in the last 10 s is not started by another.
    bool renew(std::uint64_t generation);

    // Why the last refresh failed; nullopt after one that did not.
    const std::optional<base::Error>& trouble() const { return trouble_; }

private:
    Credentials(ClusterConfig cluster, Environment environment, const base::Clock& clock);
    base::Result<> load();
    base::Result<std::string> load_token() const;
    base::Result<> load_plugin(Identity& next);
    bool has_expired() const;
    bool uses_plugin() const;
    void try_load();

    ClusterConfig cluster_;
    Environment environment_;
    const base::Clock* clock_;
    Identity identity_;
    std::optional<ExecCredential> given_{};  // by the plug-in
    bool run_plugin_ = false;                // at the next load
    base::Ticks loaded_{};
    base::Ticks plugin_ran_{};
    std::optional<base::Ticks> renewed_{};  // when a refusal last made the plug-in run
    std::optional<base::Error> trouble_{};
};

}  // namespace kube
