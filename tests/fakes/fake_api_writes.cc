// Writes: create, replace, patch, delete, and what follows from them.
#include "base/json.h"
#include "fakes/fake_api_server.h"

#include <fmt/format.h>

#include <algorithm>

namespace fakes {

using base::Json;

namespace {

constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::int64_t kPodGraceSeconds = 30;

std::string named(const FakeApiServer::Kind& kind, const std::string& name) {
    return fmt::format("{} \"{}\"", kind.collection(), name);
}

// What nobody may change by a write.
void keep_system_fields(Json& object, const Json& old) {
    for (const auto* name : {"uid", "name", "namespace", "creationTimestamp", "generation",
                             "deletionTimestamp", "deletionGracePeriodSeconds"}) {
        const Json* before = base::find(old["metadata"], name);
        if (before != nullptr)
            object["metadata"][name] = *before;
        else
            object["metadata"].erase(name);
    }
}

Json without_version(Json object) {
    object["metadata"].erase("resourceVersion");
    return object;
}

Json without_metadata(Json object) {
    object.erase("metadata");
    object.erase("status");
    return object;
}

bool is_over(const Json& pod) {
    const Json* status = base::find(pod, "status");
    if (status == nullptr) return false;
    const auto phase = base::get_string(*status, "phase");
    return phase == "Succeeded" || phase == "Failed";
}

// CheckGracefulDelete of the Pod strategy.
std::int64_t grace_of(const Json& pod, const Json& options) {
    const Json* spec = base::find(pod, "spec");
    const bool placed = spec != nullptr && !base::get_string(*spec, "nodeName").empty();
    if (!placed || is_over(pod)) return 0;
    const auto own = base::get_int(*spec, "terminationGracePeriodSeconds", kPodGraceSeconds);
    return std::max<std::int64_t>(0, base::get_int(options, "gracePeriodSeconds", own));
}

bool depends_on(const Json& object, const std::string& uid) {
    const Json* owners = base::find(object["metadata"], "ownerReferences");
    return owners != nullptr && std::ranges::any_of(*owners, [&](const Json& one) {
               return base::get_string(one, "uid") == uid;
           });
}

}  // namespace

FakeApiServer::Object FakeApiServer::store(const Kind& kind, Json object, base::Instant now) {
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    const kube::ObjectKey key{base::get_string(object["metadata"], "namespace"),
                              base::get_string(object["metadata"], "name")};
    auto& slot = objects_[key_of(kind, key)];
    const Object before = std::exchange(slot, std::make_shared<const Json>(std::move(object)));
    history_.push_back({.type = before ? Change::Type::Modified : Change::Type::Added,
                        .version = version_,
                        .kind = &kind,
                        .key = key,
                        .object = slot,
                        .before = before,
                        .at = now});
    return slot;
}

FakeApiServer::Object FakeApiServer::erase(const Key& key, base::Instant now) {
    const auto found = objects_.find(key);
    const Object before = found->second;
    objects_.erase(found);
    Json last = *before;
    last["metadata"]["resourceVersion"] = std::to_string(++version_);
    const auto kind = std::ranges::find_if(
        kinds_, [&](const auto& one) { return one->collection() == key.first; });
    history_.push_back({.type = Change::Type::Deleted,
                        .version = version_,
                        .kind = kind->get(),
                        .key = key.second,
                        .object = std::make_shared<const Json>(std::move(last)),
                        .before = before,
                        .at = now});
    return history_.back().object;
}

std::optional<ApiRefusal> FakeApiServer::refuse_create(const Route& route,
                                                       const Json& object) const {
    const auto name = base::get_string(object["metadata"], "name");
    const auto forbidden = [&](std::string_view why, std::string cause = {}) {
        return ApiRefusal{.code = 403,
                          .reason = "Forbidden",
                          .message =
                              fmt::format("{} is forbidden: {}", named(*route.kind, name), why),
                          .cause = std::move(cause)};
    };
    if (terminating_.contains(route.namespace_)) {
        return forbidden(fmt::format("unable to create new content in namespace {} because it is "
                                     "being terminated",
                                     route.namespace_),
                         "NamespaceTerminating");
    }
    if (route.kind->resource != kube::kPods) return std::nullopt;
    const Json* spec = base::find(object, "spec");
    const auto account =
        spec == nullptr ? "default" : base::get_string(*spec, "serviceAccountName", "default");
    if (find(kube::kServiceAccounts, {route.namespace_, account}) != nullptr) return std::nullopt;
    return forbidden(
        fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                    route.namespace_, account, account));
}

