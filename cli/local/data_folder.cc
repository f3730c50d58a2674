#include "cli/local/data_folder.h"

#include "base/json.h"
#include "base/os/random.h"
#include "base/text.h"
#include "base/time.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <system_error>

namespace cli {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;
using base::os::Path;

namespace {

constexpr std::size_t kJobBytesMax = 8u << 20;  // more than any job document may have
constexpr std::size_t kKeyBytes = 32;

std::string job_name_of(const RunFolder& folder) {
    const auto text = base::os::read_file(folder.job(), kJobBytesMax);
    if (!text) return {};
    const auto document = base::parse_json(*text);
    const base::Json* metadata = document ? base::find(*document, "metadata") : nullptr;
    return metadata == nullptr ? std::string() : base::get_string(*metadata, "name");
}

base::Error runs_like(std::string_view name, const std::vector<RunFolder>& runs) {
    std::string some;
    for (std::size_t i = 0; i < runs.size() && i < 5; ++i) some += "\n  " + runs[i].run_id();
    return {ErrorKind::Conflict,
            fmt::format("several runs begin with '{}', give more of the id:{}", name, some)};
}

base::Result<std::string> decode_key(std::string_view text, const Path& file) {
    if (text.size() == kKeyBytes) return std::string(text);
    const auto bytes = base::hex_decode(base::trim(text));
    if (bytes && bytes->size() == kKeyBytes) return *bytes;
    return fail(ErrorKind::Invalid,
                fmt::format("{} must hold 32 bytes or 64 hex digits, and has {} bytes",
                            file.string(), text.size()));
}

// Of several processes that start at once one makes the key; the others must take that one.
base::Result<> make_key(const Path& data, const Path& file) {
    const Path draft = data / ("redaction.key." + base::os::random_uuid());
    const std::string key = base::hex_encode(base::os::random_bytes(kKeyBytes)) + "\n";
    TRY(base::os::write_file(draft, key, base::os::Mode::Private));
    std::error_code error;
    fs::create_hard_link(draft, file, error);
    std::error_code ignored;  // an orphaned draft harms nobody
    fs::remove(draft, ignored);
    if (error && error != std::errc::file_exists) {
        return fail(ErrorKind::Forbidden,
                    fmt::format("make {}: {}", file.string(), error.message()));
    }
    return {};
}

}  // namespace

base::Result<Path> data_folder(std::string_view flag, const GetVariable& get) {
    if (!flag.empty()) return fs::absolute(Path(flag));
    if (const auto own = get("SCANFLEET_DATA"); own && !own->empty())
        return fs::absolute(Path(*own));
    if (const auto xdg = get("XDG_DATA_HOME"); xdg && !xdg->empty())
        return Path(*xdg) / "scanfleet";
    if (const auto home = get("HOME"); home && !home->empty())
        return Path(*home) / ".local/share/scanfleet";
    return fail(ErrorKind::Invalid, "no data folder: HOME is not set; give one with --data FOLDER");
}

base::Result<OwnedRun> create_run(const Path& data, std::string_view run_id,
                                  std::string_view job_json) {
    const Path draft = data / "starting" / run_id;
    const RunFolder folder{data / "runs" / run_id};
    std::error_code error;
    if (fs::exists(folder.path, error)) {
        return fail(
            ErrorKind::Conflict,
            fmt::format("there is a run {} already: resume it with --resume {}", run_id, run_id));
    }
    TRY(base::with_context(base::os::make_folders(draft, base::os::Mode::Private),
                           "make the run's folder"));
    TRY(base::os::write_file(draft / "job.json", job_json, base::os::Mode::Private));
    auto lock = TRY(base::os::FileLock::acquire(draft / "lock"));
    // Renamed when all is there: a kill in the middle leaves no half-made run.
    TRY(base::os::make_folders(data / "runs", base::os::Mode::Private));
    fs::rename(draft, folder.path, error);
    if (error) {
        return fail(ErrorKind::Forbidden,
                    fmt::format("make {}: {}", folder.path.string(), error.message()));
    }
    fs::remove(data / "starting", error);  // only if empty: other runs may be starting
    return OwnedRun{folder, std::move(lock)};
}

base::Result<OwnedRun> take_run(const RunFolder& folder) {
    auto lock = base::os::FileLock::acquire(folder.lock());
    if (lock) return OwnedRun{folder, std::move(*lock)};
    if (lock.error().kind() != ErrorKind::Conflict) return std::unexpected(lock.error());
    const auto pid = driving_pid(folder);
    return fail(ErrorKind::Conflict,
                fmt::format("run {} is being driven by process {}: wait for it, or stop it with "
                            "`scanfleet cancel {}`",
                            folder.run_id(), pid ? std::to_string(*pid) : "of unknown id",
                            folder.run_id()));
}

std::optional<int> driving_pid(const RunFolder& folder) {
    {
        const auto lock = base::os::FileLock::acquire(folder.lock());
        if (lock || lock.error().kind() != ErrorKind::Conflict) return std::nullopt;
    }
    const auto text = base::os::read_file(folder.lock(), 64);
    if (!text) return std::nullopt;
    const std::string_view digits = base::trim(*text);
    int pid = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    if (error != std::errc{} || pid <= 1) return std::nullopt;
    return pid;
}

std::vector<RunFolder> list_runs(const Path& data) {
    std::vector<std::pair<fs::file_time_type, RunFolder>> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(data / "runs", error)) {
        const RunFolder folder{entry.path()};
        std::error_code missing;
        const auto written = fs::last_write_time(folder.job(), missing);
        if (!missing) found.emplace_back(written, folder);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : a.second.path > b.second.path;
    });
    std::vector<RunFolder> runs;
    for (auto& [written, folder] : found) runs.push_back(std::move(folder));
    return runs;
}

base::Result<RunFolder> find_run(const Path& data, std::string_view name) {
    const std::vector<RunFolder> runs = list_runs(data);
    if (runs.empty()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("there is no run '{}': {} has no runs yet", name, data.string()));
    }
    if (name == "latest") return runs.front();
    std::vector<RunFolder> like;
    for (const RunFolder& folder : runs) {
        if (folder.run_id() == name) return folder;
        if (folder.run_id().starts_with(name)) like.push_back(folder);
    }
    if (like.size() == 1) return like.front();
    for (const RunFolder& folder : runs) {
        if (job_name_of(folder) == name) return folder;
    }
    if (like.size() > 1) return std::unexpected(runs_like(name, like));
    return fail(
        ErrorKind::NotFound,
        fmt::format("there is no run '{}' in {}: `scanfleet get` lists all", name, data.string()));
}

std::string new_run_id(std::int64_t unix_seconds, std::string_view random_hex) {
    std::string text = base::format_instant(
        base::Instant{std::chrono::seconds{unix_seconds}});  // 2026-01-31T12:00:00.000Z
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{}-{}-{}", random_hex.substr(0, 8), text.substr(0, 8), text.substr(9, 6));
}

base::Result<std::string> redaction_key(const Path& data, const Path& file) {
    if (!file.empty()) {
        const std::string text = TRY(base::os::read_file(file, 4096));
        return decode_key(text, file);
    }
    const Path own = data / "redaction.key";
    auto text = base::os::read_file(own, 4096);
    if (!text && text.error().kind() == ErrorKind::NotFound) {
        TRY(base::os::make_folders(data, base::os::Mode::Private));
        TRY(make_key(data, own));
        text = base::os::read_file(own, 4096);
    }
    if (!text) return std::unexpected(text.error());
    return decode_key(*text, own);
}

}  // namespace cli
