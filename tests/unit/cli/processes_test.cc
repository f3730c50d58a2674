// The real process table, with programs that every Debian has.
#include "cli/local/processes.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>

namespace cli {
namespace {

using base::Duration;

// Far more than any of them takes; only a failing test waits so long.
constexpr Duration kPatience{20'000};

base::os::SpawnOptions shell(std::string command) {
    return {.argv = {"/bin/sh", "-c", std::move(command)}, .env = {{"PATH", "/bin:/usr/bin"}}};
}

ProcessEnd wait_for_one(Processes& processes) {
    for (int i = 0; i < 100; ++i) {
        const auto ends = processes.poll(kPatience, {});
        if (!ends.empty()) return ends.front();
    }
    ADD_FAILURE() << "nothing ended";
    return {};
}

TEST(PosixProcesses, TellHowTheyEnded) {
    const auto processes = make_posix_processes();
    ASSERT_TRUE(processes->start({3, 1}, shell("exit 69")));
    const ProcessEnd end = wait_for_one(*processes);
    EXPECT_EQ(end.id, (core::AttemptId{3, 1}));
    EXPECT_EQ(end.status.code, 69);
    EXPECT_EQ(end.status.signal, 0);
}

TEST(PosixProcesses, AreReachedBySignals) {
    const auto processes = make_posix_processes();
    ASSERT_TRUE(processes->start({3, 1}, shell("exec sleep 1000")));
    processes->signal({3, 1}, SIGKILL);
    EXPECT_EQ(wait_for_one(*processes).status.signal, SIGKILL);
    processes->signal({3, 1}, SIGKILL);  // gone: nothing happens
}

TEST(PosixProcesses, WakeForOtherDescriptorsToo) {
    const auto processes = make_posix_processes();
    ASSERT_TRUE(processes->start({3, 1}, shell("exec sleep 1000")));
    const int fd = ::eventfd(1, 0);
    const int fds[] = {fd};
    EXPECT_TRUE(processes->poll(kPatience, fds).empty());
    ::close(fd);
}

TEST(PosixProcesses, AMissingProgramIsToldAtTheStart) {
    const auto processes = make_posix_processes();
    const auto started = processes->start({0, 1}, {.argv = {"/no/such/program"}});
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind(), base::ErrorKind::NotFound);
}

TEST(DryRun, TellsWhatItWouldStartAndStartsNothing) {
    std::vector<std::string> told;
    const auto processes = make_dry_run_processes(
        [&](const core::AttemptId& id, const base::os::SpawnOptions& options) {
            told.push_back(core::to_string(id) + " " + options.argv[0]);
        });
    ASSERT_TRUE(processes->start({0, 1}, {.argv = {"/no/such/program"}}));
    EXPECT_EQ(told, std::vector<std::string>{"c0-a1 /no/such/program"});
    EXPECT_TRUE(processes->poll(Duration{0}, {}).empty());
}

}  // namespace
}  // namespace cli