FakeApiServer::Reply FakeApiServer::create(const Route& route, const kube::Request& request,
                                           base::Instant now) {
    auto parsed = base::parse_json(request.body);
    if (!parsed || !parsed->is_object() || request.content_type != "application/json")
        return refusal({.code = 400, .reason = {}, .message = "the body is no object as JSON"});
    Json object = std::move(*parsed);
    const auto& resource = route.kind->resource;
    if (base::get_string(object, "kind") != resource.kind ||
        base::get_string(object, "apiVersion") != resource.api_version())
        return refusal(
            {.code = 400,
             .reason = {},
             .message = "the object provided is unrecognized: wrong kind or apiVersion"});
    Json& metadata = object["metadata"];
    if (base::get_string(metadata, "namespace", route.namespace_) != route.namespace_)
        return refusal({.code = 400,
                        .reason = {},
                        .message = "the namespace of the provided object does not match the "
                                   "namespace sent on the request"});
    metadata["namespace"] = route.namespace_;
    if (const auto stem = base::get_string(metadata, "generateName");
        !stem.empty() && base::get_string(metadata, "name").empty())
        metadata["name"] = fmt::format("{}{:05}", stem, ++uids_);
    const auto name = base::get_string(metadata, "name");
    if (name.empty())
        return refusal(
            {.code = 422,
             .reason = {},
             .message = "metadata.name: Required value: name or generateName is required"},
            &route);
    if (const auto why = refuse_create(route, object)) return refusal(*why, &route);
    const auto there = objects_.find(key_of(*route.kind, {route.namespace_, name}));
    if (there != objects_.end()) {
        const bool going = (*there->second)["metadata"].contains("deletionTimestamp");
        return refusal(
            {.code = 409,
             .reason = "AlreadyExists",
             .message = fmt::format("{}{} already exists", going ? "object is being deleted: " : "",
                                    named(*route.kind, name))},
            &route);
    }
    metadata["uid"] = fmt::format("00000000-0000-4000-8000-{:012}", ++uids_);
    metadata["creationTimestamp"] = kube_time(now);
    if (route.kind->custom) {
        metadata["generation"] = 1;
        object.erase("status");
    }
    if (resource == kube::kPods)
        object["status"] = {{"phase", "Pending"}, {"qosClass", "Burstable"}};
    return reply(*store(*route.kind, std::move(object), now), 201);
}

FakeApiServer::Reply FakeApiServer::write(const Route& route, const kube::Request& request,
                                          base::Instant now) {
    const auto key = key_of(*route.kind, {route.namespace_, route.name});
    const auto found = objects_.find(key);
    if (found == objects_.end())
        return refusal({.code = 404,
                        .reason = {},
                        .message = fmt::format("{} not found", named(*route.kind, route.name))},
                       &route);
    const bool patches = request.method == "PATCH";
    if (patches && request.content_type != "application/merge-patch+json")
        return refusal(
            {.code = 415, .reason = {}, .message = "this fake takes merge patches only"});
    const auto body = base::parse_json(request.body);
    if (!body || !body->is_object())
        return refusal({.code = 400, .reason = {}, .message = "the body is no object as JSON"});
    const Json old = *found->second;
    const Json* asked = base::find(*body, "metadata");
    const auto version = asked == nullptr ? "" : base::get_string(*asked, "resourceVersion");
    if (!patches && version.empty())
        return refusal({.code = 422,
                        .reason = {},
                        .message = fmt::format("{} is invalid: metadata.resourceVersion: Invalid "
                                               "value: 0x0: must be specified for an update",
                                               named(*route.kind, route.name))},
                       &route);
    if (!version.empty() && version != base::get_string(old["metadata"], "resourceVersion"))
        return refusal({.code = 409,
                        .reason = {},
                        .message = fmt::format(
                            "Operation cannot be fulfilled on {}: the object has been modified; "
                            "please apply your changes to the latest version and try again",
                            named(*route.kind, route.name))},
                       &route);
    Json object = *body;
    if (patches) {
        object = old;
        object.merge_patch(*body);
    }
    const Json* new_status = base::find(object, "status");
    const Json status = new_status == nullptr ? Json() : *new_status;
    if (route.subresource == "status") {
        object = old;
        object.erase("status");
        if (!status.is_null()) object["status"] = status;
    } else if (route.kind->custom) {
        object.erase("status");
        if (const Json* kept = base::find(old, "status")) object["status"] = *kept;
    }
    keep_system_fields(object, old);
    if (base::get_bool(old, "immutable") &&
        object.value("data", Json()) != old.value("data", Json()))
        return refusal({.code = 422,
                        .reason = {},
                        .message = "data: Forbidden: field is immutable when `immutable` is set"},
                       &route);
    if (without_version(object) == without_version(old)) return reply(old);
    if (route.kind->custom && without_metadata(object) != without_metadata(old))
        object["metadata"]["generation"] = base::get_int(old["metadata"], "generation") + 1;
    const auto stored = store(*route.kind, std::move(object), now);
    finish_deletion(key, now);
    return reply(*stored);
}

