#include "cli/local/inbox.h"

#include <fmt/core.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace cli {

base::Result<std::unique_ptr<Inbox>> Inbox::create() {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return base::fail(base::ErrorKind::Internal,
                          fmt::format("eventfd: {}", std::strerror(errno)));
    return std::unique_ptr<Inbox>(new Inbox(fd));
}

Inbox::~Inbox() { ::close(fd_); }

void Inbox::post(Note note) {
    notes_.with([&](auto& notes) { notes.push_back(std::move(note)); });
    // Fails only when the counter is full, and then it is readable anyway.
    static_cast<void>(::eventfd_write(fd_, 1));
}

std::vector<Note> Inbox::take() {
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(fd_, &count));  // fails when nothing was posted
    return notes_.with([](auto& notes) { return std::exchange(notes, {}); });
}

}  // namespace cli
