#include "scan/status.h"

#include "scan/status_schema.h"

#include <fmt/core.h>

#include <algorithm>

namespace scan {
namespace {

using base::Json;

Json merge_patch(const Json& from, const Json& to) {
    auto patch = Json::object();
    for (const auto& [key, value] : from.items()) {
        if (!to.contains(key)) patch[key] = nullptr;
    }
    for (const auto& [key, value] : to.items()) {
        const auto* before = base::find(from, key);
        if (before && *before == value) continue;
        const bool both_objects = before && before->is_object() && value.is_object();
        patch[key] = both_objects ? merge_patch(*before, value) : value;
    }
    return patch;
}

}  // namespace

std::string job_status_to_json(const JobStatus& status) {
    return base::dump_json(schema::write(status_schema(), &status));
}

std::string job_status_patch(const JobStatus& from, const JobStatus& to) {
    const auto patch =
        merge_patch(schema::write(status_schema(), &from), schema::write(status_schema(), &to));
    return patch.empty() ? std::string() : base::dump_json({{"status", patch}});
}

base::Result<JobStatus> parse_job_status(std::string_view json) {
    const Json value = TRY(base::with_context(base::parse_json(json), "read a job's status"));
    const auto problems = schema::check(status_schema(), value);
    const auto serious =
        std::ranges::find_if(problems, [](const auto& problem) { return !problem.unknown_field; });
    if (serious != problems.end()) {
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("status.{}: {}", serious->place.path, serious->sentence));
    }
    JobStatus status;
    schema::assign(status_schema(), &status, value);
    return status;
}

}  // namespace scan
