#include "operator/results/sqlite.h"

#include "base/guarded.h"
#include "operator/results/rules.h"
#include "operator/results/schema.h"
#include "operator/results/sqlite_read.h"
#include "operator/results/sqlite_session.h"
#include "operator/results/sqlite_write.h"
#include "operator/results/write_queue.h"

#include <fmt/format.h>

#include <future>
#include <thread>
#include <utility>
#include <vector>

namespace results {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

using sqlite::Prepared;
using sqlite::QueuedWrite;
using Connection = std::unique_ptr<soci::session>;

base::Error file_is_gone(ErrorKind kind, const base::os::Path& file) {
    return base::Error(
        kind, fmt::format("{}: the store's file was deleted or replaced while in use; what it "
                          "held is gone",
                          file.string()));
}

class SqliteStore final : public ResultStore {
public:
    SqliteStore(SqliteOptions options, Connection writer, sqlite::FileId id)
        : options_(std::move(options)), id_(id), writer_(std::move(writer)),
          queue_(options_.queue_bytes_max) {
        if (!options_.read_only) thread_ = std::jthread([this] { write_until_closed(); });
    }
    ~SqliteStore() override { queue_.close(); }

    void submit(Write write, Done done) override {
        const auto bytes = held_bytes(write);
        enqueue(
            {.what = sqlite::prepare(std::move(write)), .done = std::move(done), .bytes = bytes});
    }

    Result<RunState> load(const RunKey& run) override {
        return read([&](soci::session& sql) { return sqlite::load(sql, run); });
    }
    Result<std::vector<RunSummary>> list() override {
        return read([](soci::session& sql) -> Result<std::vector<RunSummary>> {
            return sqlite::list(sql);
        });
    }
    Result<ChunkWork> work(const RunKey& run, std::uint32_t chunk) override {
        return read([&](soci::session& sql) { return sqlite::work(sql, run, chunk); });
    }
    Result<std::string> blob(const RunKey& run, BlobKind kind, std::string_view id) override {
        return read(
            [&](soci::session& sql) { return sqlite::blob(sql, run, kind, std::string(id)); });
    }
    Result<> each_segment(const RunKey& run, const TakeSegment& take,
                          std::optional<Only> only) override {
        return read([&](soci::session& sql) { return sqlite::each_segment(sql, run, take, only); });
    }

    Result<> erase(const RunKey& run) override {
        std::promise<Result<>> answer;
        auto future = answer.get_future();
        enqueue({.what = sqlite::EraseRun{.run = run},
                 .done = [answer = std::move(answer)](
                             Result<> result) mutable { answer.set_value(std::move(result)); },
                 .bytes = 0});
        return future.get();
    }

private:
    void enqueue(QueuedWrite write);
    void write_until_closed();
    void commit(std::vector<QueuedWrite>& batch);
    Result<std::vector<Result<>>> commit_all(std::vector<QueuedWrite>& batch);
    Result<> apply_alone(const QueuedWrite& write);
    template <typename Use>
    auto read(Use&& use) -> decltype(use(std::declval<soci::session&>()));
    Connection take_reader();

    // Constant after construction.
    const SqliteOptions options_;
    const sqlite::FileId id_;

