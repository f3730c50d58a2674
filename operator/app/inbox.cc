#include "operator/app/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace app {

base::Result<std::unique_ptr<Inbox>> Inbox::create() {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        return base::fail(base::ErrorKind::Internal,
                          std::string("the controller's queue cannot be made: ") +
                              std::strerror(errno));
    }
    return std::unique_ptr<Inbox>(new Inbox(fd));
}

Inbox::~Inbox() { ::close(fd_); }

void Inbox::post(control::Event event) {
    events_.with([&](auto& events) { events.push_back(std::move(event)); });
    const std::uint64_t one = 1;
    // Full means that it is readable already.
    [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

std::vector<control::Event> Inbox::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(fd_, &count, sizeof count);
    return events_.with([](auto& events) { return std::exchange(events, {}); });
}

}  // namespace app
