// Ways in and words out: routes, Status objects, what the rest of the cluster does. Reads:
// fake_api_reads.cc, writes: fake_api_writes.cc.
#include "fakes/fake_api_server.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace fakes {

using base::Json;
using std::string_view;

namespace {

string_view reason_of(int code) {
    switch (code) {
    case 400: return "BadRequest";
    case 403: return "Forbidden";
    case 404: return "NotFound";
    case 405: return "MethodNotAllowed";
    case 409: return "Conflict";
    case 410: return "Expired";
    case 415: return "UnsupportedMediaType";
    case 422: return "Invalid";
    case 429: return "TooManyRequests";
    case 503: return "ServiceUnavailable";
    case 504: return "Timeout";
    default: return "InternalError";
    }
}

}  // namespace

std::string kube_time(base::Instant instant) {
    auto text = base::format_instant(std::chrono::floor<std::chrono::seconds>(instant));
    text.replace(text.size() - 5, 5, "Z");
    return text;
}

std::string FakeApiServer::Kind::collection() const {
    if (resource.group.empty()) return std::string(resource.plural);
    return fmt::format("{}.{}", resource.plural, resource.group);
}

FakeApiServer::FakeApiServer() {
    for (const auto* one : {&kube::kPods, &kube::kConfigMaps, &kube::kServiceAccounts,
                            &kube::kLeases, &kube::kEvents})
        kinds_.push_back(std::make_unique<Kind>(Kind{.resource = *one}));
}

void FakeApiServer::serve(const kube::Resource& custom) {
    kinds_.push_back(std::make_unique<Kind>(Kind{.resource = custom, .custom = true}));
}

const FakeApiServer::Kind* FakeApiServer::kind_of(const kube::Resource& resource) const {
    for (const auto& kind : kinds_) {
        if (kind->resource == resource) return kind.get();
    }
    return nullptr;
}

// ---- routes ----

std::string FakeApiServer::Route::value(string_view wanted) const {
    const auto found = query.find(wanted);
    return found == query.end() ? std::string() : found->second;
}

std::optional<FakeApiServer::Route> FakeApiServer::route_of(const kube::Request& request) const {
    Route route;
    const string_view whole = request.path;
    const auto mark = whole.find('?');
    if (mark != string_view::npos) {
        for (const auto pair : base::split(whole.substr(mark + 1), '&')) {
            const auto equals = std::min(pair.find('='), pair.size());
            const auto value = pair.substr(std::min(equals + 1, pair.size()));
            route.query[base::percent_decode(pair.substr(0, equals))] = base::percent_decode(value);
        }
    }
    const auto pieces = base::split(whole.substr(1, std::min(mark, whole.size()) - 1), '/');
    for (const auto& kind : kinds_) {
        const auto& resource = kind->resource;
        std::vector<string_view> head = {"api", resource.version};
        if (!resource.group.empty()) head = {"apis", resource.group, resource.version};
        if (pieces.size() <= head.size() || !std::equal(head.begin(), head.end(), pieces.begin()))
            continue;
        std::size_t at = head.size();
        std::string in;
        if (pieces[at] == "namespaces" && pieces.size() > at + 2) {
            in = base::percent_decode(pieces[at + 1]);
            at += 2;
        }
        if (pieces[at] != resource.plural || pieces.size() > at + 3) continue;
        route.kind = kind.get();
        route.namespace_ = in;
        if (pieces.size() > at + 1) route.name = base::percent_decode(pieces[at + 1]);
        if (pieces.size() > at + 2) route.subresource = pieces[at + 2];
        return route;
    }
    return std::nullopt;
}

FakeApiServer::Reply FakeApiServer::reply(const Json& object, int status) {
    return {.status = status, .body = base::dump_json(object)};
}

