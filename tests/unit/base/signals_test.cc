#include "base/os/signals.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace base::os {
namespace {

bool is_readable(int fd) {
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 0) == 1;
}

// The watch changes the whole process, so each test runs it in a child; 0 means all was well.
int in_child(auto&& test) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(test());
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST(SignalWatchTest, CountsWhatArrived) {
    const int status = in_child([] {
        auto watch = SignalWatch::create();
        if (!watch || is_readable(watch->fd())) return 1;
        ::kill(::getpid(), SIGTERM);
        if (!is_readable(watch->fd())) return 2;
        watch->drain();
        if (watch->terminations() != 1 || watch->interrupts() != 0) return 3;
        ::kill(::getpid(), SIGINT);
        watch->drain();
        ::kill(::getpid(), SIGINT);
        watch->drain();
        watch->drain();
        if (watch->terminations() != 1 || watch->interrupts() != 2) return 4;
        return is_readable(watch->fd()) ? 5 : 0;
    });
    EXPECT_EQ(status, 0);
}

TEST(SignalWatchTest, CoversThreadsThatStartLater) {
    const int status = in_child([] {
        auto watch = SignalWatch::create();
        std::jthread thread([] { ::raise(SIGTERM); });
        thread.join();
        return 0;
    });
    // raise() goes to the thread itself: without the inherited mask it would have ended the
    // process.
    EXPECT_EQ(status, 0);
}

TEST(SignalWatchTest, MakesBrokenPipesErrorsInsteadOfDeath) {
    const int status = in_child([] {
        auto watch = SignalWatch::create();
        int ends[2];
        if (::pipe(ends) != 0) return 1;
        ::close(ends[0]);
        return ::write(ends[1], "x", 1) == -1 ? 0 : 2;
    });
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace base::os
