// api.cors: foreign origins may read answers with the user's credentials.
#include "runner/scanners/api/checks/check.h"
#include "runner/scanners/api/engine/evidence.h"

#include "base/text.h"

#include <fmt/format.h>

namespace runner::api {
namespace {

constexpr std::string_view kAllowOrigin = "Access-Control-Allow-Origin";
constexpr std::string_view kAllowCredentials = "Access-Control-Allow-Credentials";

OrHalt<Answer> send_from(UnitRun& run, const std::string& origin, Charge charge = Charge::Unit) {
    auto request = render(run.work.server_url, run.baseline->draft);
    request.headers.set("Origin", origin);
    return run.work.session.send(request, run.baseline->who, charge);
}

bool trusts(const Answer& answer, const std::string& origin) {
    const auto& headers = answer.response.headers;
    return answer.response.ok() && headers.get(kAllowOrigin).value_or("") == origin &&
           base::equals_ignoring_case(headers.get(kAllowCredentials).value_or(""), "true");
}

void add(UnitRun& run, const Answer& answer, const std::string& origin, std::string_view what) {
    auto finding =
        scan::make_finding("api.cors", run.unit.id, run.location(),
                           fmt::format("{} {} and allows credentials.", run.operation.id(), what));
    finding.evidence = evidence_of(
        run.work,
        {.answer = answer, .who = run.baseline->who, .headers = {kAllowOrigin, kAllowCredentials}});
    run.found.push_back({std::move(finding), [&run, origin]() -> OrHalt<bool> {
                             const auto again = TRY(send_from(run, origin, Charge::Group));
                             return trusts(again, origin);
                         }});
}

// A fact worth knowing, and no flaw: without credentials anybody can fetch the same by themselves.
void add_wildcard(UnitRun& run, const Answer& answer) {
    auto finding = scan::make_finding(
        "api.cors", run.unit.id, run.location(),
        fmt::format("{} lets pages of every origin read its answer, without credentials.",
                    run.operation.id()),
        "wildcard");
    finding.title = "Pages of every origin may read the answer, without credentials";
    finding.severity = scan::Severity::Info;
    finding.evidence = evidence_of(
        run.work,
        {.answer = answer, .who = run.baseline->who, .headers = {kAllowOrigin, kAllowCredentials}});
    run.found.push_back({std::move(finding), {}});
}

}  // namespace

bool cors_applies(const Operation& operation, const scan::ApiOptions&) {
    return operation.is_safe();
}

OrHalt<Ran> run_cors(UnitRun& run) {
    auto chance = run.chance("origin");
    const auto origin = "https://sf" + chance.hex(10) + ".example";
    const auto answer = TRY(send_from(run, origin));
    if (trusts(answer, origin)) {
        // A second one: a list that happens to hold the first would be a miracle, a broken proxy
        // would not.
        const auto other = "https://sf" + chance.hex(10) + ".example";
        const auto second = TRY(send_from(run, other));
        if (trusts(second, other))
            add(run, second, other, "repeats any Origin in Access-Control-Allow-Origin");
        return Ran::Yes;
    }
    if (answer.response.headers.get(kAllowOrigin).value_or("") == "*") {
        add_wildcard(run, answer);
        return Ran::Yes;
    }
    const auto null_answer = TRY(send_from(run, "null"));
    if (trusts(null_answer, "null")) add(run, null_answer, "null", "trusts the Origin 'null'");
    return Ran::Yes;
}

}  // namespace runner::api
