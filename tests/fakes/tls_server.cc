#include "fakes/tls_server.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>

namespace fakes {
namespace {

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* in, unsigned in_size, void* wanted) {
    const auto& protocol = *static_cast<const std::string*>(wanted);
    for (unsigned at = 0; at < in_size; at += in[at] + 1u) {
        const std::string_view offered(reinterpret_cast<const char*>(in + at + 1), in[at]);
        if (offered != protocol) continue;
        *out = in + at + 1;
        *out_size = in[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsConnection::TlsConnection(RawConnection& raw, SSL_CTX* context)
    : raw_(raw), ssl_(SSL_new(context)) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
}

TlsConnection::~TlsConnection() {
    SSL_shutdown(ssl_);
    flush();
    SSL_free(ssl_);
}

bool TlsConnection::flush() {
    char bytes[16 << 10];
    for (;;) {
        const int count = BIO_read(SSL_get_wbio(ssl_), bytes, sizeof bytes);
        if (count <= 0) return true;
        if (!raw_.send({bytes, static_cast<std::size_t>(count)})) return false;
    }
}

bool TlsConnection::fill() {
    const auto bytes = raw_.read_some();
    if (bytes.empty()) return false;
    BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
    return true;
}

bool TlsConnection::accept() {
    for (;;) {
        const int done = SSL_do_handshake(ssl_);
        const int error = SSL_get_error(ssl_, done);
        if (!flush()) return false;
        if (done == 1) return true;
        if (error != SSL_ERROR_WANT_READ || !fill()) return false;
    }
}

std::string TlsConnection::read(std::size_t count) {
    char bytes[16 << 10];
    while (buffer_.size() < count) {
        const int got = SSL_read(ssl_, bytes, sizeof bytes);
        if (got > 0) {
            buffer_.append(bytes, static_cast<std::size_t>(got));
            continue;
        }
        if (SSL_get_error(ssl_, got) != SSL_ERROR_WANT_READ || !flush() || !fill()) return {};
    }
    auto out = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return out;
}

std::string TlsConnection::read_request() {
    std::string request;
    while (request_size(request) == std::string::npos) {
        const auto byte = read(1);
        if (byte.empty()) return {};
        request += byte;
    }
    raw_.record(request);
    return request;
}

bool TlsConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto part = std::min<std::size_t>(bytes.size(), 16u << 10);
        if (SSL_write(ssl_, bytes.data(), static_cast<int>(part)) <= 0 || !flush()) return false;
        bytes.remove_prefix(part);
    }
    return true;
}

std::string TlsConnection::peer_name() const {
    X509* const peer = SSL_get0_peer_certificate(ssl_);
    char name[100] = "";
    if (peer != nullptr) {
        X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
    }
    return name;
}

std::string TlsConnection::server_name() const {
    const char* const name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

TlsServer::TlsServer(const TlsIdentity& identity, std::vector<Script> scripts,
                     TlsServerOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* const context = context_.get();
    const bool loaded =
        SSL_CTX_use_certificate_chain_file(context, identity.certificate_file().c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context, identity.key_file().c_str(), SSL_FILETYPE_PEM) == 1;
    if (!loaded) std::abort();  // the fixture is broken
    if (!options_.protocol.empty())
        SSL_CTX_set_alpn_select_cb(context, choose_protocol, &options_.protocol);
    if (options_.ask_for_certificate)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    std::vector<RawServer::Script> raw;
    for (auto& script : scripts) {
        raw.emplace_back([context, script = std::move(script)](RawConnection& connection) {
            TlsConnection tls(connection, context);
            if (tls.accept()) script(tls);
        });
    }
    server_ = std::make_unique<RawServer>(std::move(raw));
}

TlsServer::~TlsServer() = default;

void TlsServer::FreeContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

TlsServer::Script tls_answers(std::vector<std::string> list) {
    return [list = std::move(list)](TlsConnection& connection) {
        for (std::size_t i = 0; !connection.read_request().empty(); ++i) {
            if (!connection.send(list[std::min(i, list.size() - 1)])) return;
        }
    };
}

}  // namespace fakes
