// An API server with one kind of objects, as far as a watcher can see it.
//
// Gaps: no namespaces, no selectors, no time; objects are
// {"metadata":{name,resourceVersion},"n":…}.
#pragma once

#include "kube/call.h"
#include "watch_desk.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kube {

class WatchServer {
public:
    explicit WatchServer(bool has_watch_list) : has_watch_list_(has_watch_list) {}

    void put(const std::string& name) {
        ++version_;
        const bool is_new = objects_.count(name) == 0;
        objects_[name] = version_;
        history_.push_back(
            {version_, line_of(is_new ? "ADDED" : "MODIFIED", text(name, version_))});
    }
    void erase(const std::string& name) {
        if (objects_.erase(name) == 0) return;
        ++version_;
        history_.push_back({version_, line_of("DELETED", text(name, version_))});
    }
    void compact() {
        compacted_ = version_;
        history_.clear();
        snapshots_.clear();
    }

    // A stream that was asked for: from where, and what is still to be sent of its state.
    struct Stream {
        std::uint64_t from = 0;
        std::vector<std::string> state{};
    };
    // The stream, or why not.
    std::optional<ApiError> open(const std::string& path, Stream& stream) const {
        if (path.find("sendInitialEvents") != std::string::npos) {
            if (!has_watch_list_) return refused(422, "Invalid");
            for (const auto& [name, version] : objects_)
                stream.state.push_back(added_text(name, version));
            stream.state.push_back(initial_end(std::to_string(version_)));
            stream.from = version_;
            return std::nullopt;
        }
        stream.from = std::stoull(parameter(path, "resourceVersion"));
        if (stream.from < compacted_) return refused(410, "Expired");
        return std::nullopt;
    }
    // The next line, or nothing.
    std::optional<std::string> next(Stream& stream) const {
        if (!stream.state.empty()) {
            auto line = stream.state.front();
            stream.state.erase(stream.state.begin());
            return line;
        }
        if (stream.from < compacted_)
            return line_of("ERROR", R"({"kind":"Status","reason":"Expired","code":410})");
        for (const auto& [version, line] : history_) {
            if (version <= stream.from) continue;
            stream.from = version;
            return line;
        }
        return std::nullopt;
    }
    std::string bookmark_line(const Stream& stream) const {
        return bookmark(std::to_string(stream.from));
    }

    // A page of two objects.
    Answer page(const std::string& path) {
        auto token = parameter(path, "continue");
        if (token.empty()) {
            token = std::to_string(++tokens_);
            snapshots_[token] = {version_, {objects_.begin(), objects_.end()}};
        }
        const auto found = snapshots_.find(token);
        if (found == snapshots_.end()) return {.status = 410, .error = refused(410, "Expired")};
        auto [version, rest] = found->second;
        snapshots_.erase(found);
        std::vector<std::string> items;
        while (!rest.empty() && items.size() < 2) {
            items.push_back(text(rest.front().first, rest.front().second));
            rest.erase(rest.begin());
        }
        std::string next;
        if (!rest.empty()) {
            next = std::to_string(++tokens_);
            snapshots_[next] = {version, rest};
        }
        return {.status = 200,
                .body = fmt::format(
                    R"({{"metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
                    version, next, base::join(items, ","))};
    }

    const std::map<std::string, std::uint64_t>& objects() const { return objects_; }

private:
    static std::string text(const std::string& name, std::uint64_t version) {
        return object_text(name, std::to_string(version));
    }
    static std::string added_text(const std::string& name, std::uint64_t version) {
        return line_of("ADDED", text(name, version));
    }
    static std::string parameter(const std::string& path, const std::string& name) {
        const auto at = path.find(name + "=");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 1;
        return path.substr(begin, path.find('&', begin) - begin);
    }

    struct Snapshot {
        std::uint64_t version = 0;
        std::vector<std::pair<std::string, std::uint64_t>> rest{};
    };
    bool has_watch_list_;
    std::uint64_t version_ = 1;
    std::uint64_t compacted_ = 1;
    std::uint64_t tokens_ = 0;
    std::map<std::string, std::uint64_t> objects_;
    std::vector<std::pair<std::uint64_t, std::string>> history_;
    std::map<std::string, Snapshot> snapshots_;
};

}  // namespace kube
