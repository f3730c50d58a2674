// Kinds of the Kubernetes API, and what names one object of them. Pure.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace kube {

// A kind as the API server's paths know it.
struct Resource {
    std::string_view group{};  // "" = the core group
    std::string_view version = "v1";
    std::string_view plural{};
    std::string_view kind{};
    bool namespaced = true;

    std::string api_version() const;  // "v1", "apps/v1"
    bool operator==(const Resource&) const = default;
};

inline constexpr Resource kPods{.plural = "pods", .kind = "Pod"};
inline constexpr Resource kConfigMaps{.plural = "configmaps", .kind = "ConfigMap"};
inline constexpr Resource kServiceAccounts{.plural = "serviceaccounts", .kind = "ServiceAccount"};
inline constexpr Resource kLeases{
    .group = "coordination.k8s.io", .plural = "leases", .kind = "Lease"};
inline constexpr Resource kEvents{.group = "events.k8s.io", .plural = "events", .kind = "Event"};
inline constexpr Resource kTokenReviews{.group = "authentication.k8s.io",
                                        .plural = "tokenreviews",
                                        .kind = "TokenReview",
                                        .namespaced = false};

struct ObjectKey {
    std::string namespace_{};  // empty: cluster-wide kinds
    std::string name{};
    auto operator<=>(const ObjectKey&) const = default;
};
std::string to_string(const ObjectKey& key);  // "namespace/name"

}  // namespace kube
