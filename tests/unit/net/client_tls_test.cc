// Whom the client trusts, and how it shows who it is.
#include "client_fixture.h"

#include "base/os/file.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>

namespace net {
namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// A self-signed certificate for one host name, in files.
struct Identity {
    explicit Identity(const std::string& host) {
        auto* name = X509_get_subject_name(certificate.get());
        const auto* text = reinterpret_cast<const unsigned char*>(host.c_str());
        X509_set_version(certificate.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(certificate.get(), name);
        X509_set_pubkey(certificate.get(), key.get());
        auto* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + host).c_str());
        X509_add_ext(certificate.get(), names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        FILE* file = std::fopen(certificate_file().c_str(), "w");
        PEM_write_X509(file, certificate.get());
        std::fclose(file);
        file = std::fopen(key_file().c_str(), "w");
        PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
    }
    std::string certificate_file() const { return folder.path() / "certificate.pem"; }
    std::string key_file() const { return folder.path() / "key.pem"; }

    base::os::TempFolder folder = *base::os::TempFolder::create("net-tls-test");
    std::unique_ptr<EVP_PKEY, Free> key{EVP_EC_gen("P-256")};
    std::unique_ptr<X509, Free> certificate{X509_new()};
};

enum class ClientCertificate { NotAsked, Required };

// Answers one request over TLS; the body names the subject of the client's certificate.
class TlsShop {
public:
    TlsShop(const Identity& identity, ClientCertificate wanted = ClientCertificate::NotAsked) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
        SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
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
    const Identity identity("shop.example");
    const auto response = TlsShop(identity).get({.tls = {.ca_file = identity.certificate_file()}});
    EXPECT_TRUE(response.is_2xx()) << response.failure_message;
    EXPECT_EQ(response.body, "nobody");
}

TEST(ClientTls, DoesNotTrustAnUnknownAuthority) {
    const Identity identity("shop.example");
    const auto response = TlsShop(identity).get({});
    EXPECT_EQ(word(response), "tls") << response.failure_message;
    EXPECT_EQ(response.status, 0);
}

TEST(ClientTls, DoesNotTrustACertificateForAnotherHost) {
    const Identity identity("other.example");
    EXPECT_EQ(word(TlsShop(identity).get({.tls = {.ca_file = identity.certificate_file()}})),
              "tls");
}

TEST(ClientTls, VerifiesNothingIfAskedNotTo) {
    const Identity identity("other.example");
    EXPECT_TRUE(TlsShop(identity).get({.tls = {.verify = false}}).is_2xx());
}

TEST(ClientTls, ShowsItsCertificate) {
    const Identity identity("shop.example");
    const Identity ours("runner.example");
    const auto response = TlsShop(identity, ClientCertificate::Required)
                              .get({.tls = {.ca_file = identity.certificate_file(),
                                            .client_certificate_file = ours.certificate_file(),
                                            .client_key_file = ours.key_file()}});
    EXPECT_EQ(response.body, "runner.example") << response.failure_message;
}

}  // namespace
}  // namespace net
