#include "cli/local/mounts.h"

#include "base/text.h"

#include <fmt/core.h>

#include <system_error>

namespace cli {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;
using base::os::Path;

namespace {

// The same bound as the runner's: credentials are tokens and passwords.
constexpr std::size_t kCredentialBytesMax = 1u << 20;

base::Result<std::string> file_of(const scan::KeyRef& ref, const Mounts& mounts,
                                  std::string_view kind, std::string_view flag) {
    const auto mount = mounts.find(ref.name);
    if (mount == mounts.end()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the job names {} '{}': give its folder with {} {}=FOLDER", kind,
                                ref.name, flag, ref.name));
    }
    const Path file = mount->second / ref.key;
    std::error_code error;
    if (!fs::is_regular_file(file, error)) {
        return fail(ErrorKind::NotFound, fmt::format("{} '{}' has no key '{}': there is no file {}",
                                                     kind, ref.name, ref.key, file.string()));
    }
    return file.string();
}

base::Result<> copy_folder(const Path& from, const Path& to) {
    TRY(base::os::make_folders(to, base::os::Mode::Private));
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(from, error)) {
        if (!entry.is_regular_file()) continue;
        const std::string bytes = TRY(base::os::read_file(entry.path(), kCredentialBytesMax));
        TRY(base::os::write_file(to / entry.path().filename(), bytes, base::os::Mode::Private));
    }
    if (error)
        return fail(ErrorKind::Forbidden,
                    fmt::format("read {}: {}", from.string(), error.message()));
    return {};
}

}  // namespace

base::Result<Mounts> parse_mounts(const std::vector<std::string>& flags,
                                  std::string_view flag_name) {
    Mounts mounts;
    for (const std::string& flag : flags) {
        const std::size_t equals = flag.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == flag.size()) {
            return fail(ErrorKind::Invalid,
                        fmt::format("{} wants NAME=FOLDER, got '{}'", flag_name, flag));
        }
        const std::string name = flag.substr(0, equals);
        const Path folder = fs::absolute(Path(flag.substr(equals + 1)));
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            return fail(ErrorKind::NotFound,
                        fmt::format("{} {}: {} is no folder", flag_name, name, folder.string()));
        }
        if (!mounts.emplace(name, folder).second) {
            return fail(ErrorKind::Invalid, fmt::format("{} {} is given twice", flag_name, name));
        }
    }
    return mounts;
}

base::Result<> check_credentials(const scan::JobSpec& spec, const Mounts& credentials) {
    for (const scan::CredentialRef& ref : spec.credentials) {
        if (credentials.contains(ref.secret_name)) continue;
        return fail(ErrorKind::NotFound, fmt::format("the job names Secret '{}' (credential '{}'): "
                                                     "give its folder, one file per key, with "
                                                     "--credential {}=FOLDER",
                                                     ref.secret_name, ref.name, ref.secret_name));
    }
    return {};
}

base::Result<scan::Job> localize(scan::Job job, const Path& job_folder, const Mounts& credentials,
                                 const Mounts& config_maps) {
    auto* api = std::get_if<scan::ApiOptions>(&job.spec.scanner);
    if (api == nullptr) return job;
    if (api->spec_config_map_ref) {
        api->spec_url =
            TRY(file_of(*api->spec_config_map_ref, config_maps, "ConfigMap", "--config-map"));
        api->spec_config_map_ref.reset();
    }
    if (api->spec_secret_ref) {
        api->spec_url = TRY(file_of(*api->spec_secret_ref, credentials, "Secret", "--credential"));
        api->spec_secret_ref.reset();
    }
    const bool is_url = api->spec_url.find("://") != std::string::npos;
    if (api->spec_url.empty() || is_url) return job;
    const Path path = (job_folder / api->spec_url).lexically_normal();
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return fail(ErrorKind::NotFound, fmt::format("spec.scanner.api.specUrl: there is no file "
                                                     "{} (a URL begins with http:// or https://)",
                                                     path.string()));
    }
    api->spec_url = fs::absolute(path).string();
    return job;
}

std::string cluster_only_note(const scan::JobSpec& spec) {
    const scan::JobSpec defaults;
    std::vector<std::string> fields;
    const auto add_unless = [&](bool same, const char* field) {
        if (!same) fields.emplace_back(field);
    };
    add_unless(spec.runner == defaults.runner, "spec.runner");
    add_unless(spec.pod_ttl == defaults.pod_ttl, "spec.cleanup");
    add_unless(!spec.ttl_after_finished, "spec.ttlSecondsAfterFinished");
    add_unless(spec.priority == defaults.priority, "spec.priority");
    add_unless(spec.rerun.empty(), "spec.rerun");
    if (fields.empty()) return {};
    return fmt::format("{} matter{} in a cluster only, and {} no effect here",
                       base::join(fields, ", "), fields.size() == 1 ? "s" : "",
                       fields.size() == 1 ? "has" : "have");
}

base::Result<> copy_credentials(const scan::JobSpec& spec, const Mounts& credentials,
                                const Path& work) {
    for (const scan::CredentialRef& ref : spec.credentials) {
        const auto mount = credentials.find(ref.secret_name);
        if (mount == credentials.end()) {
            return fail(ErrorKind::NotFound,
                        fmt::format("no folder for Secret '{}'", ref.secret_name));
        }
        TRY(copy_folder(mount->second, work / "credentials" / ref.name));
    }
    return {};
}

}  // namespace cli
