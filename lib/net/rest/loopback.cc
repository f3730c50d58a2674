#include "net/rest/loopback.h"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace net::rest {

base::Result<int> free_loopback_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    const bool ok = fd >= 0 && ::bind(fd, raw, size) == 0 && ::getsockname(fd, raw, &size) == 0;
    const int problem = errno;
    if (fd >= 0) ::close(fd);
    if (ok) return ntohs(address.sin_port);
    return base::fail(base::ErrorKind::Internal,
                      std::string("no port on loopback: ") + std::strerror(problem));
}

}  // namespace net::rest
