// What comes from a watch and from a list, cut into pieces: the objects stay JSON, only what moves
// a watcher on is read. Pure; foreign bytes.
// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/, KEP-3157
#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

struct WatchEvent {
    enum class Type { Added, Modified, Deleted, Bookmark, Error, Unknown } type = Type::Unknown;
    std::string_view object{};            // its JSON, a part of the line
    std::string_view resource_version{};  // its own; empty if it has none; for ERROR too
    bool initial_end = false;             // the bookmark that ends the state of a WatchList
};

// Reads lines one after the other; keeps its buffers. Not thread-safe.
class WatchEventParser {
public:
    WatchEventParser();
    ~WatchEventParser();
    WatchEventParser(WatchEventParser&&) noexcept;
    WatchEventParser& operator=(WatchEventParser&&) noexcept;

    // Invalid: not one whole JSON object with `type` and `object`, a resourceVersion beyond 1 KiB.
    // TooLarge: more than 16 MiB. Brackets, strings and UTF-8 are checked over the whole line, all
    // else only where it is read: what the object says is for its reader to check.
    // `resource_version` is valid until the next call, `object` as long as `line`.
    base::Result<WatchEvent> parse(std::string_view line);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// A page of a list. Items of typed lists have no apiVersion and kind.
struct ListPage {
    struct Item {
        std::string_view object{};  // a part of the body
        std::string resource_version{};
    };
    std::vector<Item> items{};
    std::string resource_version{};
    std::string continue_token{};  // empty: the last page
};
// Invalid: not one whole JSON object with `items` and a resourceVersion. TooLarge: more than 256
// MiB.
base::Result<ListPage> parse_list_page(std::string_view body);

}  // namespace kube
