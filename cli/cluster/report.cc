// scanfleet report NAME -o FORMAT [--file F]: through the API server's proxy to the operator.
#include "scan/report/report.h"
#include "base/json.h"
#include "base/os/clock.h"
#include "base/os/file.h"
#include "cli/cluster/session.h"

#include <fmt/format.h>

namespace cli::cluster {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// The operator reads all findings and writes the report before the first byte comes.
constexpr base::Duration kTimeout{120'000};

kube::Request request_for(const Flags& flags, const kube::ObjectKey& job, std::string_view format,
                          std::string token) {
    kube::Request request;
    request.path = fmt::format(
        "/api/v1/namespaces/{}/services/https:{}:https/proxy/api/v1/scans/{}/{}/report.{}",
        flags.operator_namespace, flags.operator_service, job.namespace_, job.name, format);
    // The proxy keeps Authorization for itself.
    request.headers.emplace_back("X-Scanfleet-Token", std::move(token));
    return request;
}

// The operator's own sentence, or the API server's about the way to it.
base::Error problem(const Flags& flags, const Session& session, const kube::Answer& answer) {
    const auto body = base::parse_json(answer.body);
    const auto own = body ? base::get_string(*body, "error") : std::string();
    auto error = error_of(*answer.error, session.server());
    if (!own.empty()) return {error.kind(), "the operator says: " + own};
    if (answer.error->code == 0 || kube::is_unauthorized(*answer.error)) return error;
    return {error.kind(),
            fmt::format("the operator cannot be reached as Service {}/{} "
                        "(--operator-namespace, --operator-service): {}",
                        flags.operator_namespace, flags.operator_service, error.message())};
}

}  // namespace

Result<int> report(const Flags& flags, const std::string& name, const std::string& format_word,
                   const std::string& file, const Print& print) {
    const auto format = scan::report::format_from(format_word);
    if (!format || *format == scan::report::Format::Table) {
        return fail(ErrorKind::Invalid,
                    fmt::format("'{}' is no report of a cluster: json, jsonl, sarif, html, md or "
                                "junit",
                                format_word));
    }
    auto session = TRY(Session::open(flags, base::os::system_clock()));
    // Tells apart a job that is not there, one that has not ended, and an operator that is away.
    const auto job = TRY(fetch_job(session, name));
    auto token = TRY(session.token(flags));
    const auto answer =
        session.ask(request_for(flags, {session.where(), name},
                                scan::report::file_extension(*format), std::move(token)),
                    kTimeout);
    if (answer.error) return std::unexpected(problem(flags, session, answer));
    if (file.empty()) {
        print(answer.body);
    } else {
        TRY(base::os::write_file(file, answer.body));
    }
    return 0;
}

}  // namespace cli::cluster
