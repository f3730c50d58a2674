#include "runner/scanners/api/engine/session.h"

#include "net/url.h"
#include "runner/scanners/api/personas/login.h"

#include <fmt/format.h>

#include <algorithm>

namespace runner::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The breaker (scanners' common rules, section 11): so many failures open it, so long, so many
// probes close it for good.
constexpr int kFailuresMax = 10;
constexpr int kProbesMax = 3;
constexpr seconds kOpenTime{10};
// Between tries of a dead connection; the client has waited inside already.
constexpr base::Duration kRetryPause{250};
// A target that logs us out again and again must not cost a login per request.
constexpr std::size_t kRefreshesMax = 3;
constexpr minutes kRefreshWindow{10};
constexpr int kServerErrorMin = 500;

bool is_broken(const net::Response& response) { return response.failure == net::Failure::Connect; }

}  // namespace

Session::Session(const RunContext& context, net::Client& client, std::vector<Persona>& personas,
                 Logins logins)
    : context_(context), client_(client), personas_(personas), logins_(std::move(logins)) {}

OrHalt<net::Response> Session::fetch(const net::Request& request, Retry retry) {
    const auto stop = [this] { return context_.stopped(); };
    if (stop()) return std::unexpected(Halt::Stopped);
    auto response = client_.fetch(request, {.retry = retry == Retry::Allowed}, stop);
    if (is_broken(response)) {
        auto answered = wait_for_target(request, std::move(response));
        if (!answered) return answered;
        response = std::move(*answered);
    }
    if (response.failure == net::Failure::Cancelled) return std::unexpected(Halt::Stopped);
    // A redirect that leads out of scope is an answer; the target itself out of scope is the end of
    // the unit.
    const auto url = net::parse_url(request.url);
    const bool first_hop =
        response.effective_url.empty() || !url || response.effective_url == url->text();
    if (response.failure == net::Failure::OutOfScope && first_hop && response.status == 0) {
        return std::unexpected(Halt::OutOfScope);
    }
    return response;
}

OrHalt<net::Response> Session::wait_for_target(const net::Request& request, net::Response last) {
    const auto stop = [this] { return context_.stopped(); };
    int failures = 1;
    while (failures < kFailuresMax + kProbesMax) {
        const base::Duration pause =
            failures < kFailuresMax ? kRetryPause : base::Duration(kOpenTime);
        if (!context_.wait(pause)) return std::unexpected(Halt::Stopped);
        last = client_.fetch(request, {.retry = false}, stop);
        if (!is_broken(last)) return last;
        ++failures;
    }
    down_message_ = fmt::format("the target {} does not answer ({}); {} tries in a row failed",
                                logins_.server_url, last.failure_message, failures);
    return std::unexpected(Halt::TargetDown);
}

OrHalt<void> Session::note_baseline(bool server_error) {
    bad_baselines_ = server_error ? bad_baselines_ + 1 : 0;
    if (bad_baselines_ < kFailuresMax) return {};
    for (int probe = 0; probe < kProbesMax; ++probe) {
        if (!context_.wait(kOpenTime)) return std::unexpected(Halt::Stopped);
        const auto response =
            TRY(fetch({.method = "GET", .url = logins_.server_url}, Retry::Never));
        if (response.ok() && response.status < kServerErrorMin) {
            bad_baselines_ = 0;
            return {};
        }
    }
    down_message_ = fmt::format(
        "the target {} answers everything with server errors: {} operations in a row, and its "
        "root",
        logins_.server_url, bad_baselines_);
    return std::unexpected(Halt::TargetDown);
}

