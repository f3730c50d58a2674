// What only the embedded store can get wrong: files, locks, disks, batches.
#include "operator/results/schema.h"
#include "operator/results/sqlite.h"
#include "operator/results/sqlite_session.h"
#include "unit/results/given.h"

#include "base/os/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>

#include <sys/stat.h>
#include <unistd.h>

namespace results {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class EmbeddedStore : public testing::Test {
protected:
    void SetUp() override {
        auto folder = base::os::TempFolder::create("embedded-store");
        ASSERT_TRUE(folder) << folder.error().message();
        folder_ = std::make_unique<base::os::TempFolder>(std::move(*folder));
        file_ = folder_->path() / "store.db";
    }
    std::unique_ptr<ResultStore> opened(SqliteOptions options = {}) {
        options.file = file_;
        auto store = open_sqlite(options);
        EXPECT_TRUE(store) << store.error().message();
        return store ? std::move(*store) : nullptr;
    }
    base::Error refusal(SqliteOptions options = {}) {
        options.file = file_;
        auto store = open_sqlite(options);
        EXPECT_FALSE(store) << "it was opened";
        return store ? base::Error(ErrorKind::Internal, "opened") : store.error();
    }
    std::unique_ptr<soci::session> raw() {
        return sqlite::connect({.file = file_}, sqlite::Use::Write);
    }

    std::unique_ptr<base::os::TempFolder> folder_;
    base::os::Path file_;
};

TEST_F(EmbeddedStore, KeepsEverythingOverAReopening) {
    const auto segment =
        given::segment(given::attempt(0), 1, {given::finding("a", "x"), given::unit("a")});
    {
        auto store = opened();
        given::planned(*store, {{"a"}});
        given::written(*store, segment);
        given::written(*store, given::commit(given::attempt(0), {segment}));
    }
    const auto state = opened()->load(given::run());
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_TRUE(state->chunks[0].committed);
    EXPECT_EQ(state->chunks[0].done.ok, 1u);
    EXPECT_EQ(*state->attempts[0].commit, given::commit(given::attempt(0), {segment}).commit);
}

TEST_F(EmbeddedStore, MakesItsFileForTheOwnerAlone) {
    const auto store = opened();
    for (const auto* name : {"store.db", "store.db-wal"}) {
        struct stat facts{};
        ASSERT_EQ(::stat((folder_->path() / name).c_str(), &facts), 0) << name;
        EXPECT_EQ(facts.st_mode & 0777, 0600u) << name;
    }
}

TEST_F(EmbeddedStore, AWriteThatIsRefusedLeavesItsBatchMatesAlone) {
    auto store = opened();
    given::planned(*store, {{"a"}, {"b"}});
    std::latch all(3);
    std::array<base::Result<>, 3> answers;
    const auto submit = [&](std::size_t i, Write write) {
        store->submit(std::move(write), [&answers, &all, i](base::Result<> answer) {
            answers[i] = std::move(answer);
            all.count_down();
        });
    };
    submit(0, given::segment(given::attempt(0), 1, {given::unit("a")}));
    submit(1, given::segment(given::attempt(0), 5, {}));
    submit(2, given::segment(given::attempt(1), 1, {given::unit("b")}));
    all.wait();
    EXPECT_TRUE(answers[0]);
    EXPECT_FALSE(answers[1]);
    EXPECT_TRUE(answers[2]);
    EXPECT_EQ(store->load(given::run())->chunks[1].done.ok, 1u);
}

TEST_F(EmbeddedStore, WritesOfOneCallerKeepTheirOrder) {
    auto store = opened();
    given::planned(*store, {{"a"}});
    constexpr std::uint32_t kCount = 200;
    std::latch all(kCount);
    std::atomic<int> refused = 0;
    for (std::uint32_t n = 1; n <= kCount; ++n) {
        store->submit(given::segment(given::attempt(0), n, {}), [&](base::Result<> answer) {
            if (!answer) ++refused;
            all.count_down();
        });
    }
    all.wait();
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(store->load(given::run())->attempts[0].segments, kCount);
}

TEST_F(EmbeddedStore, AFullQueueRefusesAtOnce) {
    auto store = opened({.file = {}, .queue_bytes_max = 1});
    given::written(*store, given::open_run());
    // Holds the writer in an answer, so that the next write waits and the one after it finds the
    // queue full.
    std::promise<void> entered;
    std::promise<void> let_go;
    store->submit(PutStatus{.run = given::run(), .status_json = "1"}, [&](base::Result<>) {
        entered.set_value();
        let_go.get_future().wait();
    });
    entered.get_future().wait();
    std::promise<base::Result<>> waiting;
    store->submit(PutStatus{.run = given::run(), .status_json = "2"},
                  [&](base::Result<> answer) { waiting.set_value(std::move(answer)); });
    const auto full = write_now(*store, PutStatus{.run = given::run(), .status_json = "3"});
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind(), ErrorKind::Unavailable);
    let_go.set_value();
    EXPECT_TRUE(waiting.get_future().get());
    EXPECT_EQ(store->load(given::run())->summary.status_json, "2");
}

