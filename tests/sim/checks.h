// The invariants of the fault document, read from the API server's and the store's history: never
// from the controller's own view.
#pragma once

#include "base/json_fwd.h"
#include "sim/stage.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace sim {

struct CheckOptions {
    int backoff_limit = 2;
    int findings_per_unit = 1;
};

class Checks {
public:
    Checks(Stage& stage, CheckOptions options);

    // What has changed on the server since the last time.
    void poll();
    // Of a run that has ended, as its final status says.
    void at_end(const results::RunKey& run, const base::Json& status);
    // After the job's deletion, or after cleanup: nothing of it is there any more.
    void nothing_left(const std::string& job_uid, bool after_cleanup);
    // Not ours: from now on it must stay as it is.
    void is_foreign(const std::string& uid) { foreign_.insert(uid); }

    std::uint64_t pods_created() const { return pods_created_; }

private:
    // One attempt's Pod, as its labels say.
    struct Pod {
        results::RunKey run{};
        std::int64_t chunk = -1;
        int attempt = 0;
        std::string name{};
    };
    struct Job {
        std::string run_id{};
        std::set<std::uint32_t> succeeded{};
        std::optional<std::string> final_facts{};
    };

    void take_pod(const fakes::FakeApiServer::Change& change);
    void count_live(const Pod& pod);
    void take_job(const fakes::FakeApiServer::Change& change);
    void check_status(Job& job, const results::RunKey& run, const base::Json& status);
    bool is_lost(const Pod& pod) const;
    bool is_silent(const base::Json& object) const;

    Stage& stage_;
    CheckOptions options_;
    std::size_t seen_ = 0;
    std::map<std::string, Pod> live_{};  // by uid
    std::map<std::string, Job> jobs_{};  // by uid
    std::set<std::string> foreign_{};
    std::uint64_t pods_created_ = 0;
};

}  // namespace sim
