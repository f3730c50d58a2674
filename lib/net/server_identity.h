// The server's own certificate: from a mounted folder, or made here and renewed in time.
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "base/time.h"

#include <memory>
#include <string>
#include <vector>

namespace net {

// A value. The files are what GateOptions wants, and stay the same for the life of the keeper.
struct ServerIdentity {
    std::string certificate_file{};
    std::string key_file{};
    // What clients must trust, as PEM. Empty: a mounted certificate came without ca.crt, so an
    // authority that everybody knows must have signed it.
    std::string ca_pem{};
    base::Instant expires{};
};

// One thread.
class IdentityKeeper {
public:
    // tls.crt, tls.key and (if there) ca.crt of a mounted Secret; nothing is written. NotFound;
    // Invalid: not a pair, or expired; the message says which file.
    static base::Result<std::unique_ptr<IdentityKeeper>> mounted(base::os::Path folder,
                                                                 base::Instant now);
    // Of files in a folder of ours, made where they are missing: authority.pem and server.pem
    // (0600: keys are in them), and ca.crt for people. The names are those under which clients
    // reach the server. Invalid: a bad name, or a damaged authority: it is never replaced unasked,
    // since jobs that run trust it. Forbidden, Unavailable: the folder.
    static base::Result<std::unique_ptr<IdentityKeeper>>
    own(base::os::Path folder, const std::vector<std::string>& names, base::Instant now);
    virtual ~IdentityKeeper() = default;

    const ServerIdentity& identity() const { return identity_; }
    // Looks again: once a minute is enough. True: the files have changed, tell
    // Gate::reload_certificate(). Mounted ones are read again; our own are renewed when a third of
    // their time is left. A failure leaves all as it was.
    virtual base::Result<bool> refresh(base::Instant now) = 0;

protected:
    ServerIdentity identity_;
};

}  // namespace net
