#include "runner/scanners/api/engine/run_chunk.h"

#include "base/json.h"
#include "runner/scanners/api/discovery/target_scope.h"
#include "runner/scanners/api/engine/group_run.h"
#include "runner/scanners/api/openapi/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace runner::api {
namespace {

using base::Error;
using base::ErrorKind;

std::unexpected<Stop> config_stop(Error error) {
    return std::unexpected(Stop{scan::ExitCode::Config, std::move(error), {}});
}

base::Result<Specification> stored_specification(const RunContext& context) {
    const auto input =
        std::ranges::find(context.plan.inputs, kSpecificationInput, &scan::PlanInput::name);
    if (input == context.plan.inputs.end()) {
        return base::fail(ErrorKind::Invalid, "the plan names no stored specification");
    }
    const auto bytes = TRY(context.get_input(input->sha256));
    auto document = TRY(base::with_context(base::parse_json(bytes), "the stored specification"));
    return read_specification(std::make_shared<const base::Json>(std::move(document)));
}

// The chunk's units by affinity, groups in the order of the units to do. A unit that is not to be
// done was done before.
struct Groups {
    std::vector<std::string> order{};
    std::map<std::string, std::vector<GroupMember>> members{};
};

std::string group_key(const scan::Unit& unit) {
    return unit.affinity.empty() ? "\n" + unit.id : unit.affinity;
}

base::Result<Groups> groups_of(const RunContext& context, const Specification& specification) {
    std::unordered_map<std::string_view, const Operation*> by_pointer;
    for (const auto& operation : specification.operations)
        by_pointer.emplace(operation.pointer, &operation);
    std::set<std::string_view> open;
    Groups out;
    for (const auto& unit : context.units) {
        open.insert(unit.id);
        const auto key = group_key(unit);
        if (std::ranges::find(out.order, key) == out.order.end()) out.order.push_back(key);
    }
    for (const auto& unit : context.chunk.units) {
        auto params = TRY(base::with_context(parse_unit_params(unit.params_json), unit.id));
        const auto found = by_pointer.find(params.pointer);
        const auto* operation = found == by_pointer.end() ? nullptr : found->second;
        out.members[group_key(unit)].push_back(
            {&unit, std::move(params), operation, !open.contains(unit.id)});
    }
    for (auto& [key, members] : out.members) sort_group(members);
    return out;
}

net::ClientOptions client_options(const RunContext& context, const scan::ApiOptions& options,
                                  const net::Scope& scope) {
    net::ClientOptions out;
    out.request_timeout = std::chrono::seconds(options.request_timeout_seconds);
    out.first_byte_timeout = std::min(out.first_byte_timeout, out.request_timeout);
    out.rps = context.chunk.rps;
    out.rps_period = base::Duration(context.chunk.rps_period_millis);
    out.scope = &scope;
    out.seed = context.chunk.index + 1;
    return out;
}

std::expected<void, Stop> run_groups(Work& work, const Groups& groups) {
    for (const auto& key : groups.order) {
        const auto done = run_group(work, key, groups.members.at(key));
        if (done) continue;
        if (done.error() == Halt::TargetDown) {
            return std::unexpected(Stop{scan::ExitCode::TargetUnavailable,
                                        Error(ErrorKind::Unavailable, work.session.down_message()),
                                        {}});
        }
        return {};
    }
    return {};
}

void tell_failed_logins(const Work& work) {
    for (const auto& persona : work.personas) {
        if (!persona.failure.empty()) {
            work.context.emit(scan::LogLine{.level = scan::LogLevel::Warn,
                                            .msg = work.context.redactor.scrub(persona.failure)});
        }
    }
}

}  // namespace

std::expected<void, Stop> run_chunk(const RunContext& context) {
    const auto& options = std::get<scan::ApiOptions>(context.job.spec.scanner);
    auto specification = stored_specification(context);
    if (!specification) return config_stop(std::move(specification).error());
    auto groups = groups_of(context, *specification);
    if (!groups) return config_stop(std::move(groups).error());
    if (groups->order.empty()) return {};
    const auto& first = groups->members.at(groups->order.front()).front().params;
    auto personas = make_personas(options, context.credentials, *specification);
    if (!personas) return config_stop(std::move(personas).error());
    auto rules = scope_rules(context.job, first.server, context.local_mode);
    if (!rules) return config_stop(std::move(rules).error());
    pin_hosts(*rules, context.plan.hosts);
    const net::Scope scope(std::move(*rules));
    auto client = net::Client::create(client_options(context, options, scope), context.clock);
    if (!client)
        return std::unexpected(Stop{scan::ExitCode::Internal, std::move(client).error(), {}});
    Session session(context, **client, *personas, {*specification, first.server});
    if (auto in = session.log_in_all(); !in) return in;
    Work work{.context = context,
              .options = options,
              .specification = *specification,
              .personas = *personas,
              .session = session,
              .server_url = first.server,
              .server_label = first.server_label,
              .spec_uri = first.spec_uri};
    tell_failed_logins(work);
    return run_groups(work, *groups);
}

}  // namespace runner::api
