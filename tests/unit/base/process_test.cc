#include "base/os/process.h"

#include "base/text.h"

#include <gtest/gtest.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace base::os {
namespace {

class ChildProcessTest : public testing::Test {
protected:
    ChildProcessTest() : folder_(*TempFolder::create("base_test.")) {}
    Path at(std::string_view name) const { return folder_.path() / name; }

    SpawnOptions shell(const std::string& script) const {
        return {.argv = {"/bin/sh", "-c", script},
                .env = {{"PATH", "/usr/bin:/bin"}},
                .stdout_file = at("out"),
                .stderr_file = at("err")};
    }
    std::string output() const { return read_file(at("out"), 1 << 20).value_or("(none)"); }

    TempFolder folder_;
};

bool exists(pid_t pid) { return ::kill(pid, 0) == 0 || errno != ESRCH; }

TEST_F(ChildProcessTest, GivesTheExitCode) {
    auto child = ChildProcess::spawn(shell("exit 7"));
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait(), (ExitStatus{.code = 7, .signal = 0}));
    EXPECT_EQ(child->poll(), (ExitStatus{.code = 7, .signal = 0}));
}

TEST_F(ChildProcessTest, GivesTheSignalThatEndedIt) {
    auto child = ChildProcess::spawn(shell("kill -TERM $$; sleep 1000"));
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait(), (ExitStatus{.code = 128 + SIGTERM, .signal = SIGTERM}));
}

TEST_F(ChildProcessTest, WritesItsOutputToTheFiles) {
    for (int i = 0; i < 2; ++i) {
        auto child = ChildProcess::spawn(shell("echo out; echo err >&2"));
        ASSERT_TRUE(child);
        EXPECT_EQ(child->wait().code, 0);
    }
    EXPECT_EQ(output(), "out\nout\n");
    EXPECT_EQ(read_file(at("err"), 100), "err\nerr\n");
}

TEST_F(ChildProcessTest, GetsNothingButWhatItIsGiven) {
    SpawnOptions options{.argv = {"/usr/bin/env"},
                         .env = {{"A", "1"}, {"B", "x y"}},
                         .folder = folder_.path(),
                         .stdout_file = at("out")};
    auto child = ChildProcess::spawn(options);
    ASSERT_TRUE(child);
    child->wait();
    EXPECT_EQ(output(), "A=1\nB=x y\n");
}

TEST_F(ChildProcessTest, RunsInItsFolderWithoutInput) {
    SpawnOptions options = shell("cat; pwd");
    options.folder = folder_.path();
    auto child = ChildProcess::spawn(options);
    ASSERT_TRUE(child);
    child->wait();
    EXPECT_EQ(output(), folder_.path().string() + "\n");
}

TEST_F(ChildProcessTest, InheritsNoFilesAndNoSignalMask) {
    std::array<int, 2> leak{};
    ASSERT_EQ(::pipe(leak.data()), 0);  // without O_CLOEXEC, as a careless library would
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto old = std::signal(SIGPIPE, SIG_IGN);
    auto child = ChildProcess::spawn(
        shell("ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status"));
    std::signal(SIGPIPE, old);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(leak[0]);
    ::close(leak[1]);
    ASSERT_TRUE(child);
    child->wait();
    const std::string seen = output();
    const std::string ignored = "\nSigIgn:\t";
    const auto at = seen.find(ignored);
    ASSERT_NE(at, std::string::npos) << seen;
    // 3 is the folder that ls itself has open.
    EXPECT_EQ(seen.substr(0, at), "0 1 2 3 SigBlk:\t0000000000000000");
    // glibc keeps signals 32 and 33 to itself: nobody can reset them, and whoever started us may
    // have them ignored.
    const std::uint64_t reserved = std::uint64_t{3} << 31;
    EXPECT_EQ(std::stoull(seen.substr(at + ignored.size()), nullptr, 16) & ~reserved, 0u) << seen;
}

