#include "kube/request.h"

#include "base/json.h"
#include "base/text.h"
#include "net/url.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace kube {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";

// No object can be called so: the answer is 404. An empty name would make a path that means the
// whole collection, and one of dots a path that means another object.
constexpr std::string_view kNobody = "_";

std::string segment(std::string_view text) {
    const bool only_dots = text.find_first_not_of('.') == std::string_view::npos;
    return only_dots ? std::string(kNobody) : base::percent_encode(text);
}

std::string collection_path(const Resource& resource, std::string_view namespace_) {
    auto path = resource.group.empty()
                    ? fmt::format("/api/{}", resource.version)
                    : fmt::format("/apis/{}/{}", resource.group, resource.version);
    if (resource.namespaced && !namespace_.empty())
        path += fmt::format("/namespaces/{}", segment(namespace_));
    return fmt::format("{}/{}", path, resource.plural);
}

std::string object_path(const Resource& resource, const ObjectKey& key,
                        std::string_view subresource = {}) {
    auto path = fmt::format("{}/{}", collection_path(resource, key.namespace_), segment(key.name));
    if (!subresource.empty()) path += fmt::format("/{}", segment(subresource));
    return path;
}

std::string with_query(std::string path, const Parameters& parameters) {
    if (parameters.empty()) return path;
    return path + "?" + net::build_query(parameters);
}

void add(Parameters& parameters, std::string_view name, std::string_view value) {
    if (!value.empty()) parameters.emplace_back(name, value);
}

Parameters parameters_of(const WriteOptions& options) {
    Parameters parameters;
    if (options.dry_run) add(parameters, "dryRun", "All");
    add(parameters, "fieldManager", options.field_manager);
    if (options.strict) add(parameters, "fieldValidation", "Strict");
    return parameters;
}

std::string_view policy_name(Propagation propagation) {
    switch (propagation) {
    case Propagation::Server: return "";
    case Propagation::Background: return "Background";
    case Propagation::Foreground: return "Foreground";
    case Propagation::Orphan: return "Orphan";
    }
    std::unreachable();
}

std::string body_of(const DeleteOptions& options) {
    base::Json body = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
    if (options.dry_run) body["dryRun"] = base::Json::array({"All"});
    if (options.grace_period_seconds) body["gracePeriodSeconds"] = *options.grace_period_seconds;
    if (!options.uid.empty()) body["preconditions"]["uid"] = options.uid;
    if (!options.resource_version.empty())
        body["preconditions"]["resourceVersion"] = options.resource_version;
    if (const auto policy = policy_name(options.propagation); !policy.empty())
        body["propagationPolicy"] = policy;
    return base::dump_json(body);
}

Request with_body(Verb verb, std::string_view method, std::string path, std::string body,
                  std::string_view content_type = kJson) {
    return {.verb = verb,
            .method = std::string(method),
            .path = std::move(path),
            .content_type = std::string(content_type),
            .body = std::move(body)};
}

}  // namespace

std::string_view to_string(Verb verb) {
    switch (verb) {
    case Verb::Get: return "get";
    case Verb::List: return "list";
    case Verb::Watch: return "watch";
    case Verb::Create: return "create";
    case Verb::Replace: return "update";
    case Verb::Patch: return "patch";
    case Verb::Delete: return "delete";
    case Verb::DeleteCollection: return "deletecollection";
    }
    std::unreachable();
}

Request get(const Resource& resource, const ObjectKey& key) {
    return {.verb = Verb::Get, .path = object_path(resource, key)};
}

Request list(const Resource& resource, std::string_view namespace_, const ListOptions& options) {
    Parameters parameters;
    add(parameters, "labelSelector", options.label_selector);
    add(parameters, "fieldSelector", options.field_selector);
    if (options.limit > 0) add(parameters, "limit", std::to_string(options.limit));
    add(parameters, "continue", options.continue_token);
    if (options.continue_token.empty()) {
        add(parameters, "resourceVersion", options.resource_version);
        add(parameters, "resourceVersionMatch", options.resource_version_match);
    }
    return {.verb = Verb::List,
            .path = with_query(collection_path(resource, namespace_), parameters)};
}

Request watch(const Resource& resource, std::string_view namespace_, const WatchOptions& options) {
    Parameters parameters = {{"watch", "true"}};
    add(parameters, "labelSelector", options.label_selector);
    add(parameters, "fieldSelector", options.field_selector);
    add(parameters, "resourceVersion", options.resource_version);
    // The server refuses sendInitialEvents without the other two.
    if (options.send_initial_events) {
        add(parameters, "sendInitialEvents", "true");
        add(parameters, "resourceVersionMatch", "NotOlderThan");
    }
    if (options.bookmarks || options.send_initial_events)
        add(parameters, "allowWatchBookmarks", "true");
    if (options.timeout.count() > 0)
        add(parameters, "timeoutSeconds", std::to_string(options.timeout.count()));
    return {.verb = Verb::Watch,
            .path = with_query(collection_path(resource, namespace_), parameters)};
}

Request create(const Resource& resource, std::string_view namespace_, std::string body,
               const WriteOptions& options) {
    return with_body(Verb::Create, "POST",
                     with_query(collection_path(resource, namespace_), parameters_of(options)),
                     std::move(body));
}

Request create_on(const Resource& resource, const ObjectKey& key, std::string_view subresource,
                  std::string body, const WriteOptions& options) {
    return with_body(Verb::Create, "POST",
                     with_query(object_path(resource, key, subresource), parameters_of(options)),
                     std::move(body));
}

Request replace(const Resource& resource, const ObjectKey& key, std::string body,
                const WriteOptions& options) {
    return with_body(Verb::Replace, "PUT",
                     with_query(object_path(resource, key), parameters_of(options)),
                     std::move(body));
}

Request merge_patch(const Resource& resource, const ObjectKey& key, std::string_view subresource,
                    std::string body, const WriteOptions& options) {
    return with_body(Verb::Patch, "PATCH",
                     with_query(object_path(resource, key, subresource), parameters_of(options)),
                     std::move(body), kMergePatch);
}

Request remove(const Resource& resource, const ObjectKey& key, const DeleteOptions& options) {
    return with_body(Verb::Delete, "DELETE", object_path(resource, key), body_of(options));
}

Request remove_collection(const Resource& resource, std::string_view namespace_,
                          std::string_view label_selector, const DeleteOptions& options) {
    Parameters parameters;
    add(parameters, "labelSelector", label_selector);
    return with_body(Verb::DeleteCollection, "DELETE",
                     with_query(collection_path(resource, namespace_), parameters),
                     body_of(options));
}

}  // namespace kube
