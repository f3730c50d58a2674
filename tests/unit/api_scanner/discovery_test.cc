#include "runner/scanners/api/discovery/affinity.h"
#include "runner/scanners/api/engine/unit_params.h"
#include "unit/api_scanner/scan_fixture.h"

#include <algorithm>

namespace runner::api {
namespace {

const scan::Unit& unit(const Discovery& discovery, const std::string& id) {
    const auto it = std::ranges::find(discovery.units, id, &scan::Unit::id);
    EXPECT_NE(it, discovery.units.end()) << id;
    return *it;
}

fakes::StubApi quiet() {
    return fakes::StubApi([](const fakes::ApiRequest&) { return fakes::ApiAnswer{.body = "{}"}; });
}

constexpr std::string_view kPaths = R"(
  "/users": {"get": {"tags": ["users"], "operationId": "listUsers"}, "post": {"tags": ["users"]}},
  "/users/{id}": {"get": {"tags": ["users"]}, "delete": {"tags": ["users"]}},
  "/search": {"post": {"tags": ["search"]}})";

std::vector<std::string> ids(const Discovery& discovery) {
    std::vector<std::string> out;
    for (const auto& one : discovery.units) out.push_back(one.id);
    std::ranges::sort(out);
    return out;
}

TEST(Discovering, UnitsAreTheOperationsThatTheLevelAllows) {
    const auto api = quiet();
    ScanSetup setup{.specification = specification_of(kPaths),
                    .level = scan::Authorization::Active};
    const auto safe = discover_only(setup, api.url());
    ASSERT_FALSE(safe.stop) << safe.stop->error.message();
    EXPECT_EQ(ids(safe.discovery), (std::vector<std::string>{"GET /users", "GET /users/{id}"}));
    ASSERT_FALSE(safe.discovery.notices.empty());
    EXPECT_TRUE(safe.discovery.notices[0].starts_with("3 of 5 operations not allowed at Active"));
    setup.options.allow_unsafe_operations = {"POST /search"};
    EXPECT_EQ(discover_only(setup, api.url()).discovery.units.size(), 3u);
    setup.level = scan::Authorization::Intrusive;
    EXPECT_EQ(discover_only(setup, api.url()).discovery.units.size(), 5u);
}

TEST(Discovering, FiltersNameTemplatesTagsAndOperationIds) {
    const auto api = quiet();
    ScanSetup setup{.specification = specification_of(kPaths),
                    .level = scan::Authorization::Intrusive};
    setup.options.include_operations = {"listUsers", "search"};
    EXPECT_EQ(ids(discover_only(setup, api.url()).discovery),
              (std::vector<std::string>{"GET /users", "POST /search"}));
    setup.options.include_operations = {};
    setup.options.exclude_operations = {"* /users/*"};
    EXPECT_EQ(discover_only(setup, api.url()).discovery.units.size(), 3u);
}

TEST(Discovering, UnitsKnowTheirPlaceTheirGroupAndTheirBudget) {
    const auto api = quiet();
    const ScanSetup setup{.specification = specification_of(kPaths),
                          .level = scan::Authorization::Intrusive};
    const auto outcome = discover_only(setup, api.url());
    const auto& list = unit(outcome.discovery, "GET /users");
    const auto& one = unit(outcome.discovery, "GET /users/{id}");
    EXPECT_EQ(list.affinity, one.affinity);
    EXPECT_NE(list.affinity, unit(outcome.discovery, "POST /search").affinity);
    EXPECT_EQ(list.requests, 240);
    EXPECT_GT(one.weight_millis, list.weight_millis);
    EXPECT_TRUE(list.concurrency_key.starts_with("host:http://127.0.0.1:"));
    const auto params = parse_unit_params(list.params_json);
    ASSERT_TRUE(params);
    EXPECT_EQ(params->pointer, "/paths/~1users/get");
    EXPECT_EQ(params->server_label, "servers[0] 127.0.0.1");
    EXPECT_GT(params->line, 0);
    ASSERT_EQ(outcome.discovery.hosts.size(), 1u);
    EXPECT_EQ(outcome.discovery.hosts[0].address_class, scan::AddressClass::Loopback);
    EXPECT_EQ(outcome.discovery.limits.at(0).rps, 1000);
}

TEST(Discovering, TheJobsRequestsAreSharedOut) {
    const auto api = quiet();
    ScanSetup setup{.specification = specification_of(kPaths),
                    .level = scan::Authorization::Intrusive};
    setup.options.max_requests = 50;
    std::int64_t sum = 0;
    for (const auto& one : discover_only(setup, api.url()).discovery.units) sum += one.requests;
    EXPECT_LE(sum, 50);
    EXPECT_GE(sum, 40);
}

TEST(Discovering, CredentialsOfAllPersonasGoIntoEveryChunk) {
    const auto api = quiet();
    ScanSetup setup{.specification = specification_of(kPaths)};
    add_users(setup);
    const auto outcome = discover_only(setup, api.url());
    EXPECT_EQ(outcome.discovery.chunk_credentials({}), (std::vector<std::string>{"alice", "bob"}));
}

TEST(Discovering, TheSpecificationComesFromItsUrl) {
    const auto text = specification_of(kPaths, R"("servers": [{"url": "/v1"}],)");
    const fakes::StubApi api([&](const fakes::ApiRequest& request) {
        return request.path == "/openapi.json" ? fakes::ApiAnswer{.body = text}
                                               : fakes::ApiAnswer{.status = 404};
    });
    ScanSetup setup{.with_server_url = false};
    setup.options.spec_url = api.url("/openapi.json");
    const auto outcome = discover_only(setup, "");
    ASSERT_FALSE(outcome.stop) << outcome.stop->error.message();
    EXPECT_EQ(parse_unit_params(outcome.discovery.units.at(0).params_json)->server, api.url("/v1"));
    EXPECT_EQ(api.requests().size(), 1u);
}

TEST(Discovering, TheSpecificationComesFromAMount) {
    const auto api = quiet();
    ScanSetup setup{.specification = specification_of(kPaths)};
    setup.options.spec_config_map_ref = scan::KeyRef{"specs", "shop.json"};
    EXPECT_EQ(discover_only(setup, api.url()).discovery.units.size(), 2u);
    setup.options.spec_config_map_ref = scan::KeyRef{"specs", "other.json"};
    EXPECT_EQ(discover_only(setup, api.url()).stop->reason, scan::Reason::InvalidSpec);
}

struct StopCase {
    const char* name;
    const char* specification;
    bool with_server_url;
    scan::ExitCode code;
    std::optional<scan::Reason> reason;
    const char* words;
};

TEST(Discovering, FailuresSayWhatToDo) {
    const auto api = quiet();
    const StopCase cases[] = {
        {"not a specification", "{\"a\": 1}", true, scan::ExitCode::Config,
         scan::Reason::InvalidSpec, "not an OpenAPI document"},
        {"broken", "{\"a\": ", true, scan::ExitCode::Config, scan::Reason::InvalidSpec,
         "specInline"},
        {"no server", R"({"openapi": "3.0.0", "paths": {}})", false, scan::ExitCode::Config,
         scan::Reason::InvalidSpec, "set scanner.api.serverUrl"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        const ScanSetup setup{.specification = one.specification,
                              .with_server_url = one.with_server_url};
        const auto outcome = discover_only(setup, api.url());
        ASSERT_TRUE(outcome.stop);
        EXPECT_EQ(outcome.stop->code, one.code);
        EXPECT_EQ(outcome.stop->reason, one.reason);
        EXPECT_NE(outcome.stop->error.message().find(one.words), std::string::npos)
            << outcome.stop->error.message();
    }
}

TEST(Discovering, AFetchedDocumentCannotSendTheScanElsewhere) {
    const fakes::StubApi api([](const fakes::ApiRequest&) {
        return fakes::ApiAnswer{
            .body = specification_of(kPaths,
                                     R"("servers": [{"url": "http://elsewhere.example/v1"}],)")};
    });
    ScanSetup setup{.with_server_url = false};
    setup.options.spec_url = api.url("/openapi.json");
    const auto outcome = discover_only(setup, "");
    ASSERT_TRUE(outcome.stop);
    EXPECT_EQ(outcome.stop->reason, scan::Reason::TargetForbidden);
    EXPECT_NE(outcome.stop->error.message().find("elsewhere.example"), std::string::npos);
}

TEST(Discovering, LoopbackIsRefusedOutsideLocalMode) {
    const auto api = quiet();
    const ScanSetup setup{.specification = specification_of(kPaths), .local_mode = false};
    const auto outcome = discover_only(setup, api.url());
    ASSERT_TRUE(outcome.stop);
    EXPECT_EQ(outcome.stop->reason, scan::Reason::TargetForbidden);
}

TEST(Discovering, ATargetThatIsAwayIsUnavailable) {
    std::string url;
    {
        const auto api = quiet();
        url = api.url();
    }
    const ScanSetup setup{.specification = specification_of(kPaths)};
    const auto outcome = discover_only(setup, url);
    ASSERT_TRUE(outcome.stop);
    EXPECT_EQ(outcome.stop->code, scan::ExitCode::TargetUnavailable);
    EXPECT_NE(outcome.stop->error.message().find("does not answer"), std::string::npos);
}

TEST(Discovering, NoPathsAreNoUnits) {
    const auto api = quiet();
    const auto outcome = discover_only(
        {.specification = R"({"openapi": "3.1.0", "webhooks": {"w": {}}})"}, api.url());
    ASSERT_FALSE(outcome.stop);
    EXPECT_TRUE(outcome.discovery.units.empty());
    EXPECT_EQ(outcome.discovery.notices.size(), 1u);
}

std::vector<std::string> groups(const std::vector<std::pair<std::string, std::string>>& paths) {
    std::vector<Operation> operations;
    for (const auto& [path, tag] : paths) {
        operations.push_back({.method = "GET",
                              .path_template = path,
                              .tags = tag.empty() ? std::vector<std::string>{} : std::vector{tag}});
    }
    std::vector<const Operation*> pointers;
    for (const auto& operation : operations) pointers.push_back(&operation);
    return affinities_of(pointers);
}

TEST(Affinity, IsThePrefixAndTheFirstTag) {
    EXPECT_EQ(
        groups(
            {{"/users", "u"}, {"/users/{id}", "u"}, {"/users/{id}/x", "v"}, {"/{tenant}/a", ""}}),
        (std::vector<std::string>{"/users u", "/users u", "/users v", "/{tenant}"}));
}

TEST(Affinity, AGroupOfMoreThanHalfIsSplitByItsNextSegment) {
    const auto names = groups({{"/shops", ""},
                               {"/shops/{id}/orders", ""},
                               {"/shops/{id}/orders/{o}", ""},
                               {"/shops/{id}/staff", ""},
                               {"/x", ""}});
    EXPECT_EQ(names, (std::vector<std::string>{"/shops", "/shops/orders", "/shops/orders",
                                               "/shops/staff", "/x"}));
}

}  // namespace
}  // namespace runner::api
