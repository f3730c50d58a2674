#include "operator/rest/rest.h"

#include "base/json.h"
#include "base/log.h"
#include "base/os/random.h"
#include "base/text.h"
#include "operator/rest/pages.h"
#include "operator/rest/permit.h"
#include "operator/rest/query.h"
#include "operator/rest/scans.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace rest {

namespace report = scan::report;
using base::ErrorKind;
using base::fail;
using base::Result;
using results::RunSummary;

namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kPageMax = 500;

net::Reply json_reply(std::string body) { return {.body = std::move(body)}; }

net::Reply reply_for(const base::Error& error) {
    switch (error.kind()) {
    case ErrorKind::Invalid: return net::error_reply(400, error.message());
    case ErrorKind::NotFound: return net::error_reply(404, error.message());
    case ErrorKind::TooLarge: return net::error_reply(413, error.message());
    case ErrorKind::Cancelled: return net::error_reply(410, error.message());
    case ErrorKind::Unavailable:
    case ErrorKind::TimedOut: return net::error_reply(503, error.message(), base::Duration{1'000});
    case ErrorKind::Conflict:
    case ErrorKind::Forbidden:
    case ErrorKind::Internal: break;
    }
    // Paths of our own disk are nobody's business.
    base::log::error("a REST request failed", {{"err", error.message()}});
    return net::error_reply(500, "the operator could not read its store; its log tells more");
}

std::string_view content_type(report::Format format) {
    switch (format) {
    case report::Format::Json: return "application/json";
    case report::Format::JsonLines: return "application/x-ndjson";
    case report::Format::Sarif: return "application/sarif+json";
    case report::Format::Html: return "text/html; charset=utf-8";
    case report::Format::Markdown: return "text/markdown; charset=utf-8";
    case report::Format::JUnit: return "application/xml";
    case report::Format::Table: break;
    }
    return "text/plain; charset=utf-8";
}

// Reports hold what targets sent: a browser must neither guess their type nor run anything in them.
void harden(net::Reply& reply, const Route& route) {
    // The HTML report says itself, by digest, which script it has.
    const bool is_page = route.kind == Route::Kind::Report && route.format == report::Format::Html;
    reply.headers.set("X-Content-Type-Options", "nosniff");
    reply.headers.set("Cache-Control", "no-store");
    reply.headers.set("Content-Security-Policy",
                      is_page ? "sandbox allow-scripts" : "default-src 'none'; sandbox");
}

// What cannot be read from our own disk is no fault of the caller's.
template <typename T>
Result<T> stored(Result<T> read) {
    if (read || read.error().kind() != ErrorKind::Invalid) return read;
    return fail(ErrorKind::Internal, read.error().message());
}

class Finally {
public:
    explicit Finally(std::function<void()> act) : act_(std::move(act)) {}
    ~Finally() { act_(); }
    Finally(const Finally&) = delete;
    Finally& operator=(const Finally&) = delete;

private:
    std::function<void()> act_;
};

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
    const auto mark = target.find('?');
    if (mark == std::string_view::npos) return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace

struct Rest::Impl {
    Impl(Runs& r, rights::Rights& who, const RestOptions& with)
        : runs(r), rights(who), options(with) {}

    net::RestReply answer(const net::RestRequest& request);
    Result<net::RestReply> dispatch(const Route& route, std::string_view query);
    Result<net::RestReply> scans(std::string_view query);
    Result<net::RestReply> scan(const Route& route, std::string_view query);
    Result<net::RestReply> findings(const Route& route, std::string_view query);
    Result<net::RestReply> units(const Route& route, std::string_view query);
    Result<net::RestReply> send_report(const Route& route, std::string_view query);

    Result<> write_report(const RunSummary& summary, report::Format format,
                          const base::os::Path& file);
    Result<RunSummary> pick(const Route& route, const std::string& run_id);
    Result<RunSummary> pick_merged(const Route& route, const Query& query, const Cursor& cursor);

    Runs& runs;
    rights::Rights& rights;
    const RestOptions options;
    const std::string secret = base::os::random_token();
    std::atomic<bool> writes_report = false;
    std::unique_ptr<net::Listener> listener;  // last: its handlers use all of the above
};

Result<RunSummary> Rest::Impl::pick(const Route& route, const std::string& run_id) {
    const auto all = TRY(runs_of(runs, route.namespace_, route.name));
    if (run_id.empty()) return all.front();
    const auto run = std::ranges::find(all, run_id, [](const auto& s) { return s.run.run_id; });
    if (run == all.end()) {
        return fail(ErrorKind::NotFound, fmt::format("scan {}/{} has no such run any more",
                                                     route.namespace_, route.name));
    }
    return *run;
}

Result<RunSummary> Rest::Impl::pick_merged(const Route& route, const Query& query,
                                           const Cursor& cursor) {
    const auto wanted = cursor.run_id.empty() ? query.get("run") : cursor.run_id;
    auto summary = pick(route, wanted);
    if (!summary && !cursor.run_id.empty() && summary.error().kind() == ErrorKind::NotFound)
        return fail(ErrorKind::Cancelled, "the run of this page is gone: begin again");
    if (summary && !summary->merged)
        return fail(ErrorKind::NotFound, "the run has no merged results yet: wait for its end");
    return summary;
}

Result<net::RestReply> Rest::Impl::scans(std::string_view text) {
    const auto query = TRY(Query::parse(text, {"namespace", "outcome", "limit", "continue"}));
    ScanFilter filter{.namespace_ = query.get("namespace"),
                      .outcome = query.get("outcome"),
                      .from = query.get("continue")};
    filter.limit = TRY(query.limit(kPage, kPageMax));
    if (!filter.outcome.empty() && filter.outcome != "None" && !scan::outcome_from(filter.outcome))
        return fail(ErrorKind::Invalid, "outcome must be a word of status.outcome, or None");
    auto all = TRY(runs.list());
    auto list = TRY(scans_json(std::move(all), filter));
    return json_reply(std::move(list));
}

Result<net::RestReply> Rest::Impl::scan(const Route& route, std::string_view text) {
    const auto query = TRY(Query::parse(text, {"run"}));
    const auto all = TRY(runs_of(runs, route.namespace_, route.name));
    const auto summary = TRY(pick(route, query.get("run")));
    const auto run = TRY(stored(runs.load(summary.run)));
    return json_reply(scan_json(run, all));
}

Result<net::RestReply> Rest::Impl::findings(const Route& route, std::string_view text) {
    const auto query =
        TRY(Query::parse(text, {"severity", "rule", "state", "run", "limit", "continue"}));
    const auto filter = TRY(finding_filter(query));
    const auto limit = TRY(query.limit(kPage, kPageMax));
    const auto cursor = TRY(parse_cursor(query.get("continue")));
    const auto summary = TRY(pick_merged(route, query, cursor));
    const auto page = TRY(stored(
        page_of_findings(runs.folder(summary.run) / "merged", cursor.position, limit, filter)));
    return json_reply(page_json(page, summary.run.run_id));
}

Result<net::RestReply> Rest::Impl::units(const Route& route, std::string_view text) {
    const auto query = TRY(Query::parse(text, {"status", "run", "limit", "continue"}));
    const auto statuses = TRY(unit_filter(query));
    const auto limit = TRY(query.limit(kPage, kPageMax));
    const auto cursor = TRY(parse_cursor(query.get("continue")));
    const auto summary = TRY(pick_merged(route, query, cursor));
    const auto page =
        TRY(page_of_units(runs.folder(summary.run) / "merged", cursor.position, limit, statuses));
    return json_reply(page_json(page, summary.run.run_id));
}

// One at a time: each reads all findings, and two of one run would write the same file.
Result<> Rest::Impl::write_report(const RunSummary& summary, report::Format format,
                                  const base::os::Path& file) {
    if (writes_report.exchange(true))
        return fail(ErrorKind::Unavailable, "another report is being written: try again");
    const Finally done([this] { writes_report = false; });
    const auto run = TRY(stored(runs.load(summary.run)));
    const auto source =
        TRY(stored(reports::report_source(run, runs.folder(summary.run) / "merged")));
    TRY(base::os::make_folders(file.parent_path(), base::os::Mode::Private));
    return reports::write_report(format, source, file);
}

// A finished run never changes: a report is written once, and then its file is sent.
Result<net::RestReply> Rest::Impl::send_report(const Route& route, std::string_view text) {
    const auto query = TRY(Query::parse(text, {"run"}));
    const auto summary = TRY(pick(route, query.get("run")));
    const auto file = runs.folder(summary.run) / "reports" /
                      fmt::format("{}-report.{}", SF_VERSION, report::file_extension(route.format));
    std::error_code error;
    if (!std::filesystem::exists(file, error)) TRY(write_report(summary, route.format, file));
    net::Reply reply{.content_type = std::string(content_type(route.format))};
    return net::RestReply(std::move(reply), file.string());
}

Result<net::RestReply> Rest::Impl::dispatch(const Route& route, std::string_view query) {
    switch (route.kind) {
    case Route::Kind::Info:
        return json_reply(base::dump_json(
            {{"name", "scanfleet"}, {"version", SF_VERSION}, {"apiVersion", "v1"}}));
    case Route::Kind::Scans: return scans(query);
    case Route::Kind::Scan: return scan(route, query);
    case Route::Kind::Findings: return findings(route, query);
    case Route::Kind::Units: return units(route, query);
    case Route::Kind::Report: return send_report(route, query);
    }
    return fail(ErrorKind::Internal, "unknown route");
}

net::RestReply Rest::Impl::answer(const net::RestRequest& request) {
    const auto route = parse_route(request.path);
    if (!route) return net::error_reply(404, "no such path in /api/v1");
    std::string namespace_;
    if (route->kind == Route::Kind::Scans) {
        const auto query =
            Query::parse(request.query, {"namespace", "outcome", "limit", "continue"});
        if (!query) return reply_for(query.error());
        namespace_ = query->get("namespace");
    }
    if (const auto question = question_of(*route, namespace_)) {
        auto refusal =
            refuse(rights, rights::token_in(request.headers), *question, options.rights_timeout);
        if (refusal) return std::move(*refusal);
    }
    auto reply = dispatch(*route, request.query);
    if (!reply) return reply_for(reply.error());
    harden(reply->reply, *route);
    return std::move(*reply);
}

Rest::Rest(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rest::~Rest() = default;

Result<std::unique_ptr<Rest>> Rest::start(Runs& runs, rights::Rights& rights,
                                          const RestOptions& options) {
    auto impl = std::make_unique<Impl>(runs, rights, options);
    impl->listener = TRY(net::Listener::start(
        {.threads = options.threads, .secret = impl->secret},
        {.request =
             [own = impl.get()](const net::RestRequest& request) { return own->answer(request); },
         .events = {}}));
    return std::unique_ptr<Rest>(new Rest(std::move(impl)));
}

net::Admission Rest::admit(const net::RequestHead& head) const {
    const auto [path, query] = split_target(head.target);
    const auto route = parse_route(path);
    if (!route) return net::Refuse{net::error_reply(404, "no such path in /api/v1")};
    if (head.method != "GET") {
        auto reply = net::error_reply(405, "this path takes GET");
        reply.headers.set("Allow", "GET");
        return net::Refuse{std::move(reply)};
    }
    if (question_of(*route, {}) && rights::token_in(head.headers).empty())
        return net::Refuse{unauthenticated_reply()};
    return net::Relay{
        .upstream_port = impl_->listener->port(), .secret_header = impl_->secret, .body_max = 0};
}

}  // namespace rest
