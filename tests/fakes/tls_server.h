// A server of raw bytes over TLS on loopback: fakes/raw_server.h behind OpenSSL.
//
// Gaps: those of RawServer; TLS of OpenSSL's defaults, no renegotiation, no session store; a client
// certificate is asked for and told, never checked.
#pragma once

#include "fakes/raw_server.h"
#include "fakes/tls_identity.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace fakes {

// The server's side of one connection whose handshake is done. Use on the script's thread only.
class TlsConnection {
public:
    TlsConnection(RawConnection& raw, ssl_ctx_st* context);
    ~TlsConnection();
    TlsConnection(const TlsConnection&) = delete;
    TlsConnection& operator=(const TlsConnection&) = delete;

    // False: no handshake; the client did not like us.
    bool accept();
    // As RawConnection's.
    std::string read_request();
    bool send(std::string_view bytes);
    void hold() { raw_.hold(); }
    // Exactly `count` bytes; empty when the client closed or the server stops.
    std::string read(std::size_t count);
    // The common name of the client's certificate; empty without one.
    std::string peer_name() const;
    // The name the client asked for (SNI).
    std::string server_name() const;

private:
    bool fill();
    bool flush();

    RawConnection& raw_;
    ssl_st* ssl_;
    std::string buffer_;
};

struct TlsServerOptions {
    std::string protocol{};  // the one chosen by ALPN ("h2"); empty = none
    bool ask_for_certificate = false;
};

class TlsServer {
public:
    using Script = std::function<void(TlsConnection&)>;
    // As RawServer: the first connection runs the first script, and so on.
    TlsServer(const TlsIdentity& identity, std::vector<Script> scripts,
              TlsServerOptions options = {});
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;

    int port() const { return server_->port(); }
    int connections() const { return server_->connections(); }
    std::vector<std::string> requests() const { return server_->requests(); }

private:
    struct FreeContext {
        void operator()(ssl_ctx_st* context) const;
    };
    TlsServerOptions options_;
    std::unique_ptr<ssl_ctx_st, FreeContext> context_;
    std::unique_ptr<RawServer> server_;
};

// As fakes::answers.
TlsServer::Script tls_answers(std::vector<std::string> answers);

}  // namespace fakes
