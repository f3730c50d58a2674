#include "runner/environment.h"

#include "base/text.h"

#include <fmt/format.h>

#include <charconv>

namespace runner {

namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

// Credentials are tokens and passwords; a megabyte is a mistake.
constexpr std::size_t kCredentialBytesMax = 1u << 20;
// An OpenAPI document may have 50 MiB.
constexpr std::size_t kConfigBytesMax = 50u << 20;
constexpr std::size_t kJobBytesMax = 4u << 20;

Result<std::string> required(const GetVariable& get, const char* name) {
    auto value = get(name);
    if (!value || value->empty()) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("{} is not set: the runner is started by scanfleet or the operator", name));
    }
    return std::move(*value);
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Result<> read_run(Environment& environment, std::string_view text) {
    const auto parts = base::split(text, '/');
    if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) {
        return fail(ErrorKind::Invalid,
                    fmt::format("SCANFLEET_RUN must be namespace/job/runID, got '{}'", text));
    }
    environment.namespace_ = parts[0];
    environment.job = parts[1];
    environment.run_id = parts[2];
    return {};
}

Result<> read_attempt(Environment& environment, std::string_view text) {
    const auto parts = base::split(text, ':');
    const auto bad = [&] {
        return fail(
            ErrorKind::Invalid,
            fmt::format("SCANFLEET_ATTEMPT must be 'd:1' or '<chunk>:<attempt>', got '{}'", text));
    };
    if (parts.size() != 2) return bad();
    const auto attempt = number_of<int>(parts[1]);
    if (!attempt || *attempt < 1) return bad();
    environment.attempt = *attempt;
    if (parts[0] == "d") return {};
    const auto chunk = number_of<std::int64_t>(parts[0]);
    if (!chunk || *chunk < 0) return bad();
    environment.chunk = *chunk;
    return {};
}

Result<> read_limit(Environment& environment, std::string_view text) {
    const auto limit = number_of<double>(text);
    if (!limit || *limit <= 0 || *limit > 86'400) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("SCANFLEET_LIMIT_SECONDS must be between 0 and 86400, got '{}'", text));
    }
    environment.limit = base::Duration(static_cast<std::int64_t>(*limit * 1000));
    return {};
}

Result<std::map<std::string, std::string>> read_credential(const base::os::Path& folder) {
    std::map<std::string, std::string> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const auto name = entry.path().filename().string();
        // The kubelet's bookkeeping: ..data and friends.
        if (name.starts_with("..") || !entry.is_regular_file(error)) continue;
        auto text = TRY(base::os::read_file(entry.path(), kCredentialBytesMax));
        if (text.ends_with('\n')) text.pop_back();
        if (text.ends_with('\r')) text.pop_back();
        files[name] = std::move(text);
    }
    if (error)
        return fail(ErrorKind::Forbidden,
                    fmt::format("read {}: {}", folder.string(), error.message()));
    return files;
}

}  // namespace

Result<Environment> read_environment(base::os::Path work, const GetVariable& get) {
    Environment environment;
    environment.work = std::move(work);
    environment.ingest_url = TRY(required(get, "SCANFLEET_INGEST_URL"));
    if (environment.ingest_url.ends_with('/')) environment.ingest_url.pop_back();
    const auto run = TRY(required(get, "SCANFLEET_RUN"));
    const auto attempt = TRY(required(get, "SCANFLEET_ATTEMPT"));
    const auto limit = TRY(required(get, "SCANFLEET_LIMIT_SECONDS"));
    TRY(read_run(environment, run));
    TRY(read_attempt(environment, attempt));
    TRY(read_limit(environment, limit));
    environment.termination_log = get("SCANFLEET_TERMINATION_LOG").value_or("/dev/termination-log");
    environment.local_mode = get("SCANFLEET_LOCAL").value_or("") == "1";
    return environment;
}

Result<scan::Job> read_job(const Environment& environment) {
    const auto path = environment.work / "in" / "job.json";
    const auto text = TRY(base::os::read_file(path, kJobBytesMax));
    return scan::parse_job(text, path.string());
}

Result<std::string> read_token(const Environment& environment) {
    const auto text =
        TRY(base::os::read_file(environment.work / "auth" / "token", kCredentialBytesMax));
    return std::string(base::trim(text));
}

Result<Credentials> read_credentials(const Environment& environment) {
    Credentials credentials;
    const auto folder = environment.work / "credentials";
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) return credentials;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (!entry.is_directory(error)) continue;
        credentials[entry.path().filename().string()] = TRY(read_credential(entry.path()));
    }
    if (error)
        return fail(ErrorKind::Forbidden,
                    fmt::format("read {}: {}", folder.string(), error.message()));
    return credentials;
}

Result<std::string> read_config(const Environment& environment, std::string_view name,
                                std::string_view key) {
    const auto is_plain = [](std::string_view part) {
        return !part.empty() && part != "." && part != ".." && !part.contains('/');
    };
    if (!is_plain(name) || !is_plain(key)) {
        return fail(ErrorKind::Invalid,
                    fmt::format("'{}/{}' is no name and key of a config map", name, key));
    }
    return base::os::read_file(environment.work / "config" / name / key, kConfigBytesMax);
}

std::vector<std::string> secrets_of(const Credentials& credentials) {
    std::vector<std::string> secrets;
    for (const auto& [name, files] : credentials) {
        for (const auto& [file, value] : files) {
            // A user name is shown in reports on purpose: it says whose view a finding is about.
            if (file != "username") secrets.push_back(value);
        }
    }
    return secrets;
}

}  // namespace runner
