// X.509 certificates made and read here (OpenSSL behind): what the operator needs where nobody
// gives it one. A pair is PEM text of a private key and its certificate, one after the other: one
// file, so that no crash can leave a key beside another's certificate.
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace net {

inline constexpr base::Duration kAuthorityLife{std::int64_t{3'650} * 86'400'000};
inline constexpr base::Duration kCertificateLife{std::int64_t{90} * 86'400'000};

struct CertificateFacts {
    base::Instant starts{};
    base::Instant expires{};
    std::vector<std::string> names{};  // as server_names() has them
};

// DNS names and IP addresses as a certificate tells them: in one normal form, sorted, each once.
// Invalid: no name, or one that is neither.
base::Result<std::vector<std::string>> server_names(const std::vector<std::string>& names);

// EC P-256, ten years from `now` on (an hour before, for clocks that differ), for signing only.
// Internal: OpenSSL refused.
base::Result<std::string> make_authority(base::Instant now);
// For servers of these names, 90 days, with a key of its own. Invalid: as server_names(); an
// authority that cannot sign.
base::Result<std::string> make_server_pair(std::string_view authority,
                                           const std::vector<std::string>& names,
                                           base::Instant now);

// The certificate alone, as PEM. Invalid: there is none.
base::Result<std::string> certificate_of(std::string_view pair);
// Of the first certificate. Invalid: none, or none that can be read.
base::Result<CertificateFacts> read_certificate(std::string_view pem);
// Invalid: certificate or key cannot be read, or do not belong together.
base::Result<> check_pair(std::string_view certificate, std::string_view key);
// Invalid: the authority did not sign it.
base::Result<> check_issuer(std::string_view certificate, std::string_view authority);

}  // namespace net
