// A client of raw bytes on loopback, so that requests can be as wrong as the test wants.
//
// Gaps: blocking, one connection per object; of HTTP/1.1 it reads status line, headers and a body
// with Content-Length or in chunks; no TLS.
#pragma once

#include <string>
#include <string_view>

namespace fakes {

struct RawReply {
    int status = 0;  // 0 = the connection ended first
    std::string head{};
    std::string body{};
    bool has(std::string_view header_line) const {
        return head.find(header_line) != std::string::npos;
    }
};

class RawClient {
public:
    // `source`: the loopback address to come from (127.0.0.0/8). Aborts if nobody listens.
    explicit RawClient(int port, std::string_view source = "127.0.0.1");
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient& operator=(RawClient&&) = delete;

    // False once the other side is gone.
    bool send(std::string_view bytes);
    // For the peer it looks as if nothing more comes.
    void shut_sending();
    // Ends by RST.
    void reset();

    // The next reply. A test that waits for longer than 10 s has failed: status 0.
    RawReply read_reply(std::string_view method = "GET");
    // Whatever comes until `text` is among it, or the end.
    std::string read_until(std::string_view text);
    // Everything until the other side ends.
    std::string read_to_end();
    // send + read_reply
    RawReply ask(std::string_view bytes);
    // Was closed by the other side, without a byte having come.
    bool sees_end() { return read_to_end().empty(); }
    bool has_bytes() const;

private:
    bool fill();
    std::string take(std::size_t count);
    std::string read_chunks();

    int fd_;
    std::string buffer_;
};

}  // namespace fakes
