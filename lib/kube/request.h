// Requests to the API server as values: what to send, not how. Pure; golden-tested.
// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include "kube/resource.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kube {

enum class Verb { Get, List, Watch, Create, Replace, Patch, Delete, DeleteCollection };
std::string_view to_string(Verb verb);  // "get", "update", "deletecollection": as RBAC names it

struct Request {
    Verb verb = Verb::Get;
    std::string method = "GET";
    std::string path{};  // with the query, percent-encoded: "/api/v1/namespaces/x/pods?limit=500"
    std::string content_type{};  // of the body; empty without one
    std::string body{};
    // More headers, as name and value: only what goes through the API server to somebody else (a
    // Service's proxy) needs any.
    std::vector<std::pair<std::string, std::string>> headers{};
    bool operator==(const Request&) const = default;
};

struct ListOptions {
    std::string label_selector{};
    std::string field_selector{};
    std::int64_t limit = 0;  // 0 = all at once
    std::string continue_token{};
    // Not sent with a continue token, which has a version of its own: the server refuses both.
    std::string resource_version{};
    std::string resource_version_match{};  // "NotOlderThan", "Exact" or empty
};

struct WatchOptions {
    std::string label_selector{};
    std::string field_selector{};
    std::string resource_version{};
    // The state first, as ADDED events that end with a bookmark (WatchList, KEP-3157).
    bool send_initial_events = false;
    bool bookmarks = true;
    std::chrono::seconds timeout{0};  // after which the server closes; 0 = its own choice
};

struct WriteOptions {
    std::string field_manager = "scanfleet";
    bool dry_run = false;
    bool strict = false;  // fieldValidation=Strict: unknown fields are refused
};

enum class Propagation { Server, Background, Foreground, Orphan };
struct DeleteOptions {
    std::string uid{};               // precondition: another object of that name stays
    std::string resource_version{};  // precondition
    std::optional<std::int64_t> grace_period_seconds{};
    Propagation propagation = Propagation::Background;
    bool dry_run = false;
};

// `namespace_` empty = all namespaces, for list, watch; ignored for kinds without namespaces.
// An empty name, or one of dots, becomes "_", which no object is called: a path must never mean
// more than one object by mistake.
Request get(const Resource& resource, const ObjectKey& key);
Request list(const Resource& resource, std::string_view namespace_,
             const ListOptions& options = {});
Request watch(const Resource& resource, std::string_view namespace_, const WatchOptions& options);
Request create(const Resource& resource, std::string_view namespace_, std::string body,
               const WriteOptions& options = {});
// A subresource that is created on an object: token, eviction, binding.
Request create_on(const Resource& resource, const ObjectKey& key, std::string_view subresource,
                  std::string body, const WriteOptions& options = {});
// The body carries metadata.resourceVersion: a newer object on the server is a 409.
Request replace(const Resource& resource, const ObjectKey& key, std::string body,
                const WriteOptions& options = {});
// JSON merge patch (RFC 7396). `subresource`: "status" or empty.
Request merge_patch(const Resource& resource, const ObjectKey& key, std::string_view subresource,
                    std::string body, const WriteOptions& options = {});
Request remove(const Resource& resource, const ObjectKey& key, const DeleteOptions& options = {});
// Preconditions do not work here: the server answers 409 half-way. An empty selector means every
// object of the namespace.
Request remove_collection(const Resource& resource, std::string_view namespace_,
                          std::string_view label_selector, const DeleteOptions& options = {});

}  // namespace kube
