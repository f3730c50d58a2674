// Where local runs lie: one folder for all, one folder a run.
//
//     <data>/redaction.key
//     <data>/runs/<runID>/{lock, job.json, store.db, cancel, work/<attempt>/…, merged/…, report.*}
#pragma once

#include "base/os/file.h"
#include "base/result.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

using GetVariable = std::function<std::optional<std::string>(const char* name)>;

// `flag` if given, else $SCANFLEET_DATA, else $XDG_DATA_HOME/scanfleet, else
// ~/.local/share/scanfleet. Invalid: none of them is set.
base::Result<base::os::Path> data_folder(std::string_view flag, const GetVariable& get);

// The folder of one run. A value: nothing is open.
struct RunFolder {
    base::os::Path path{};
    std::string run_id() const { return path.filename().string(); }
    base::os::Path lock() const { return path / "lock"; }
    base::os::Path job() const { return path / "job.json"; }
    base::os::Path store() const { return path / "store.db"; }
    base::os::Path merged() const { return path / "merged"; }
    // Present: the run was cancelled, and stays so when it is resumed.
    base::os::Path cancel() const { return path / "cancel"; }
    base::os::Path work(std::string_view attempt) const { return path / "work" / attempt; }
};

// A run that this process drives: nobody else can until it is destroyed.
struct OwnedRun {
    RunFolder folder;
    base::os::FileLock lock;
};

// Makes the folder of a new run with its lock and job document, whole or not at all. Conflict:
// there is a run of that id. Forbidden, Unavailable (full disk): the message names the folder.
base::Result<OwnedRun> create_run(const base::os::Path& data, std::string_view run_id,
                                  std::string_view job_json);

// Takes a run that nobody drives. Conflict: the message names the pid that does.
base::Result<OwnedRun> take_run(const RunFolder& folder);

// The pid in the lock file, if some process holds the lock.
std::optional<int> driving_pid(const RunFolder& folder);

// All runs, newest first.
std::vector<RunFolder> list_runs(const base::os::Path& data);

// `name`: "latest", the beginning of a run id, or the name of a job (its latest run). NotFound;
// Conflict: several runs begin so (the message lists some).
base::Result<RunFolder> find_run(const base::os::Path& data, std::string_view name);

// "3f2a9c1e-20260131-120000": eight digits are enough to name it, the rest says when.
std::string new_run_id(std::int64_t unix_seconds, std::string_view random_hex);

// The key for HMACs: 32 bytes. `file` if given (32 bytes, or 64 hex digits), else
// <data>/redaction.key, which is made (0600) where it is missing. Invalid: a key of another length.
base::Result<std::string> redaction_key(const base::os::Path& data, const base::os::Path& file);

}  // namespace cli
