#include "fakes/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fakes {
namespace {

constexpr int kPatienceMs = 10'000;

sockaddr_in endpoint(std::string_view address, int port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, std::string(address).c_str(), &out.sin_addr);
    return out;
}

void must(int result, const char* what) {
    if (result >= 0) return;
    std::perror(what);
    std::abort();
}

}  // namespace

RawClient::RawClient(int port, std::string_view source)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    must(fd_, "socket");
    const sockaddr_in from = endpoint(source, 0);
    const sockaddr_in there = endpoint("127.0.0.1", port);
    must(::bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof from), "bind");
    must(::connect(fd_, reinterpret_cast<const sockaddr*>(&there), sizeof there), "connect");
}

RawClient::~RawClient() {
    if (fd_ >= 0) ::close(fd_);
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
        if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
        const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void RawClient::shut_sending() { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(fd_, -1));
}

bool RawClient::has_bytes() const {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    return !buffer_.empty() || ::poll(&wait, 1, 0) > 0;
}

bool RawClient::fill() {
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
    char bytes[16 << 10];
    const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
}

std::string RawClient::take(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    std::string out = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return out;
}

std::string RawClient::read_until(std::string_view text) {
    while (buffer_.find(text) == std::string::npos) {
        if (!fill()) return std::exchange(buffer_, {});
    }
    return take(buffer_.find(text) + text.size());
}

std::string RawClient::read_to_end() {
    while (fill()) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_chunks() {
    std::string body;
    for (;;) {
        const std::string line = read_until("\r\n");
        const auto size = std::strtoul(line.c_str(), nullptr, 16);
        body += take(size);
        if (take(2) != "\r\n" || size == 0) return body;
    }
}

RawReply RawClient::read_reply(std::string_view method) {
    RawReply reply{.head = read_until("\r\n\r\n")};
    if (!reply.head.ends_with("\r\n\r\n")) return {};
    reply.status = std::atoi(reply.head.substr(9, 3).c_str());
    if (method == "HEAD") return reply;
    constexpr std::string_view kLength = "Content-Length: ";
    const auto length = reply.head.find(kLength);
    if (length != std::string::npos) {
        reply.body = take(std::strtoul(reply.head.c_str() + length + kLength.size(), nullptr, 10));
    } else if (reply.has("Transfer-Encoding: chunked")) {
        reply.body = read_chunks();
    }
    return reply;
}

RawReply RawClient::ask(std::string_view bytes) {
    send(bytes);
    return read_reply();
}

}  // namespace fakes
