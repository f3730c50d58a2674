#include "kube/resource.h"

#include <fmt/format.h>

namespace kube {

std::string Resource::api_version() const {
    return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

std::string to_string(const ObjectKey& key) {
    return key.namespace_.empty() ? key.name : fmt::format("{}/{}", key.namespace_, key.name);
}

}  // namespace kube