TEST_F(EmbeddedStore, ReadingBesideAWriterSeesWhatIsDurable) {
    auto store = opened();
    given::planned(*store, {{"a"}});
    auto reader = opened({.file = {}, .read_only = true});
    EXPECT_TRUE(reader->load(given::run()));
    given::written(*store, given::segment(given::attempt(0), 1, {given::unit("a")}));
    EXPECT_EQ(reader->load(given::run())->chunks[0].done.ok, 1u);
    const auto answer = write_now(*reader, CloseRun{.run = given::run()});
    EXPECT_EQ(answer.error().kind(), ErrorKind::Forbidden);
    EXPECT_EQ(reader->erase(given::run()).error().kind(), ErrorKind::Forbidden);
}

TEST_F(EmbeddedStore, ReadOnlyAlsoWorksWhenNobodyElseHasItOpen) {
    {
        auto store = opened();
        given::planned(*store, {{"a"}});
    }
    EXPECT_TRUE(opened({.file = {}, .read_only = true})->load(given::run()));
}

TEST_F(EmbeddedStore, ReadOnlyWithoutAFileIsNotFound) {
    EXPECT_EQ(refusal({.file = {}, .read_only = true}).kind(), ErrorKind::NotFound);
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(EmbeddedStore, AFileOfSomethingElseIsRefusedAndLeftAsItIs) {
    std::ofstream(file_) << "this is not a database, but it is long enough to look like one: "
                         << std::string(5'000, 'x');
    const auto error = refusal();
    EXPECT_EQ(error.kind(), ErrorKind::Invalid);
    EXPECT_THAT(error.message(), HasSubstr("not a store"));
    EXPECT_GT(std::filesystem::file_size(file_), 5'000u);
}

TEST_F(EmbeddedStore, ADatabaseOfAnotherProgramIsRefused) {
    *raw() << "create table theirs (x integer)";
    const auto error = refusal();
    EXPECT_EQ(error.kind(), ErrorKind::Invalid);
    EXPECT_THAT(error.message(), HasSubstr("another program"));
}

TEST_F(EmbeddedStore, ANewerSchemaIsRefusedWithBothVersions) {
    opened();
    *raw() << "update schema_version set version = 99";
    const auto error = refusal();
    EXPECT_EQ(error.kind(), ErrorKind::Invalid);
    EXPECT_THAT(error.message(), HasSubstr("version 99"));
    EXPECT_THAT(error.message(), HasSubstr("up to 1"));
    EXPECT_EQ(refusal({.file = {}, .read_only = true}).kind(), ErrorKind::Invalid);
}

TEST_F(EmbeddedStore, AnEmptyFileBecomesAStore) {
    std::ofstream(file_).flush();
    EXPECT_TRUE(opened()->list());
}

TEST_F(EmbeddedStore, ALockHeldTooLongIsAConflictThatSaysSo) {
    opened();
    auto other = raw();
    *other << "begin immediate";
    const auto error = refusal({.file = {}, .lock_wait = base::Duration(20)});
    EXPECT_EQ(error.kind(), ErrorKind::Conflict);
    EXPECT_THAT(error.message(), HasSubstr("locked by another process"));
}

TEST_F(EmbeddedStore, WritesDuringAForeignLockAreUnavailableAndWorkAfterwards) {
    auto store = opened({.file = {}, .lock_wait = base::Duration(20)});
    given::written(*store, given::open_run());
    auto other = raw();
    *other << "begin immediate";
    EXPECT_EQ(write_now(*store, CloseRun{.run = given::run()}).error().kind(),
              ErrorKind::Unavailable);
    *other << "rollback";
    given::written(*store, CloseRun{.run = given::run()});
}

TEST_F(EmbeddedStore, ADeletedFileIsNoticedByWritersAndReaders) {
    auto store = opened();
    given::planned(*store, {{"a"}});
    std::filesystem::remove(file_);
    const auto write = write_now(*store, given::segment(given::attempt(0), 1, {given::unit("a")}));
    EXPECT_EQ(write.error().kind(), ErrorKind::Unavailable);
    EXPECT_THAT(write.error().message(), HasSubstr("deleted or replaced"));
    EXPECT_EQ(store->load(given::run()).error().kind(), ErrorKind::NotFound);
}

TEST_F(EmbeddedStore, ADamagedSegmentIsReportedNotSwallowed) {
    auto store = opened();
    given::planned(*store, {{"a"}});
    given::written(*store, given::segment(given::attempt(0), 1, {given::unit("a")}));
    *raw() << "update segments set gzip_body = x'1f8b080000000000'";
    const auto read = store->each_segment(
        given::run(), [](const auto&, std::string_view) { return base::Result<>(); });
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), ErrorKind::Invalid);
    EXPECT_THAT(read.error().message(), HasSubstr("segment 1 of chunk 0, attempt 1 is damaged"));
}

TEST_F(EmbeddedStore, DamagedPagesAreInvalidWithAWayOut) {
    {
        auto store = opened();
        given::planned(*store, {{"a"}});
        for (std::uint32_t n = 1; n <= 50; ++n)
            given::written(*store, given::segment(given::attempt(0), n, {}));
    }
    const auto size = std::filesystem::file_size(file_);
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096);
    const std::string rubbish(size - 4'096, '\x55');
    file.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
    file.close();
    auto store = open_sqlite({.file = file_});
    const auto error = store ? (*store)->load(given::run()).error() : store.error();
    EXPECT_EQ(error.kind(), ErrorKind::Invalid);
    EXPECT_THAT(error.message(), HasSubstr("move the file away"));
}

// Root may write everywhere: the test then looks through the eyes of nobody.
class AsNobody {
public:
    AsNobody() : was_root_(::geteuid() == 0) {
        if (was_root_) {
            EXPECT_EQ(::seteuid(65'534), 0);
        }
    }
    ~AsNobody() {
        if (was_root_) {
            EXPECT_EQ(::seteuid(0), 0);
        }
    }

private:
    bool was_root_;
};

TEST_F(EmbeddedStore, AFolderThatMayNotBeWrittenIsForbidden) {
    using std::filesystem::perms;
    const auto folder = folder_->path() / "locked";
    std::filesystem::create_directory(folder);
    const auto for_all_to_read =
        perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec;
    std::filesystem::permissions(folder_->path(), for_all_to_read | perms::owner_write);
    std::filesystem::permissions(folder, for_all_to_read);
    const AsNobody nobody;
    const auto store = open_sqlite({.file = folder / "store.db"});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind(), ErrorKind::Forbidden);
    EXPECT_THAT(store.error().message(), HasSubstr("may be written"));
}

TEST_F(EmbeddedStore, AFolderThatIsNotThereIsForbiddenWithTheFilesName) {
    file_ = folder_->path() / "nowhere" / "store.db";
    const auto error = refusal();
    EXPECT_EQ(error.kind(), ErrorKind::Forbidden);
    EXPECT_THAT(error.message(), HasSubstr("nowhere/store.db"));
}

constexpr std::array<std::string_view, 1> kFirst = {
    "create table schema_version (version bigint not null)"};
constexpr std::array<std::string_view, 1> kSecond = {"create table more (x bigint)"};
constexpr std::array<std::string_view, 2> kBroken = {"create table half (x bigint)",
                                                     "this is not SQL"};

TEST_F(EmbeddedStore, MigrationsBringAnOlderSchemaForwardOnce) {
    auto sql = raw();
    const std::array<sqlite::Migration, 2> steps = {sqlite::Migration(kFirst),
                                                    sqlite::Migration(kSecond)};
    ASSERT_TRUE(sqlite::migrate(*sql, std::span(steps).first(1)));
    EXPECT_EQ(sqlite::schema_version(*sql).value_or(-1), 1);
    ASSERT_TRUE(sqlite::migrate(*sql, steps));
    ASSERT_TRUE(sqlite::migrate(*sql, steps));
    EXPECT_EQ(sqlite::schema_version(*sql).value_or(-1), 2);
    sqlite::Number rows = -1;
    *sql << "select count(x) + 0 from more", soci::into(rows);
    EXPECT_EQ(rows, 0);
}

TEST_F(EmbeddedStore, AMigrationThatFailsLeavesTheOldSchema) {
    auto sql = raw();
    const std::array<sqlite::Migration, 2> steps = {sqlite::Migration(kFirst),
                                                    sqlite::Migration(kBroken)};
    ASSERT_TRUE(sqlite::migrate(*sql, std::span(steps).first(1)));
    *sql << "begin immediate";
    EXPECT_THROW(static_cast<void>(sqlite::migrate(*sql, steps)), soci::soci_error);
    *sql << "rollback";
    EXPECT_EQ(sqlite::schema_version(*sql).value_or(-1), 1);
    sqlite::Number found = 0;
    *sql << "select 1 from sqlite_master where name = 'half'", soci::into(found);
    EXPECT_FALSE(sql->got_data());
}

}  // namespace
}  // namespace results
