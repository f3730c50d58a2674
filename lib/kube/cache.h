// What a watcher has told, as facts by key: one writer, on one thread, no locks. Pure.
//
// Fed as the watcher tells its changes: list_started, put…, gone…, list_ended. An object costs its
// facts, its name and 64 bytes.
#pragma once

#include "kube/resource.h"
#include "kube/version.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kube {

// A key that looks into somebody else's texts.
struct KeyView {
    std::string_view namespace_{};
    std::string_view name{};

    KeyView() = default;
    KeyView(std::string_view in, std::string_view called) : namespace_(in), name(called) {}
    KeyView(const ObjectKey& key) : namespace_(key.namespace_), name(key.name) {}
    auto operator<=>(const KeyView&) const = default;
    ObjectKey copy() const;
};

// A key in one block as long as its texts (an ObjectKey takes 64 bytes and more).
class PackedKey {
public:
    explicit PackedKey(KeyView key);
    KeyView view() const {
        Lengths lengths;
        std::memcpy(&lengths, block_.get(), sizeof lengths);
        const char* texts = block_.get() + sizeof lengths;
        return {{texts, lengths.namespace_}, {texts + lengths.namespace_, lengths.name}};
    }

private:
    struct Lengths {
        std::uint32_t namespace_ = 0;
        std::uint32_t name = 0;
    };
    std::unique_ptr<char[]> block_;
};

enum class Put { New, Changed, Same };  // Same: told before with this very resourceVersion

template <typename Facts>
class Cache {
public:
    void list_started() {
        ++list_;
        listing_ = true;
    }

    // `facts` replace what was known.
    Put put(KeyView key, std::string_view resource_version, Facts facts) {
        reach(resource_version);
        auto found = entries_.find(key);
        if (found == entries_.end()) {
            entries_.emplace(PackedKey(key),
                             Entry{Version(resource_version), list_, std::move(facts)});
            return Put::New;
        }
        auto& entry = found->second;
        const bool same = !resource_version.empty() && entry.version == resource_version;
        if (!same) entry.version = Version(resource_version);
        entry.list = list_;
        entry.facts = std::move(facts);
        return same ? Put::Same : Put::Changed;
    }

    // False if it was not known.
    bool gone(KeyView key, std::string_view resource_version) {
        reach(resource_version);
        const auto found = entries_.find(key);
        if (found == entries_.end()) return false;
        entries_.erase(found);
        return true;
    }

    // Drops what the list did not have, and says what that was, by key.
    std::vector<std::pair<ObjectKey, Facts>> list_ended(std::string_view resource_version) {
        std::vector<std::pair<ObjectKey, Facts>> vanished;
        for (auto it = entries_.begin(); it != entries_.end();) {
            if (it->second.list == list_) {
                ++it;
                continue;
            }
            vanished.emplace_back(it->first.view().copy(), std::move(it->second.facts));
            it = entries_.erase(it);
        }
        listing_ = false;
        reached_ = resource_version;
        return vanished;
    }

    // Valid until the next change of that key.
    const Facts* find(KeyView key) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second.facts;
    }
    // Empty if the object is not there.
    std::string resource_version(KeyView key) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? std::string() : found->second.version.text();
    }

    // Calls visit(KeyView, const Facts&) by key order.
    template <typename Visit>
    void each(Visit visit) const {
        for (const auto& [key, entry] : entries_) visit(key.view(), entry.facts);
    }
    template <typename Visit>
    void each_in(std::string_view namespace_, Visit visit) const {
        for (auto it = entries_.lower_bound(KeyView(namespace_, {}));
             it != entries_.end() && it->first.view().namespace_ == namespace_; ++it) {
            visit(it->first.view(), it->second.facts);
        }
    }

    // Read-your-writes: true if a write to `key` that was answered with `resource_version` is in
    // here, be it that the object is gone since. Numbers compare (versions of one resource come in
    // order), all else has to be equal: then a wait may end only by another list.
    bool has_seen(KeyView key, std::string_view resource_version) const {
        const auto found = entries_.find(key);
        if (found != entries_.end() && found->second.version.covers(resource_version)) return true;
        return covers(reached_, resource_version);
    }

    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }

private:
    struct Entry {
        Version version;
        std::uint32_t list;  // the last one that had it, or during or after which it came
        Facts facts;
    };
    struct Less {
        using is_transparent = void;
        bool operator()(const PackedKey& a, const PackedKey& b) const {
            return a.view() < b.view();
        }
        bool operator()(const PackedKey& a, KeyView b) const { return a.view() < b; }
        bool operator()(KeyView a, const PackedKey& b) const { return a < b.view(); }
    };

    // Changes come in the order of their versions; the items of a list do not.
    void reach(std::string_view resource_version) {
        if (!listing_ && !resource_version.empty()) reached_ = resource_version;
    }

    std::map<PackedKey, Entry, Less> entries_{};
    std::uint32_t list_ = 0;  // counts lists
    bool listing_ = false;
    std::string reached_{};  // everything up to here is in
};

}  // namespace kube
