// Whom the client trusts, and how it shows who it is.
#include "client_fixture.h"

#include "fakes/tls_identity.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <csignal>

namespace net {
namespace {

struct Free {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

enum class ClientCertificate { NotAsked, Required };

// Answers one request over TLS; the body names the subject of the client's certificate.
class TlsShop {
public:
    TlsShop(const fakes::TlsIdentity& identity,
            ClientCertificate wanted = ClientCertificate::NotAsked) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
        SSL_CTX_use_certificate_file(context_.get(), identity.certificate_file().c_str(),
                                     SSL_FILETYPE_PEM);
        SSL_CTX_use_PrivateKey_file(context_.get(), identity.key_file().c_str(), SSL_FILETYPE_PEM);
        if (wanted == ClientCertificate::Required) {
            SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                               [](int, X509_STORE_CTX*) { return 1; });
        }
    }
    Response get(ClientOptions options) {
        options.resolve = {"shop.example:" + std::to_string(server_.port()) + ":127.0.0.1"};
        return fetch("https://shop.example:" + std::to_string(server_.port()) + "/",
                     std::move(options));
    }

private:
    void answer(RawConnection& connection) {
        const std::unique_ptr<SSL, Free> ssl{SSL_new(context_.get())};
        SSL_set_fd(ssl.get(), connection.fd());
        char bytes[4'096];
        if (SSL_accept(ssl.get()) != 1 || SSL_read(ssl.get(), bytes, sizeof bytes) <= 0) return;
        const std::unique_ptr<X509, Free> peer{SSL_get1_peer_certificate(ssl.get())};
        char subject[100] = "nobody";
        if (peer)
            X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, subject,
                                      sizeof subject);
        const auto text = http_answer(200, subject);
        SSL_write(ssl.get(), text.data(), static_cast<int>(text.size()));
        SSL_shutdown(ssl.get());
    }

    std::unique_ptr<SSL_CTX, Free> context_{SSL_CTX_new(TLS_server_method())};
    RawServer server_{[this](RawConnection& connection) { answer(connection); }};
};

TEST(ClientTls, TrustsTheAuthorityOfItsOptions) {
    const fakes::TlsIdentity identity("shop.example");
    const auto response = TlsShop(identity).get({.tls = {.ca_file = identity.certificate_file()}});
    EXPECT_TRUE(response.is_2xx()) << response.failure_message;
    EXPECT_EQ(response.body, "nobody");
}

TEST(ClientTls, DoesNotTrustAnUnknownAuthority) {
    const fakes::TlsIdentity identity("shop.example");
    const auto response = TlsShop(identity).get({});
    EXPECT_EQ(word(response), "tls") << response.failure_message;
    EXPECT_EQ(response.status, 0);
}

TEST(ClientTls, DoesNotTrustACertificateForAnotherHost) {
    const fakes::TlsIdentity identity("other.example");
    EXPECT_EQ(word(TlsShop(identity).get({.tls = {.ca_file = identity.certificate_file()}})),
              "tls");
}

TEST(ClientTls, VerifiesNothingIfAskedNotTo) {
    const fakes::TlsIdentity identity("other.example");
    EXPECT_TRUE(TlsShop(identity).get({.tls = {.verify = false}}).is_2xx());
}

TEST(ClientTls, ShowsItsCertificate) {
    const fakes::TlsIdentity identity("shop.example");
    const fakes::TlsIdentity ours("runner.example");
    const auto response = TlsShop(identity, ClientCertificate::Required)
                              .get({.tls = {.ca_file = identity.certificate_file(),
                                            .client_certificate_file = ours.certificate_file(),
                                            .client_key_file = ours.key_file()}});
    EXPECT_EQ(response.body, "runner.example") << response.failure_message;
}

}  // namespace
}  // namespace net