FakeApiServer::Reply FakeApiServer::refusal(const ApiRefusal& why, const Route* route) {
    Json details = Json::object();
    if (route != nullptr && route->kind != nullptr) {
        if (!route->name.empty()) details["name"] = route->name;
        if (!route->kind->resource.group.empty()) details["group"] = route->kind->resource.group;
        details["kind"] = route->kind->resource.plural;
    }
    if (!why.cause.empty()) details["causes"] = Json::array({{{"reason", why.cause}}});
    if (why.retry_after) details["retryAfterSeconds"] = *why.retry_after;
    auto out = reply({{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", Json::object()},
                      {"status", "Failure"},
                      {"message", why.message},
                      {"reason", why.reason.empty() ? reason_of(why.code) : why.reason},
                      {"details", details},
                      {"code", why.code}},
                     why.code);
    out.retry_after = why.retry_after;
    return out;
}

kube::Answer FakeApiServer::answer_of(const Reply& reply, base::Instant now) const {
    kube::Answer answer{.status = reply.status, .body = reply.body};
    if (reply.status >= 200 && reply.status < 300) return answer;
    net::Response response;
    response.status = reply.status;
    response.body = reply.body;
    if (reply.retry_after) response.headers.add("Retry-After", std::to_string(*reply.retry_after));
    answer.error = kube::api_error_of(response, now);
    return answer;
}

kube::Answer FakeApiServer::handle(const kube::Request& request, base::Instant now) {
    return answer_of(dispatch(request, now), now);
}

FakeApiServer::Reply FakeApiServer::dispatch(const kube::Request& request, base::Instant now) {
    auto route = route_of(request);
    if (!route || (!route->subresource.empty() && route->subresource != "status"))
        return {.status = 404, .body = "404 page not found\n"};
    if (refuse_) {
        if (auto why = refuse_(request)) return refusal(*why, &*route);
    }
    if (!route->value("dryRun").empty())
        return refusal({.code = 400, .reason = {}, .message = "dryRun: not by this fake"});
    if (request.method == "GET") return route->name.empty() ? list(*route) : get(*route);
    if (request.method == "POST" && route->name.empty()) return create(*route, request, now);
    if ((request.method == "PUT" || request.method == "PATCH") && !route->name.empty())
        return write(*route, request, now);
    if (request.method == "DELETE" && route->subresource.empty())
        return route->name.empty() ? remove_all(*route, request, now)
                                   : remove_one(*route, request, now);
    return refusal({.code = 405,
                    .reason = {},
                    .message = "the server does not allow this method on the requested resource"},
                   &*route);
}

// ---- the rest of the cluster ----

const Json* FakeApiServer::find(const kube::Resource& resource, const kube::ObjectKey& key) const {
    const auto found = objects_.find(key_of(*kind_of(resource), key));
    return found == objects_.end() ? nullptr : found->second.get();
}

std::vector<FakeApiServer::Object> FakeApiServer::all(const kube::Resource& resource) const {
    const auto collection = kind_of(resource)->collection();
    std::vector<Object> out;
    for (auto it = objects_.lower_bound({collection, {}});
         it != objects_.end() && it->first.first == collection; ++it)
        out.push_back(it->second);
    return out;
}

bool FakeApiServer::edit(const kube::Resource& resource, const kube::ObjectKey& key,
                         const std::function<void(Json&)>& change, base::Instant now) {
    const auto found = objects_.find(key_of(*kind_of(resource), key));
    if (found == objects_.end()) return false;
    Json object = *found->second;
    change(object);
    if (object != *found->second) store(*kind_of(resource), std::move(object), now);
    return true;
}

void FakeApiServer::put(const kube::Resource& resource, Json object, base::Instant now) {
    const Kind& kind = *kind_of(resource);
    auto& metadata = object["metadata"];
    object["apiVersion"] = resource.api_version();
    object["kind"] = resource.kind;
    if (base::get_string(metadata, "uid").empty())
        metadata["uid"] = fmt::format("00000000-0000-4000-8000-{:012}", ++uids_);
    metadata["creationTimestamp"] = kube_time(now);
    if (kind.custom) metadata["generation"] = 1;
    store(kind, std::move(object), now);
}

void FakeApiServer::remove(const kube::Resource& resource, const kube::ObjectKey& key,
                           base::Instant now) {
    const auto id = key_of(*kind_of(resource), key);
    if (objects_.contains(id)) erase(id, now);
}

bool FakeApiServer::collect_garbage(base::Instant now) {
    std::set<std::string> uids;
    for (const auto& [key, object] : objects_)
        uids.insert(base::get_string((*object)["metadata"], "uid"));
    std::vector<Key> orphans;
    for (const auto& [key, object] : objects_) {
        const Json& metadata = (*object)["metadata"];
        const Json* owners = base::find(metadata, "ownerReferences");
        if (owners == nullptr || owners->empty() || metadata.contains("deletionTimestamp"))
            continue;
        const bool owned = std::ranges::any_of(
            *owners, [&](const Json& one) { return uids.contains(base::get_string(one, "uid")); });
        if (!owned) orphans.push_back(key);
    }
    for (const auto& key : orphans) begin_deletion(key, Json::object(), now);
    bool finished = false;
    std::vector<Key> waiting;
    for (const auto& [key, object] : objects_) {
        if ((*object)["metadata"].contains("finalizers")) waiting.push_back(key);
    }
    for (const auto& key : waiting) finished = finish_deletion(key, now) || finished;
    return finished || !orphans.empty();
}

void FakeApiServer::compact() {
    compacted_ = version_;
    rests_.clear();
}

}  // namespace fakes
