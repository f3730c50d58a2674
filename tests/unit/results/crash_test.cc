// What survives when the process or the disk fails in mid-write. Children are forked before any
// thread exists in them.
#include "operator/results/sqlite.h"
#include "operator/results/sqlite_session.h"
#include "unit/results/given.h"

#include "base/os/file.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace results {
namespace {

class CrashTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("crash");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        file_ = folder_->path() / "store.db";
    }

    std::string integrity() {
        auto sql = sqlite::connect({.file = file_}, sqlite::Use::Write);
        std::string verdict;
        *sql << "pragma integrity_check", soci::into(verdict);
        return verdict;
    }

    std::unique_ptr<base::os::TempFolder> folder_;
    base::os::Path file_;
};

// A segment whose body does not compress away.
PutSegment bulky(std::uint32_t number) {
    std::vector<scan::Line> lines;
    for (int i = 0; i < 20; ++i) {
        lines.emplace_back(given::finding(
            "a", "file-" + std::to_string(number * 1'000 + static_cast<unsigned>(i))));
    }
    return given::segment(given::attempt(0), number, lines);
}

// Child: writes segments one after the other and says each acknowledged number on `out`, until it
// is killed.
[[noreturn]] void write_for_ever(const base::os::Path& file, int out) {
    auto store = open_sqlite({.file = file});
    if (!store) ::_exit(1);
    auto from = (*store)->load(given::run())->attempts;
    std::uint32_t number = from.empty() ? 1 : from[0].segments + 1;
    for (;; ++number) {
        if (!write_now(**store, bulky(number))) ::_exit(2);
        const auto line = std::to_string(number) + "\n";
        if (::write(out, line.data(), line.size()) < 0) ::_exit(3);
    }
}

// Reads acknowledgements until `count` lines came, kills the child, and returns the last number it
// acknowledged.
std::uint32_t kill_after(pid_t child, int in, int count) {
    std::string text;
    std::array<char, 4096> buffer{};
    bool killed = false;
    for (;;) {
        const auto got = ::read(in, buffer.data(), buffer.size());
        if (got <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (!killed && std::count(text.begin(), text.end(), '\n') >= count) {
            ::kill(child, SIGKILL);
            killed = true;
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    const auto end = text.rfind('\n');
    const auto begin = text.rfind('\n', end - 1) + 1;  // npos + 1 is 0
    std::uint32_t number = 0;
    std::from_chars(text.data() + begin, text.data() + end, number);
    return number;
}

TEST_F(CrashTest, WhatWasAcknowledgedIsThereAfterKillNine) {
    {
        auto store = open_sqlite({.file = file_});
        ASSERT_TRUE(store) << store.error().message();
        given::planned(**store, {{"a"}});
    }
    for (int round = 0; round < 20; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            write_for_ever(file_, pipe[1]);
        }
        ::close(pipe[1]);
        const auto acknowledged = kill_after(child, pipe[0], 1 + round % 7);
        ::close(pipe[0]);
        auto store = open_sqlite({.file = file_});
        ASSERT_TRUE(store) << store.error().message();
        const auto attempt = (*store)->load(given::run())->attempts.at(0);
        ASSERT_GE(attempt.segments, acknowledged);
        std::uint32_t seen = 0;
        const auto all =
            (*store)->each_segment(given::run(), [&](const auto& ref, std::string_view) {
                EXPECT_EQ(ref.number, ++seen);
                return base::Result<>();
            });
        ASSERT_TRUE(all) << all.error().message();
        ASSERT_EQ(seen, attempt.segments);
    }
    EXPECT_EQ(integrity(), "ok");
}

// Child: fills the disk, and exits with 0 if the store did what it should.
[[noreturn]] void fill_disk(const base::os::Path& file) {
    auto store = open_sqlite({.file = file});
    if (!store) ::_exit(1);
    given::planned(**store, {{"a"}});
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 300'000, .rlim_max = RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
    std::uint32_t number = 1;
    base::Result<> answer;
    for (; number < 10'000; ++number) {
        answer = write_now(**store, bulky(number));
        if (!answer) break;
    }
    if (answer || answer.error().kind() != base::ErrorKind::Unavailable) ::_exit(3);
    if ((*store)->load(given::run())->attempts.at(0).segments != number - 1) ::_exit(4);
    const rlimit more{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &more) != 0) ::_exit(5);
    if (!write_now(**store, bulky(number))) ::_exit(6);
    ::_exit(number > 3 ? 0 : 7);
}

TEST_F(CrashTest, AFullDiskRefusesKeepsWhatWasThereAndGoesOnWhenThereIsRoom) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) fill_disk(file_);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(integrity(), "ok");
}

}  // namespace
}  // namespace results
