#include "cli/local/api_scan.h"

#include "base/text.h"

#include <fmt/core.h>

#include <charconv>

namespace cli {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

struct NamedSecret {
    std::string name;
    std::string value;
};

// "alice=…" or "…": the name of the persona, and its secret looked up.
Result<NamedSecret> read_named(std::string_view flag, std::size_t number, const ReadSecret& read) {
    NamedSecret named{.name = number == 0 ? "user" : fmt::format("user{}", number + 1),
                      .value = {}};
    const std::size_t equals = flag.find('=');
    if (equals != std::string_view::npos && base::is_dns_label(flag.substr(0, equals))) {
        named.name = flag.substr(0, equals);
        flag.remove_prefix(equals + 1);
    }
    if (flag.starts_with('@')) {
        const std::string text = TRY(read(flag.substr(1)));
        named.value = base::trim(text);
    } else if (flag.starts_with("env:")) {
        named.value = TRY(read(flag));
    } else {
        named.value = flag;
    }
    if (named.value.empty())
        return fail(ErrorKind::Invalid,
                    fmt::format("the secret of persona '{}' is empty", named.name));
    return named;
}

class Builder {
public:
    Builder(const ApiScanFlags& flags, const ReadSecret& read) : flags_(flags), read_(read) {
        scan_.job.spec.scanner = scan::ApiOptions{};
        api_ = &std::get<scan::ApiOptions>(scan_.job.spec.scanner);
    }

    Result<ApiScan> build() {
        api_->spec_url = flags_.spec_url;
        api_->server_url = flags_.server_url;
        api_->include_operations = flags_.include;
        api_->exclude_operations = flags_.exclude;
        scan_.job.spec.allowed_hosts = flags_.allowed_hosts;
        scan_.job.name = flags_.name.empty() ? name_of(flags_.spec_url) : flags_.name;
        set_numbers();
        TRY(set_authorization());
        TRY(set_gate());
        for (const std::string& flag : flags_.bearers) TRY(add_bearer(flag));
        for (const std::string& flag : flags_.headers) TRY(add_header(flag));
        for (const std::string& flag : flags_.basics) TRY(add_basic(flag));
        pair_up();
        // The same checks as for a job file; and what runs is what a job file could say.
        scan_.job = TRY(scan::parse_job(scan::job_to_json(scan_.job), "scan api"));
        return std::move(scan_);
    }

private:
    // "https://api.shop.example/openapi.json" → "api-shop-example"; a file → its name.
    static std::string name_of(std::string_view url) {
        const std::size_t scheme = url.find("://");
        std::string_view part = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
        if (scheme == std::string_view::npos) {
            part = part.substr(part.find_last_of('/') + 1);
        } else {
            part = part.substr(0, part.find('/'));
        }
        std::string name;
        for (const char c : base::to_lower(part)) {
            const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (is_word) name += c;
            if (!is_word && !name.empty() && name.back() != '-') name += '-';
        }
        name = name.substr(0, 52);
        while (!name.empty() && name.back() == '-') name.pop_back();
        return name.empty() ? "api" : name;
    }

    void set_numbers() {
        if (flags_.parallelism) scan_.job.spec.parallelism = *flags_.parallelism;
        if (flags_.chunks) scan_.job.spec.chunks.max_count = *flags_.chunks;
        if (flags_.rps) api_->rps = *flags_.rps;
        if (flags_.deadline_seconds)
            scan_.job.spec.active_deadline = std::chrono::seconds(*flags_.deadline_seconds);
    }

    Result<> set_authorization() {
        if (flags_.authorization.empty()) return {};
        for (const auto level : {scan::Authorization::Passive, scan::Authorization::Active,
                                 scan::Authorization::Intrusive}) {
            if (!base::equals_ignoring_case(scan::to_string(level), flags_.authorization)) continue;
            scan_.job.spec.authorization = level;
            return {};
        }
        return fail(ErrorKind::Invalid,
                    fmt::format("--authorization must be passive, active or intrusive, got '{}'",
                                flags_.authorization));
    }

    Result<> set_gate() {
        if (flags_.fail_on.empty()) return {};
        const std::size_t colon = flags_.fail_on.find(':');
        const auto severity = scan::severity_from(base::to_lower(flags_.fail_on.substr(0, colon)));
        scan::FailOn gate;
        if (colon != std::string::npos) {
            const char* end = flags_.fail_on.data() + flags_.fail_on.size();
            const auto [stop, error] =
                std::from_chars(flags_.fail_on.data() + colon + 1, end, gate.count);
            if (error != std::errc{} || stop != end) gate.count = 0;
        }
        if (!severity || gate.count < 1) {
            return fail(
                ErrorKind::Invalid,
                fmt::format("--fail-on wants a severity (critical, high, medium, low, info) and "
                            "maybe a count, as in high:3; got '{}'",
                            flags_.fail_on));
        }
        gate.severity = *severity;
        scan_.job.spec.fail_on = gate;
        return {};
    }

    scan::Persona& add_persona(const std::string& name, scan::PersonaKind kind) {
        scan_.job.spec.credentials.push_back({.name = name, .secret_name = name});
        scan::Persona persona;
        persona.name = name;
        persona.credentials_ref = name;
        persona.kind = kind;
        api_->personas.push_back(std::move(persona));
        return api_->personas.back();
    }

    Result<> add_bearer(const std::string& flag) {
        const NamedSecret secret = TRY(read_named(flag, api_->personas.size(), read_));
        add_persona(secret.name, scan::PersonaKind::Bearer);
        scan_.secrets[secret.name]["token"] = secret.value;
        return {};
    }

    Result<> add_header(const std::string& flag) {
        const NamedSecret secret = TRY(read_named(flag, api_->personas.size(), read_));
        const std::size_t colon = secret.value.find(':');
        if (colon == std::string::npos || colon == 0) {
            return fail(ErrorKind::Invalid,
                        "--header wants 'Name: value', as in --header 'X-Api-Key: env:KEY'");
        }
        scan::Persona& persona = add_persona(secret.name, scan::PersonaKind::Header);
        persona.parameter_name = secret.value.substr(0, colon);
        std::string value(base::trim(std::string_view(secret.value).substr(colon + 1)));
        if (value.starts_with("env:")) value = TRY(read_(value));
        scan_.secrets[secret.name]["value"] = std::move(value);
        return {};
    }

    Result<> add_basic(const std::string& flag) {
        const NamedSecret secret = TRY(read_named(flag, api_->personas.size(), read_));
        const std::size_t colon = secret.value.find(':');
        if (colon == std::string::npos || colon == 0) {
            return fail(ErrorKind::Invalid,
                        "--basic wants user:password, as in --basic alice=env:ALICE");
        }
        add_persona(secret.name, scan::PersonaKind::Basic);
        scan_.secrets[secret.name]["username"] = secret.value.substr(0, colon);
        scan_.secrets[secret.name]["password"] = secret.value.substr(colon + 1);
        return {};
    }

    // Object-level checks need two users of one role: the first two are each other's peers.
    void pair_up() {
        if (api_->personas.size() < 2) return;
        api_->personas[0].peer_of = api_->personas[1].name;
        api_->personas[1].peer_of = api_->personas[0].name;
    }

    const ApiScanFlags& flags_;
    const ReadSecret& read_;
    ApiScan scan_;
    scan::ApiOptions* api_ = nullptr;
};

}  // namespace

Result<ApiScan> api_scan(const ApiScanFlags& flags, const ReadSecret& read) {
    return Builder(flags, read).build();
}

}  // namespace cli
