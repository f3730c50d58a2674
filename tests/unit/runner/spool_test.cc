#include "runner/spool.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {
namespace {

TEST(Spool, GivesBackWholeLinesOnly) {
    const auto folder = *base::os::TempFolder::create("spool");
    auto spool = *Spool::create(folder.path() / "stream");
    ASSERT_TRUE(spool.append("one\ntwo\nthree\n"));
    EXPECT_EQ(*spool.read(0, 9), "one\ntwo\n");
    EXPECT_EQ(*spool.read(8, 100), "three\n");
    EXPECT_EQ(*spool.read(14, 100), "");
}

TEST(Spool, RefusesAFolderThatIsNotThere) {
    const auto spool = Spool::create("/proc/no/such/folder/stream");
    ASSERT_FALSE(spool);
    EXPECT_NE(spool.error().message().find("/proc/no/such/folder/stream"), std::string::npos);
}

// In a child, since the limit cannot be taken back.
int append_beyond_file_limit(const base::os::Path& file) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8, 8};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 10;
    auto spool = Spool::create(file);
    if (!spool) return 11;
    if (!spool->append("12345\n")) return 12;
    const auto refused = spool->append("never whole\n");
    if (refused) return 13;
    if (refused.error().kind() != base::ErrorKind::Unavailable) return 14;
    return *spool->read(0, 100) == "12345\n" ? 0 : 15;
}

TEST(Spool, KeepsWhatItHasWhenTheDiskIsFull) {
    const auto folder = *base::os::TempFolder::create("spool");
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(append_beyond_file_limit(folder.path() / "stream"));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace runner