    Connection writer_;                               // the writer thread's
    base::Guarded<std::vector<Connection>> readers_;  // idle ones
    sqlite::WriteQueue queue_;
    std::jthread thread_;  // last: it uses all of the above
};

void SqliteStore::enqueue(QueuedWrite write) {
    if (options_.read_only) {
        write.done(fail(ErrorKind::Forbidden, "the store is open for reading only"));
        return;
    }
    if (!queue_.push(write)) {
        write.done(fail(ErrorKind::Unavailable, "the store is busy: too many writes wait"));
    }
}

void SqliteStore::write_until_closed() {
    for (;;) {
        auto batch = queue_.take(options_.batch_max);
        if (batch.empty()) return;
        commit(batch);
    }
}

void SqliteStore::commit(std::vector<QueuedWrite>& batch) {
    auto answers = commit_all(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        // When the transaction failed, refusals count for nothing either: they may rest on a batch
        // mate's write.
        batch[i].done(answers ? std::move((*answers)[i])
                              : Result<>(std::unexpected(answers.error())));
    }
}

Result<std::vector<Result<>>> SqliteStore::commit_all(std::vector<QueuedWrite>& batch) {
    if (sqlite::file_id(options_.file) != id_) {
        return std::unexpected(file_is_gone(ErrorKind::Unavailable, options_.file));
    }
    try {
        std::vector<Result<>> answers;
        *writer_
            << "begin immediate";  // a deferred one fails at once when it has read before it writes
        for (const auto& write : batch) answers.push_back(apply_alone(write));
        *writer_ << "commit";
        return answers;
    } catch (const std::exception& failure) {
        auto error = sqlite::to_error(failure, options_.file);
        try {
            *writer_ << "rollback";
        } catch (const std::exception&) {
            // SQLite has rolled back by itself.
        }
        return std::unexpected(std::move(error));
    }
}

// One write of a batch: its failure leaves its batch mates as they are.
Result<> SqliteStore::apply_alone(const QueuedWrite& write) {
    *writer_ << "savepoint one_write";
    Result<> answer;
    try {
        if (const auto* prepared = std::get_if<Prepared>(&write.what)) {
            answer = sqlite::apply(*writer_, *prepared);
        } else {
            answer = sqlite::erase(*writer_, std::get<sqlite::EraseRun>(write.what).run);
        }
    } catch (const soci::soci_error& failure) {
        if (!sqlite::is_about_statement(failure)) throw;
        answer = std::unexpected(sqlite::to_error(failure, options_.file));
    }
    if (!answer) *writer_ << "rollback to savepoint one_write";
    *writer_ << "release savepoint one_write";
    return answer;
}

Connection SqliteStore::take_reader() {
    auto idle = readers_.with([](std::vector<Connection>& readers) {
        if (readers.empty()) return Connection();
        auto last = std::move(readers.back());
        readers.pop_back();
        return last;
    });
    return idle ? std::move(idle) : sqlite::connect(options_, sqlite::Use::Read);
}

template <typename Use>
auto SqliteStore::read(Use&& use) -> decltype(use(std::declval<soci::session&>())) {
    if (sqlite::file_id(options_.file) != id_) {
        return std::unexpected(file_is_gone(ErrorKind::NotFound, options_.file));
    }
    try {
        auto reader = take_reader();
        *reader << "begin";
        auto result = use(*reader);
        *reader << "commit";
        readers_.with(
            [&](std::vector<Connection>& readers) { readers.push_back(std::move(reader)); });
        return result;
    } catch (const std::exception& failure) {
        return std::unexpected(sqlite::to_error(failure, options_.file));
    }
}

Result<> bring_forward(soci::session& sql, const SqliteOptions& options) {
    if (options.read_only) {
        const auto known = sqlite::all_migrations().size();
        const int found = TRY(sqlite::schema_version(sql));
        if (static_cast<std::size_t>(found) == known) return {};
        if (static_cast<std::size_t>(found) > known)
            return std::unexpected(sqlite::newer_schema(found, known));
        return fail(ErrorKind::Invalid, "an older store: open it for writing once");
    }
    sql << "begin immediate";
    auto migrated = sqlite::migrate(sql, sqlite::all_migrations());
    sql << (migrated ? "commit" : "rollback");
    return migrated;
}

}  // namespace

Result<std::unique_ptr<ResultStore>> open_sqlite(const SqliteOptions& options) {
    const auto name = options.file.string();
    if (name.contains('"'))
        return fail(ErrorKind::Invalid, fmt::format("{}: a path with a quote", name));
    if (options.read_only && !sqlite::file_id(options.file)) {
        return fail(ErrorKind::NotFound, fmt::format("{}: there is no store", name));
    }
    try {
        auto sql =
            sqlite::connect(options, options.read_only ? sqlite::Use::Read : sqlite::Use::Write);
        TRY(base::with_context(bring_forward(*sql, options), name));
        const auto id = sqlite::file_id(options.file);
        if (!id) return std::unexpected(file_is_gone(ErrorKind::NotFound, options.file));
        return std::make_unique<SqliteStore>(options, std::move(sql), *id);
    } catch (const std::exception& failure) {
        if (!sqlite::is_locked(failure))
            return std::unexpected(sqlite::to_error(failure, options.file));
        return fail(ErrorKind::Conflict,
                    fmt::format("{}: locked by another process for more than {}", name,
                                base::format_duration(options.lock_wait)));
    }
}

}  // namespace results
