#include "runner/scanners/api/discovery/discover.h"

#include "base/json.h"
#include "net/client.h"
#include "runner/scanners/api/discovery/load.h"
#include "runner/scanners/api/discovery/select.h"
#include "runner/scanners/api/discovery/server.h"
#include "runner/scanners/api/discovery/target_scope.h"
#include "runner/scanners/api/discovery/units.h"
#include "runner/scanners/api/openapi/read.h"
#include "runner/scanners/api/personas/persona.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace runner::api {
namespace {

using base::Error;
using base::ErrorKind;

std::unexpected<Stop> stop(scan::ExitCode code, Error error,
                           std::optional<scan::Reason> reason = {}) {
    return std::unexpected(Stop{code, std::move(error), reason});
}

const scan::ApiOptions& options_of(const DiscoveryContext& context) {
    return std::get<scan::ApiOptions>(context.job.spec.scanner);
}

// One request that changes nothing: is anybody there, and at what kind of address?
std::expected<std::string, Stop> reach(const DiscoveryContext& context, const net::Url& server) {
    auto rules = scope_rules(context.job, server.text(), context.local_mode);
    if (!rules)
        return stop(scan::ExitCode::Config, std::move(rules).error(), scan::Reason::InvalidSpec);
    const net::Scope scope(std::move(*rules));
    net::ClientOptions options;
    options.scope = &scope;
    options.request_timeout = std::chrono::seconds(options_of(context).request_timeout_seconds);
    auto client = net::Client::create(std::move(options), context.clock);
    if (!client) return stop(scan::ExitCode::Internal, std::move(client).error());
    net::Request request{.method = "HEAD", .url = server.text()};
    request.headers.set("X-Scanfleet-Run", context.run_id);
    const auto response =
        (*client)->fetch(std::move(request), {.follow_redirects = false}, context.stopped);
    if (response.failure == net::Failure::OutOfScope) {
        return stop(scan::ExitCode::Config, Error(ErrorKind::Forbidden, response.failure_message),
                    scan::Reason::TargetForbidden);
    }
    if (!response.ok() && response.status == 0) {
        return stop(
            scan::ExitCode::TargetUnavailable,
            Error(ErrorKind::Unavailable, fmt::format("the target {} does not answer: {}",
                                                      server.origin(), response.failure_message)));
    }
    return response.peer_address;
}

scan::AddressClass class_of(const std::string& peer) {
    const auto address = net::parse_ip(peer);
    if (!address) return scan::AddressClass::Public;
    switch (net::classify(*address)) {
    case net::AddressClass::Private: return scan::AddressClass::Private;
    case net::AddressClass::Loopback: return scan::AddressClass::Loopback;
    case net::AddressClass::Public:
    case net::AddressClass::Refused: break;
    }
    return scan::AddressClass::Public;
}

std::vector<std::string> credentials_of(const scan::ApiOptions& options) {
    std::set<std::string> names;
    for (const auto& persona : options.personas) {
        if (!persona.credentials_ref.empty()) names.insert(persona.credentials_ref);
    }
    return {names.begin(), names.end()};
}

std::expected<void, Stop> check_personas(const DiscoveryContext& context,
                                         const Specification& specification) {
    // Discovery may run without the credentials mounted; then the chunks will tell.
    if (context.credentials.empty()) return {};
    auto personas = make_personas(options_of(context), context.credentials, specification);
    if (!personas)
        return stop(scan::ExitCode::Config, std::move(personas).error(), scan::Reason::InvalidSpec);
    return {};
}

void add_defects(const Selection& selection, std::vector<std::string>& notices) {
    for (const auto* operation : selection.operations) {
        if (!operation->defect.empty())
            notices.push_back(operation->id() + ": " + operation->defect);
    }
}

Discovery discovery_of(const DiscoveryContext& context, const UnitPlan& plan,
                       const std::string& peer) {
    const auto& options = options_of(context);
    auto selection = select_operations(plan.specification, options, context.job.spec.authorization);
    Discovery out{.units = make_units(plan, selection.operations)};
    out.hosts = {{plan.server.url.host, class_of(peer)}};
    out.limits = {{.concurrency_key = concurrency_key(plan.server.url),
                   .max_in_flight = context.job.spec.parallelism,
                   .rps = options.rps,
                   .rps_period_millis = std::int64_t{1000} * options.rps_period_seconds}};
    out.notices = std::move(selection.notices);
    out.notices.insert(out.notices.end(), plan.specification.notices.begin(),
                       plan.specification.notices.end());
    add_defects(selection, out.notices);
    out.chunk_credentials = [names = credentials_of(options)](const std::vector<scan::Unit>&) {
        return names;
    };
    return out;
}

}  // namespace

std::expected<Discovery, Stop> discover(const DiscoveryContext& context) {
    auto loaded = load_specification(context);
    if (!loaded) return std::unexpected(std::move(loaded).error());
    auto specification = read_specification(loaded->document);
    if (!specification) {
        return stop(scan::ExitCode::Config,
                    std::move(specification).error().in_context(loaded->uri),
                    scan::Reason::InvalidSpec);
    }
    specification->notices.insert(specification->notices.end(), loaded->notices.begin(),
                                  loaded->notices.end());
    if (auto fine = check_personas(context, *specification); !fine)
        return std::unexpected(std::move(fine).error());
    auto server = choose_server(context.job, *specification, loaded->url);
    if (!server) return std::unexpected(std::move(server).error());
    // A document that came from there has shown already that somebody answers.
    const auto document_url = net::parse_url(loaded->url);
    const bool known = document_url && document_url->origin() == server->url.origin() &&
                       !loaded->peer_address.empty();
    std::string peer = loaded->peer_address;
    if (!known) {
        auto reached = reach(context, server->url);
        if (!reached) return std::unexpected(std::move(reached).error());
        peer = std::move(*reached);
    }
    auto stored = context.put_input(kSpecificationInput, base::dump_json(*loaded->document));
    if (!stored)
        return stop(scan::ExitCode::Temporary,
                    std::move(stored).error().in_context("store the specification"));
    const UnitPlan plan{context.job, *specification, *server, loaded->source, loaded->uri};
    return discovery_of(context, plan, peer);
}

}  // namespace runner::api
