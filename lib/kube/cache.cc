#include "kube/cache.h"

#include <algorithm>

namespace kube {

ObjectKey KeyView::copy() const {
    return {.namespace_ = std::string(namespace_), .name = std::string(name)};
}

PackedKey::PackedKey(KeyView key)
    : block_(std::make_unique_for_overwrite<char[]>(sizeof(Lengths) + key.namespace_.size() +
                                                    key.name.size())) {
    const Lengths lengths{static_cast<std::uint32_t>(key.namespace_.size()),
                          static_cast<std::uint32_t>(key.name.size())};
    std::memcpy(block_.get(), &lengths, sizeof lengths);
    auto* to = block_.get() + sizeof lengths;
    to = std::copy(key.namespace_.begin(), key.namespace_.end(), to);
    std::copy(key.name.begin(), key.name.end(), to);
}

}  // namespace kube
