// resourceVersions in eight bytes, and the one comparison of them that is allowed. Pure.
// Source: KEP-5504: numbers of one resource compare as numbers; all else is opaque.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kube {

// True if who has seen `seen` has seen `wanted` too: both are numbers of the same resource and
// `seen` is not the smaller one, or they are equal.
bool covers(std::string_view seen, std::string_view wanted);

// A resourceVersion that is kept for each object: a number within eight bytes, a text of its own
// where it is none. Moves only.
class Version {
public:
    Version() = default;
    explicit Version(std::string_view text);
    Version(Version&& other) noexcept : bits_(other.bits_) { other.bits_ = 0; }
    Version& operator=(Version&& other) noexcept;
    ~Version() { clear(); }

    std::string text() const;
    bool empty() const { return bits_ == 0; }
    bool operator==(std::string_view text) const;
    // Of the same resource.
    bool covers(std::string_view wanted) const;

private:
    bool is_number() const { return (bits_ & 1) != 0; }
    const std::string* opaque() const { return reinterpret_cast<const std::string*>(bits_); }
    void clear();

    // 0: empty; odd: number · 2 + 1; even: where the text stands.
    std::uintptr_t bits_ = 0;
};
static_assert(sizeof(Version) == 8);

}  // namespace kube
