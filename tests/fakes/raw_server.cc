#include "fakes/raw_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace fakes {
namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const auto at = head.find(kName);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
        std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    }
    return length;
}

}  // namespace

RawConnection::~RawConnection() {
    if (fd_ >= 0) ::close(fd_);
}

bool RawConnection::wait(short events, int limit_ms) {
    pollfd fds[2] = {{.fd = fd_, .events = static_cast<short>(events | POLLRDHUP), .revents = 0},
                     {.fd = stop_fd_, .events = POLLIN, .revents = 0}};
    ::poll(fds, 2, limit_ms);
    if ((fds[1].revents & POLLIN) != 0) return false;
    // A client that only closed its side may still have sent something to read.
    if ((events & POLLIN) != 0 && (fds[0].revents & POLLIN) != 0) return true;
    return (fds[0].revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}

std::string RawConnection::read_request() {
    for (;;) {
        const auto size = request_size(buffer_);
        if (size != std::string::npos) {
            auto request = buffer_.substr(0, size);
            buffer_.erase(0, size);
            record_(request);
            return request;
        }
        const auto more = read_some();
        if (more.empty()) return {};
        buffer_ += more;
    }
}

std::string RawConnection::read_some() {
    char bytes[16 << 10];
    if (!wait(POLLIN)) return {};
    const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
    return count <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(count));
}

bool RawConnection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!wait(POLLOUT)) return false;
        const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return true;
}

void RawConnection::drip(std::string_view bytes, int every_ms) {
    for (const char& byte : bytes) {
        if (!send({&byte, 1}) || !wait(0, every_ms)) return;
    }
}

void RawConnection::hold() {
    // Level-triggered input that nobody reads would spin, so wait for the end alone.
    wait(0);
}

void RawConnection::reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    ::close(std::exchange(fd_, -1));
}

RawServer::RawServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
    stop_fd_ = ::eventfd(0, EFD_CLOEXEC);
    listen_fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listen_fd_, generic, size) != 0 || ::listen(listen_fd_, 128) != 0 ||
        ::getsockname(listen_fd_, generic, &size) != 0) {
        std::abort();  // no loopback, no test
    }
    port_ = ::ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
}

RawServer::~RawServer() {
    const std::uint64_t one = 1;
    if (::write(stop_fd_, &one, sizeof one) != sizeof one) std::abort();
    acceptor_.join();
    threads_.clear();
    ::close(listen_fd_);
    ::close(stop_fd_);
}

void RawServer::accept_all() {
    for (;;) {
        pollfd fds[2] = {{.fd = listen_fd_, .events = POLLIN, .revents = 0},
                         {.fd = stop_fd_, .events = POLLIN, .revents = 0}};
        ::poll(fds, 2, -1);
        if ((fds[1].revents & POLLIN) != 0) return;
        const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        const auto index =
            std::min<std::size_t>(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
        threads_.emplace_back([this, fd, index] {
            RawConnection connection(fd, stop_fd_, [this](const std::string& request) {
                const std::scoped_lock lock(mutex_);
                requests_.push_back(request);
            });
            scripts_[index](connection);
        });
    }
}

std::string RawServer::url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<std::string> RawServer::requests() const {
    const std::scoped_lock lock(mutex_);
    return requests_;
}

std::size_t request_size(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return end;
    const auto size = end + 4 + content_length(bytes.substr(0, end));
    return size <= bytes.size() ? size : std::string_view::npos;
}

RawServer::Script answers(std::vector<std::string> list) {
    return [list = std::move(list)](RawConnection& connection) {
        for (std::size_t i = 0; !connection.read_request().empty(); ++i) {
            if (!connection.send(list[std::min(i, list.size() - 1)])) return;
        }
    };
}

std::string http_answer(int status, std::string_view body, std::string_view headers) {
    return fmt::format("HTTP/1.1 {} X\r\n{}Content-Length: {}\r\n\r\n{}", status, headers,
                       body.size(), body);
}

}  // namespace fakes