FakeApiServer::Object FakeApiServer::begin_deletion(const Key& key, const Json& options,
                                                    base::Instant now) {
    Json object = *objects_.at(key);
    Json& metadata = object["metadata"];
    if (base::get_string(options, "propagationPolicy") == "Foreground" &&
        !metadata.contains("deletionTimestamp"))
        metadata["finalizers"].push_back(kForeground);
    const bool held = metadata.contains("finalizers") && !metadata["finalizers"].empty();
    const auto grace = key.first == "pods" ? grace_of(object, options) : 0;
    if (grace == 0 && !held) return erase(key, now);
    const auto until = kube_time(now + std::chrono::seconds(grace));
    const auto before = base::get_string(metadata, "deletionTimestamp");
    // Never later than asked for before: the texts compare as the times do.
    if (!before.empty() && before <= until) return objects_.at(key);
    metadata["deletionTimestamp"] = until;
    metadata["deletionGracePeriodSeconds"] = grace;
    const auto kind = std::ranges::find_if(
        kinds_, [&](const auto& one) { return one->collection() == key.first; });
    return store(**kind, std::move(object), now);
}

// An object that is being deleted goes with its last finalizer; ours is kept until no dependent is
// left that blocks it.
bool FakeApiServer::finish_deletion(const Key& key, base::Instant now) {
    const auto found = objects_.find(key);
    if (found == objects_.end() || key.first == "pods") return false;
    const Json& metadata = (*found->second)["metadata"];
    if (!metadata.contains("deletionTimestamp")) return false;
    std::vector<std::string> finalizers;
    if (const Json* list = base::find(metadata, "finalizers"))
        finalizers = list->get<std::vector<std::string>>();
    if (std::ranges::find(finalizers, kForeground) != finalizers.end()) {
        const auto uid = base::get_string(metadata, "uid");
        std::vector<Key> dependents;
        for (const auto& [other, object] : objects_) {
            if (depends_on(*object, uid)) dependents.push_back(other);
        }
        for (const auto& other : dependents) {
            if (!(*objects_.at(other))["metadata"].contains("deletionTimestamp"))
                begin_deletion(other, Json::object(), now);
        }
        const bool blocked = std::ranges::any_of(
            dependents, [&](const Key& other) { return objects_.contains(other); });
        if (blocked) return false;
        std::erase(finalizers, kForeground);
    }
    if (!finalizers.empty()) return false;
    erase(key, now);
    return true;
}

FakeApiServer::Reply FakeApiServer::remove_one(const Route& route, const kube::Request& request,
                                               base::Instant now) {
    const auto key = key_of(*route.kind, {route.namespace_, route.name});
    const auto found = objects_.find(key);
    if (found == objects_.end())
        return refusal({.code = 404,
                        .reason = {},
                        .message = fmt::format("{} not found", named(*route.kind, route.name))},
                       &route);
    const Json options = base::parse_json(request.body).value_or(Json::object());
    if (options.contains("dryRun"))
        return refusal({.code = 400, .reason = {}, .message = "dryRun: not by this fake"});
    const Json& metadata = (*found->second)["metadata"];
    const Json* conditions = base::find(options, "preconditions");
    for (const auto* name : {"uid", "resourceVersion"}) {
        const auto wanted = conditions == nullptr ? "" : base::get_string(*conditions, name);
        if (wanted.empty() || wanted == base::get_string(metadata, name)) continue;
        return refusal({.code = 409,
                        .reason = {},
                        .message = fmt::format("Operation cannot be fulfilled on {}: Precondition "
                                               "failed: {} in precondition: {}, in object meta: {}",
                                               named(*route.kind, route.name), name, wanted,
                                               base::get_string(metadata, name))},
                       &route);
    }
    const auto last = begin_deletion(key, options, now);
    if (route.kind->resource == kube::kPods) return reply(*last);
    return reply({{"kind", "Status"},
                  {"apiVersion", "v1"},
                  {"metadata", Json::object()},
                  {"status", "Success"},
                  {"details",
                   {{"name", route.name},
                    {"kind", route.kind->resource.plural},
                    {"uid", base::get_string((*last)["metadata"], "uid")}}}});
}

FakeApiServer::Reply FakeApiServer::remove_all(const Route& route, const kube::Request& request,
                                               base::Instant now) {
    const auto selectors = selectors_of(route);
    if (!selectors)
        return refusal({.code = 400, .reason = {}, .message = selectors.error().message()});
    const Json options = base::parse_json(request.body).value_or(Json::object());
    const Watch wanted{.kind = route.kind,
                       .namespace_ = route.namespace_,
                       .labels = selectors->first,
                       .fields = selectors->second};
    std::vector<Key> keys;
    for (const auto& [key, object] : objects_) {
        if (key.first == route.kind->collection() && is_wanted(wanted, *object))
            keys.push_back(key);
    }
    Json items = Json::array();
    for (const auto& key : keys) items.push_back(*begin_deletion(key, options, now));
    return reply({{"kind", fmt::format("{}List", route.kind->resource.kind)},
                  {"apiVersion", route.kind->resource.api_version()},
                  {"metadata", {{"resourceVersion", std::to_string(version_)}}},
                  {"items", std::move(items)}});
}

}  // namespace fakes