TEST_F(ChildProcessTest, TellsWhyItDidNotStart) {
    struct Case {
        SpawnOptions options;
        ErrorKind kind;
    };
    const std::array<Case, 5> cases{
        Case{{.argv = {}}, ErrorKind::Invalid},
        Case{{.argv = {"/missing/program"}}, ErrorKind::NotFound},
        Case{{.argv = {"/etc/passwd"}}, ErrorKind::Forbidden},
        Case{{.argv = {"/bin/true"}, .folder = "/missing"}, ErrorKind::NotFound},
        Case{{.argv = {"/bin/true"}, .stdout_file = "/missing/out"}, ErrorKind::NotFound},
    };
    for (const auto& [options, kind] : cases) {
        const auto child = ChildProcess::spawn(options);
        ASSERT_FALSE(child);
        EXPECT_EQ(child.error().kind(), kind) << child.error().message();
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a failed start left a zombie";
}

TEST_F(ChildProcessTest, PollDoesNotWait) {
    auto child = ChildProcess::spawn({.argv = {"/bin/sleep", "1000"}});
    ASSERT_TRUE(child);
    EXPECT_EQ(child->poll(), std::nullopt);
    ASSERT_TRUE(child->signal(SIGKILL));
    EXPECT_EQ(child->wait().signal, SIGKILL);
    EXPECT_TRUE(child->signal(SIGTERM)) << "a signal to what is gone is no error";
}

TEST_F(ChildProcessTest, SignalsReachTheWholeGroup) {
    // The shell waits for its child, so both end only if both get the signal.
    auto child = ChildProcess::spawn(shell("sleep 1000 & echo $!; wait; wait"));
    ASSERT_TRUE(child);
    ASSERT_TRUE(child->signal(SIGTERM));
    EXPECT_EQ(child->wait().signal, SIGTERM);
}

// Makes this process the one that orphans come to, so that a test can wait for the end of a
// grandchild.
class Subreaper {
public:
    Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
    Subreaper(const Subreaper&) = delete;
    Subreaper& operator=(const Subreaper&) = delete;

    // The status of `pid` once it has ended.
    static int reap(pid_t pid) {
        int status = -1;
        EXPECT_EQ(::waitpid(pid, &status, 0), pid);
        return status;
    }
};

TEST_F(ChildProcessTest, DestructionKillsTheGroupAndReapsTheChild) {
    const Subreaper subreaper;
    pid_t leader = 0;
    pid_t member = 0;
    {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        auto options = shell("sleep 1000 & echo $!; wait");
        options.stdout_file = "/proc/self/fd/" + std::to_string(ends[1]);
        auto child = ChildProcess::spawn(options);
        ASSERT_TRUE(child);
        std::array<char, 32> text{};
        ASSERT_GT(::read(ends[0], text.data(), text.size() - 1), 0);
        member = std::stoi(text.data());
        leader = child->pid();
        ::close(ends[0]);
        ::close(ends[1]);
        EXPECT_TRUE(exists(member));
    }
    EXPECT_FALSE(exists(leader)) << "not even a zombie may stay";
    EXPECT_EQ(WTERMSIG(Subreaper::reap(member)), SIGKILL);
}

TEST_F(ChildProcessTest, WhatAChildLeavesInItsGroupDiesWithIt) {
    const Subreaper subreaper;
    auto child = ChildProcess::spawn(shell("sleep 1000 & echo $!"));
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait().code, 0);
    EXPECT_EQ(WTERMSIG(Subreaper::reap(std::stoi(output()))), SIGKILL);
}

TEST_F(ChildProcessTest, DiesWhenItsParentIsKilled) {
    const Subreaper subreaper;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        auto child = ChildProcess::spawn({.argv = {"/bin/sleep", "1000"}});
        const int pid = child ? child->pid() : -1;
        if (::write(ends[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
        for (;;) ::pause();
    }
    int grandchild = -1;
    ASSERT_EQ(::read(ends[0], &grandchild, sizeof grandchild),
              static_cast<ssize_t>(sizeof grandchild));
    ::close(ends[0]);
    ::close(ends[1]);
    ASSERT_GT(grandchild, 0);
    ASSERT_EQ(::kill(parent, SIGKILL), 0);
    EXPECT_EQ(WTERMSIG(Subreaper::reap(parent)), SIGKILL);
    EXPECT_EQ(WTERMSIG(Subreaper::reap(grandchild)), SIGKILL);
}

TEST_F(ChildProcessTest, MovesWithItsProcess) {
    auto first = ChildProcess::spawn({.argv = {"/bin/sleep", "1000"}});
    auto second = ChildProcess::spawn({.argv = {"/bin/true"}});
    ASSERT_TRUE(first && second);
    const int pid = first->pid();
    *second = *std::move(first);
    EXPECT_EQ(second->pid(), pid);
    EXPECT_EQ(second->poll(), std::nullopt);
}

}  // namespace
}  // namespace base::os