base::Result<> Session::log_in(Persona& persona) {
    const auto& step = persona.config->login;
    if (!step)
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("persona '{}' has no login step", persona.name));
    const auto files = context_.credentials.find(persona.config->credentials_ref);
    static const std::map<std::string, std::string> kNone;
    auto request =
        TRY(login_request(*step, files == context_.credentials.end() ? kNone : files->second,
                          logins_.specification, logins_.server_url));
    request.headers.set("X-Scanfleet-Run", context_.run_id);
    const auto response = fetch(request, Retry::Never);
    if (!response && response.error() == Halt::TargetDown)
        return base::fail(base::ErrorKind::Unavailable, down_message_);
    if (!response)
        return base::fail(base::ErrorKind::Cancelled, "stopped before the login was answered");
    return take_login(persona, *step, *response);
}

std::expected<void, Stop> Session::log_in_all() {
    int logins = 0;
    base::Error last(base::ErrorKind::Internal, "");
    bool any_usable = false;
    for (auto& persona : personas_) {
        if (persona.config != nullptr && persona.config->kind == scan::PersonaKind::Login) {
            ++logins;
            const auto done = log_in(persona);
            if (!done && done.error().kind() == base::ErrorKind::Unavailable) {
                return std::unexpected(Stop{scan::ExitCode::TargetUnavailable, done.error(), {}});
            }
            if (!done) last = done.error(), persona.failure = done.error().message();
        }
        any_usable = any_usable || persona.usable;
    }
    if (logins == 0 || any_usable || context_.stopped()) return {};
    return std::unexpected(Stop{
        scan::ExitCode::CredentialsRefused, std::move(last).in_context("every login failed"), {}});
}

bool Session::may_refresh(const Persona& persona) {
    auto& times = refreshes_[persona.name];
    const auto now = context_.clock.ticks();
    while (!times.empty() && now - times.front() > kRefreshWindow) times.pop_front();
    if (times.size() >= kRefreshesMax) return false;
    times.push_back(now);
    return true;
}

OrHalt<Answer> Session::send(const net::Request& plain, const Persona* who, Charge charge,
                             Retry retry) {
    const bool charged = charge == Charge::Unit && meter_ != nullptr;
    if (charged && meter_->requests >= meter_->budget) return std::unexpected(Halt::BudgetSpent);
    auto request = plain;
    request.headers.set("X-Scanfleet-Run", context_.run_id);
    if (who != nullptr) dress(request, *who);
    auto response = TRY(fetch(request, retry));
    const bool is_login = who != nullptr && who->config != nullptr && who->config->login;
    const bool refused =
        is_login && std::ranges::find(who->config->login->refresh_status, response.status) !=
                        who->config->login->refresh_status.end();
    if (refused && may_refresh(*who)) {
        auto& persona = *std::ranges::find(personas_, who->name, &Persona::name);
        if (log_in(persona)) {
            request = plain;
            request.headers.set("X-Scanfleet-Run", context_.run_id);
            dress(request, persona);
            response = TRY(fetch(request, retry));
        }
    }
    auto answer = Answer::of(plain, std::move(response));
    if (charged) measure(answer, who);
    return answer;
}

void Session::measure(const Answer& answer, const Persona* who) {
    auto& meter = *meter_;
    const auto& response = answer.response;
    ++meter.requests;
    meter.bytes += static_cast<std::int64_t>(response.bytes_read);
    if (response.failure == net::Failure::TimedOut || response.failure == net::Failure::TooSlow)
        ++meter.timeouts;
    if (response.failure == net::Failure::Tls) ++meter.tls_errors;
    if (!response.ok()) return;
    ++meter.status_counts[response.status];
    meter.millis.push_back(response.elapsed.count());
    meter.reached_2xx = meter.reached_2xx || response.is_2xx();
    note_headers(response, answer.json != nullptr,
                 who == nullptr ? Caller::Anonymous : Caller::SignedIn, meter.headers);
}

std::vector<std::string> Session::secrets() const {
    std::vector<std::string> out;
    for (const auto& persona : personas_) {
        for (auto& secret : secrets_of(persona)) out.push_back(std::move(secret));
    }
    return out;
}

}  // namespace runner::api
