#include "net/server_identity.h"

#include "base/digest.h"
#include "net/certificate.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace net {

using base::ErrorKind;
using base::fail;
using base::Instant;
using base::Result;
using base::os::Path;

namespace {

// Chains and bundles of authorities are some KiB.
constexpr std::size_t kPemBytesMax = 1u << 20;

Result<std::string> read(const Path& file) {
    return base::with_context(base::os::read_file(file, kPemBytesMax), file.string());
}

std::unexpected<base::Error> damaged(const Path& file, const base::Error& why,
                                     std::string_view remedy) {
    return fail(ErrorKind::Invalid,
                fmt::format("{}: {}; {}", file.string(), why.message(), remedy));
}

// ---- mounted ----

class MountedIdentity : public IdentityKeeper {
public:
    explicit MountedIdentity(Path folder) : folder_(std::move(folder)) {
        identity_.certificate_file = (folder_ / "tls.crt").string();
        identity_.key_file = (folder_ / "tls.key").string();
    }

    Result<bool> refresh(Instant now) override {
        const auto certificate = TRY(read(identity_.certificate_file));
        const auto key = TRY(read(identity_.key_file));
        const auto ca_file = folder_ / "ca.crt";
        auto ca = read(ca_file);
        if (!ca && ca.error().kind() != ErrorKind::NotFound) return std::unexpected(ca.error());
        const auto digest = base::sha256_raw(certificate + key + ca.value_or(""));
        if (digest == digest_) return false;
        const auto expires = TRY(check(certificate, key, now));
        if (ca) TRY(base::with_context(read_certificate(*ca), ca_file.string()));
        identity_.ca_pem = ca.value_or("");
        identity_.expires = expires;
        digest_ = digest;
        return true;
    }

private:
    Result<Instant> check(const std::string& certificate, const std::string& key, Instant now) {
        const auto& file = identity_.certificate_file;
        const auto remedy = "mount a Secret of type kubernetes.io/tls";
        if (const auto checked = check_pair(certificate, key); !checked)
            return damaged(file, checked.error(), remedy);
        const auto facts = TRY(base::with_context(read_certificate(certificate), file));
        if (facts.expires <= now) {
            return fail(ErrorKind::Invalid,
                        fmt::format("{}: the certificate expired at {}: renew it", file,
                                    base::format_instant(facts.expires)));
        }
        return facts.expires;
    }

    const Path folder_;
    std::string digest_;  // of what was read last
};

// ---- our own ----

class OwnIdentity : public IdentityKeeper {
public:
    OwnIdentity(Path folder, std::vector<std::string> names)
        : folder_(std::move(folder)), names_(std::move(names)) {
        identity_.certificate_file = server_file().string();
        identity_.key_file = server_file().string();
    }

    Result<bool> refresh(Instant now) override {
        TRY(base::os::make_folders(folder_, base::os::Mode::Private));
        const auto authority = TRY(keep_authority(now));
        const auto ca = TRY(certificate_of(authority));
        const auto old = TRY(stored_server(authority, now));
        if (!old) {
            const auto pair = TRY(make_server_pair(authority, names_, now));
            TRY(base::os::write_file(server_file(), pair, base::os::Mode::Private));
        }
        const bool is_first = identity_.ca_pem.empty();
        if (ca != identity_.ca_pem) TRY(base::os::write_file(folder_ / "ca.crt", ca));
        identity_.ca_pem = ca;
        identity_.expires = old ? *old : now + kCertificateLife;
        return is_first || !old;
    }

private:
    Path authority_file() const { return folder_ / "authority.pem"; }
    Path server_file() const { return folder_ / "server.pem"; }

    Result<std::string> keep_authority(Instant now) {
        auto pair = read(authority_file());
        if (!pair && pair.error().kind() != ErrorKind::NotFound) return pair;
        if (pair) {
            const auto sound = check_pair(*pair, *pair);
            if (!sound) {
                return damaged(authority_file(), sound.error(),
                               "delete it to have a new one made: jobs that run trust the old one "
                               "and must be run again");
            }
            const auto facts = TRY(read_certificate(*pair));
            // What it signs must not outlive it.
            if (facts.expires - now > kCertificateLife) return pair;
        }
        const auto made = TRY(make_authority(now));
        TRY(base::os::write_file(authority_file(), made, base::os::Mode::Private));
        return made;
    }

    // When the stored certificate ends; nullopt: there is none that will do.
    Result<std::optional<Instant>> stored_server(const std::string& authority, Instant now) {
        const auto pair = read(server_file());
        if (!pair && pair.error().kind() != ErrorKind::NotFound)
            return std::unexpected(pair.error());
        if (!pair || !check_pair(*pair, *pair) || !check_issuer(*pair, authority))
            return std::nullopt;
        const auto facts = read_certificate(*pair);
        const bool will_do = facts && facts->names == names_ && facts->starts <= now &&
                             facts->expires - now > kCertificateLife / 3;
        if (!will_do) return std::nullopt;
        return facts->expires;
    }

    const Path folder_;
    const std::vector<std::string> names_;  // as server_names() has them
};

Result<std::unique_ptr<IdentityKeeper>> first_look(std::unique_ptr<IdentityKeeper> keeper,
                                                   Instant now) {
    TRY(keeper->refresh(now));
    return keeper;
}

}  // namespace

Result<std::unique_ptr<IdentityKeeper>> IdentityKeeper::mounted(Path folder, Instant now) {
    return first_look(std::make_unique<MountedIdentity>(std::move(folder)), now);
}

Result<std::unique_ptr<IdentityKeeper>>
IdentityKeeper::own(Path folder, const std::vector<std::string>& names, Instant now) {
    auto normal = TRY(server_names(names));
    return first_look(std::make_unique<OwnIdentity>(std::move(folder), std::move(normal)), now);
}

}  // namespace net
