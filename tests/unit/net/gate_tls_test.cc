// The gate behind TLS.
#include "fakes/raw_server.h"
#include "fakes/tls_identity.h"
#include "gate_desk.h"
#include "gate_fixture.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace net {
namespace {

// A client that trusts everybody.
class TlsClient {
public:
    explicit TlsClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(static_cast<std::uint16_t>(port));
        there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&there), sizeof there), 0);
        SSL_set_fd(ssl_, fd_);
        EXPECT_EQ(SSL_connect(ssl_), 1);
    }
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
        ::close(fd_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    void send(std::string_view text) {
        EXPECT_GT(SSL_write(ssl_, text.data(), static_cast<int>(text.size())), 0);
    }
    // Until `text` is among it, or the end.
    std::string read_until(std::string_view text) {
        while (buffer_.find(text) == std::string::npos) {
            char bytes[16 << 10];
            const int count = SSL_read(ssl_, bytes, sizeof bytes);
            if (count <= 0) break;
            buffer_.append(bytes, static_cast<std::size_t>(count));
        }
        return std::exchange(buffer_, {});
    }
    bool ended_cleanly() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }

private:
    int fd_;
    SSL_CTX* context_ = SSL_CTX_new(TLS_client_method());
    SSL* ssl_ = SSL_new(context_);
    std::string buffer_;
};

const fakes::TlsIdentity& identity() {
    static const fakes::TlsIdentity it("gate.example");
    return it;
}

std::unique_ptr<Gate> start_tls(Admit admit, GateOptions options = {}) {
    options.certificate_file = identity().certificate_file();
    options.key_file = identity().key_file();
    return start_gate(std::move(admit), std::move(options));
}

TEST(GateTls, ServesRequestsOneAfterTheOther) {
    const auto gate = start_tls(echo_all);
    TlsClient client(gate->port());
    client.send(put("/1", "one"));
    EXPECT_NE(client.read_until("PUT /1 one").find("200 OK"), std::string::npos);
    client.send(get("/2") + get("/3"));
    const std::string both = client.read_until("GET /3 ");
    EXPECT_LT(both.find("GET /2 "), both.find("GET /3 "));
    EXPECT_EQ(gate->stats().requests, 3u);
}

TEST(GateTls, TakesLargeBodiesAndSendsThemBack) {
    const auto gate = start_tls(echo_all);
    TlsClient client(gate->port());
    client.send(put("/", std::string(1u << 20, 'x') + "$"));
    // One byte too many for the echo route.
    EXPECT_NE(client.read_until("}").find("413"), std::string::npos);

    TlsClient second(gate->port());
    second.send(put("/", std::string(500'000, 'x') + "$"));
    EXPECT_GT(second.read_until("$").size(), 500'000u);
}

TEST(GateTls, RelaysRequestAfterRequestOnOneConnection) {
    fakes::RawServer upstream(fakes::answers({fakes::http_answer(200, "relayed$")}));
    const auto gate = start_tls([&](const RequestHead&) -> Admission {
        return Relay{.upstream_port = upstream.port(), .secret_header = "s", .body_max = 100};
    });
    TlsClient client(gate->port());
    // The gate reads ahead while it relays; what it read, or did not, must not be lost.
    for (int i = 0; i < 5; ++i) {
        client.send(put("/", "x"));
        EXPECT_NE(client.read_until("relayed$").find("200 OK"), std::string::npos);
    }
    client.send(get("/1") + get("/2", "Connection: close\r\n"));
    const std::string both = client.read_until("no such text");
    EXPECT_NE(both.find("relayed$HTTP/1.1 200 OK"), std::string::npos);
    EXPECT_TRUE(both.ends_with("relayed$"));
    EXPECT_TRUE(client.ended_cleanly());
}

TEST(GateTls, EndsARefusalSoThatItsReasonIsRead) {
    const auto gate = start_tls(
        [](const RequestHead&) -> Admission { return Refuse{error_reply(401, "a token")}; });
    TlsClient client(gate->port());
    client.send(put("/", std::string(100'000, 'x')));
    EXPECT_NE(client.read_until("no such text").find("401 Unauthorized"), std::string::npos);
    EXPECT_TRUE(client.ended_cleanly());
}

TEST(GateTls, ClosesOnGarbage) {
    const auto gate = start_tls(echo_all);
    RawClient client(gate->port());
    client.send(get("/"));
    client.read_to_end();  // an alert at most
    EXPECT_TRUE(eventually([&] { return gate->stats().connections == 0; }));
    EXPECT_EQ(gate->stats().requests, 0u);
}

TEST(GateTls, CutsPeersThatStopInTheHandshake) {
    const auto gate = start_tls(echo_all, {.header_timeout = kShort, .first_byte_timeout = kShort});
    EXPECT_TRUE(RawClient(gate->port()).sees_end());
    RawClient client(gate->port());
    client.send("\x16\x03\x01");
    EXPECT_TRUE(client.sees_end());
}

TEST(GateTls, CutsPeersThatIdle) {
    const auto gate = start_tls(echo_all, {.idle_timeout = kShort});
    TlsClient client(gate->port());
    client.send(get("/"));
    client.read_until("GET / ");
    EXPECT_EQ(client.read_until("more"), "");
}

TEST(GateTls, WantsAKeyThatBelongsToTheCertificate) {
    const fakes::TlsIdentity other("other.example");
    const auto gate = Gate::start(
        {.certificate_file = identity().certificate_file(), .key_file = other.key_file()},
        echo_all);
    ASSERT_FALSE(gate);
    EXPECT_EQ(gate.error().kind(), base::ErrorKind::Invalid);
}

}  // namespace
}  // namespace net
