#include "unit/api_scanner/scan_fixture.h"

#include <algorithm>

namespace runner::api {
namespace {

scan::Job job_of(const ScanSetup& setup, const std::string& server_url) {
    scan::Job job;
    job.name = "shop";
    auto options = setup.options;
    if (options.spec_url.empty() && !options.spec_config_map_ref)
        options.spec_inline = setup.specification;
    if (setup.with_server_url) options.server_url = server_url;
    options.personas = setup.personas;
    options.rps = 1000;
    job.spec.scanner = options;
    job.spec.authorization = setup.level;
    return job;
}

const base::Redactor& redactor() {
    static const base::Redactor value(std::string(32, 'k'),
                                      {"token-alice", "token-bob", "token-carol"});
    return value;
}

struct Store {
    std::map<std::string, std::string> inputs{};
    std::vector<scan::PlanInput> listed{};
};

std::expected<Discovery, Stop> discover_with(const ScanSetup& setup, const scan::Job& job,
                                             Store& store) {
    const DiscoveryContext context{
        .job = job,
        .credentials = setup.credentials,
        .clock = base::os::system_clock(),
        .redactor = redactor(),
        .run_id = "run-1",
        .local_mode = setup.local_mode,
        .stopped = [] { return false; },
        .put_input = [&](std::string_view name,
                         std::string_view bytes) -> base::Result<std::string> {
            const auto sha = "sha-" + std::to_string(store.inputs.size());
            store.inputs[sha] = bytes;
            store.listed.push_back(
                {std::string(name), sha, static_cast<std::int64_t>(bytes.size())});
            return sha;
        },
        .log = [](scan::LogLevel, std::string_view) {},
        .read_config = [&](std::string_view name,
                           std::string_view key) -> base::Result<std::string> {
            if (name == "specs" && key == "shop.json") return setup.specification;
            return base::fail(base::ErrorKind::NotFound, "there is no such file");
        }};
    return make_api_scanner()->discover(context);
}

void take(scan::Line line, ScanOutcome& out) {
    if (auto* unit = std::get_if<scan::UnitLine>(&line)) out.units[unit->id] = *unit;
    if (auto* finding = std::get_if<scan::Finding>(&line)) out.findings.push_back(*finding);
    if (auto* record = std::get_if<scan::Record>(&line)) out.records.push_back(*record);
    if (auto* log = std::get_if<scan::LogLine>(&line)) out.logs.push_back(log->msg);
}

}  // namespace

ScanOutcome discover_only(const ScanSetup& setup, const std::string& server_url) {
    ScanOutcome out;
    Store store;
    auto discovered = discover_with(setup, job_of(setup, server_url), store);
    if (discovered)
        out.discovery = std::move(*discovered);
    else
        out.stop = discovered.error();
    return out;
}

ScanOutcome scan_with(const ScanSetup& setup, const fakes::StubApi& api) {
    ScanOutcome out;
    Store store;
    const auto job = job_of(setup, api.url());
    auto discovered = discover_with(setup, job, store);
    if (!discovered) {
        out.stop = discovered.error();
        return out;
    }
    out.discovery = std::move(*discovered);
    scan::Chunk chunk;
    std::vector<scan::Unit> open;
    for (const auto& unit : out.discovery.units) {
        if (!setup.affinities.empty() && !setup.affinities.contains(unit.affinity)) continue;
        chunk.units.push_back(unit);
        if (!setup.finished.contains(unit.id)) open.push_back(unit);
    }
    scan::PlanHead plan;
    plan.inputs = store.listed;
    plan.hosts = out.discovery.hosts;
    int lines = 0;
    const auto stopped = [&] {
        return setup.stop_after_lines >= 0 && lines >= setup.stop_after_lines;
    };
    const RunContext context{.job = job,
                             .chunk = chunk,
                             .units = open,
                             .plan = plan,
                             .credentials = setup.credentials,
                             .clock = base::os::system_clock(),
                             .redactor = redactor(),
                             .run_id = "run-1",
                             .local_mode = setup.local_mode,
                             .stopped = stopped,
                             .wait = [&](base::Duration) { return !stopped(); },
                             .get_input = [&](std::string_view sha) -> base::Result<std::string> {
                                 return store.inputs.at(std::string(sha));
                             },
                             .emit =
                                 [&](scan::Line line) {
                                     ++lines;
                                     take(std::move(line), out);
                                 }};
    const auto ran = make_api_scanner()->run(context);
    if (!ran) out.stop = ran.error();
    return out;
}

std::set<std::string> ScanOutcome::found(scan::Severity least) const {
    std::set<std::string> out;
    for (const auto& one : findings) {
        if (one.severity > least) continue;
        const auto& location = std::get<scan::OperationLocation>(one.location);
        out.insert(one.rule_id + " " + location.method + " " + location.path_template);
    }
    return out;
}

const scan::Finding* ScanOutcome::finding(std::string_view rule, std::string_view operation) const {
    const auto it = std::ranges::find_if(findings, [&](const scan::Finding& one) {
        const auto& location = std::get<scan::OperationLocation>(one.location);
        return one.rule_id == rule && location.method + " " + location.path_template == operation;
    });
    return it == findings.end() ? nullptr : &*it;
}

std::int64_t ScanOutcome::truth(const std::string& unit, std::string_view name) const {
    const auto it = units.find(unit);
    if (it == units.end()) return -1;
    for (const auto& [key, value] : it->second.truth) {
        if (key == name) return value;
    }
    return -1;
}

scan::Persona bearer(const std::string& name, scan::PersonaRole role) {
    scan::Persona persona;
    persona.name = name;
    persona.credentials_ref = name;
    persona.kind = scan::PersonaKind::Bearer;
    persona.role = role;
    return persona;
}

void add_users(ScanSetup& setup) {
    for (const auto* name : {"alice", "bob"}) {
        setup.personas.push_back(bearer(name));
        setup.credentials[name] = {{"token", std::string("token-") + name}, {"username", name}};
    }
}

std::string specification_of(std::string_view paths, std::string_view rest) {
    return R"({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
               "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},)" +
           std::string(rest) + R"("paths": {)" + std::string(paths) + "}}";
}

}  // namespace runner::api
