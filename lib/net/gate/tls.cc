#include "net/gate/tls.h"

#include "net/gate/asio.h"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>

namespace net::gate {

base::Result<std::shared_ptr<asio::ssl::context>> load_tls(const std::string& certificate_file,
                                                           const std::string& key_file) {
    using Ssl = asio::ssl::context;
    auto tls = std::make_shared<Ssl>(Ssl::tls_server);
    tls->set_options(Ssl::default_workarounds | Ssl::no_sslv2 | Ssl::no_sslv3 | Ssl::no_tlsv1 |
                     Ssl::no_tlsv1_1 | Ssl::no_compression);
    SSL_CTX_set_options(tls->native_handle(), SSL_OP_NO_RENEGOTIATION);
    // Idle connections are many: their record buffers go back.
    SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    IoError error;
    tls->use_certificate_chain_file(certificate_file, error);
    if (error) {
        return base::fail(base::ErrorKind::Invalid, fmt::format("cannot use the certificate {}: {}",
                                                                certificate_file, error.message()));
    }
    tls->use_private_key_file(key_file, Ssl::pem, error);
    if (error) {
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("cannot use the key {} with the certificate {}: {}", key_file,
                                      certificate_file, error.message()));
    }
    return tls;
}

}  // namespace net::gate
