// scanfleet get [NAME]
#include "base/json.h"
#include "base/os/clock.h"
#include "base/yaml_write.h"
#include "cli/cluster/scan_list.h"
#include "cli/cluster/session.h"

#include <fmt/format.h>

namespace cli::cluster {

using base::Json;
using base::Result;

namespace {

// A page of jobs with the largest status there is has some 7 MB.
constexpr std::int64_t kPage = 100;

Result<std::vector<Json>> fetch_all(Session& session) {
    std::vector<Json> jobs;
    kube::ListOptions options{.limit = kPage};
    do {
        const auto page = TRY(session.fetch(kube::list(kScanJobs, session.where(), options)));
        const Json* items = base::find(page, "items");
        if (items != nullptr && items->is_array())
            jobs.insert(jobs.end(), items->begin(), items->end());
        const Json* metadata = base::find(page, "metadata");
        options.continue_token =
            metadata == nullptr ? std::string() : base::get_string(*metadata, "continue");
    } while (!options.continue_token.empty());
    return jobs;
}

// As kubectl prints one object, or a List of them.
Json document(std::vector<Json> jobs, bool is_one) {
    for (auto& job : jobs) {
        job["apiVersion"] = kScanJobs.api_version();
        job["kind"] = kScanJobs.kind;
    }
    if (is_one) return std::move(jobs.front());
    return {{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(jobs)}};
}

}  // namespace

Result<int> get(const Flags& flags, const std::string& name, const std::string& output_word,
                const Print& print) {
    const auto output = output_from(output_word);
    if (!output) {
        return base::fail(
            base::ErrorKind::Invalid,
            fmt::format("'{}' is no output of get: table, wide, name, json or yaml", output_word));
    }
    const auto& clock = base::os::system_clock();
    auto session = TRY(Session::open(flags, clock));
    std::vector<Json> jobs;
    if (name.empty()) {
        jobs = TRY(fetch_all(session));
    } else {
        auto job = TRY(fetch_job(session, name));
        jobs.push_back(std::move(job));
    }
    switch (*output) {
    case Output::Name: print(names(jobs)); return 0;
    case Output::Json:
        print(base::dump_json_pretty(document(std::move(jobs), !name.empty())) + "\n");
        return 0;
    case Output::Yaml: print(base::dump_yaml(document(std::move(jobs), !name.empty()))); return 0;
    case Output::Table:
    case Output::Wide: break;
    }
    if (!name.empty()) {
        print(detail(jobs.front(), *output, clock.wall()));
    } else if (jobs.empty()) {
        const auto& where = session.where();
        std::fprintf(stderr, "no ScanJobs%s%s\n", where.empty() ? "" : " in namespace ",
                     where.c_str());
    } else {
        print(table(jobs, *output, flags.all_namespaces, clock.wall()));
    }
    return 0;
}

}  // namespace cli::cluster
