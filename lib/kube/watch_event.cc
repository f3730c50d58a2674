#include "kube/watch_event.h"

#include "base/text.h"
#include "kube/json_walk.h"

#include <optional>

namespace kube {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using json::Object;
using json::SUCCESS;
using json::Value;
using std::string_view;
using Type = WatchEvent::Type;

// etcd refuses objects beyond 1.5 MiB (its default); as JSON they can be a few times longer.
constexpr std::size_t kLineBytesMax = 16u << 20;
constexpr std::size_t kPageBytesMax = 256u << 20;
// It goes into a URL. Servers write a number of at most 20 digits.
constexpr std::size_t kVersionBytesMax = 1024;
// A few hundred bytes; it goes into a URL too.
constexpr std::size_t kContinueBytesMax = 16u << 10;

constexpr string_view kInitialEnd = "k8s.io/initial-events-end";

Type type_from(string_view word) {
    if (word == "ADDED") return Type::Added;
    if (word == "MODIFIED") return Type::Modified;
    if (word == "DELETED") return Type::Deleted;
    if (word == "BOOKMARK") return Type::Bookmark;
    if (word == "ERROR") return Type::Error;
    return Type::Unknown;
}

bool has_initial_end(Value annotations) {
    bool found = false;
    json::each_field_of(annotations, [&](string_view name, Value value) {
        found = name == kInitialEnd && json::text_of(value) == "true";
        return !found;
    });
    return found;
}

struct ObjectHead {
    string_view whole{};
    string_view resource_version{};
    bool initial_end = false;
};

// Servers write the version before the annotations, and only bookmarks need these.
void read_metadata(Value metadata, bool wants_annotations, ObjectHead& head) {
    json::each_field_of(metadata, [&](string_view name, Value value) {
        if (name == "resourceVersion") {
            head.resource_version = json::text_of(value);
            return wants_annotations;
        }
        if (wants_annotations && name == "annotations") head.initial_end = has_initial_end(value);
        return true;
    });
}

std::optional<ObjectHead> read_head(Object object, bool wants_annotations) {
    ObjectHead head;
    json::each_field(object, [&](string_view name, Value value) {
        if (name != "metadata") return true;
        read_metadata(value, wants_annotations, head);
        return false;
    });
    if (object.raw_json().get(head.whole) != SUCCESS) return std::nullopt;
    head.whole = base::trim(head.whole);  // it goes on to the next token
    if (!head.whole.ends_with('}')) return std::nullopt;
    return head;
}

std::optional<ObjectHead> head_of(Value value, bool wants_annotations) {
    Object object;
    if (value.get_object().get(object) != SUCCESS) return std::nullopt;
    return read_head(object, wants_annotations);
}

// False if an item is no object.
bool read_items(Value value, string_view body, const json::Parser& parser, ListPage& page) {
    bool is_null = false;  // how Go writes an empty list; simdjson throws what is not taken out
    if (value.is_null().get(is_null) != SUCCESS || is_null) return is_null;
    json::Array items;
    if (value.get_array().get(items) != SUCCESS) return false;
    for (auto item : items) {
        Value object;
        if (item.get(object) != SUCCESS) return false;
        const auto head = head_of(object, false);
        if (!head) return false;
        page.items.push_back({.object = parser.in(body, head->whole),
                              .resource_version = std::string(head->resource_version)});
    }
    return true;
}

void read_list_metadata(Value metadata, ListPage& page) {
    json::each_field_of(metadata, [&](string_view name, Value value) {
        if (name == "resourceVersion") page.resource_version = json::text_of(value);
        if (name == "continue") page.continue_token = json::text_of(value);
        return true;
    });
}

}  // namespace

struct WatchEventParser::Impl {
    json::Parser parser;
};

WatchEventParser::WatchEventParser() : impl_(std::make_unique<Impl>()) {}
WatchEventParser::~WatchEventParser() = default;
WatchEventParser::WatchEventParser(WatchEventParser&&) noexcept = default;
WatchEventParser& WatchEventParser::operator=(WatchEventParser&&) noexcept = default;

Result<WatchEvent> WatchEventParser::parse(string_view line) {
    auto& parser = impl_->parser;
    auto root = TRY(parser.open(line, kLineBytesMax));
    std::optional<string_view> word;
    std::optional<ObjectHead> head;
    json::each_field(root, [&](string_view name, Value value) {
        if (name == "type") word = json::text_of(value);
        // With the type behind the object the annotations are read in any case.
        if (name == "object") head = head_of(value, !word || *word == "BOOKMARK");
        return true;
    });
    if (!parser.whole(root)) return fail(ErrorKind::Invalid, "a watch line is broken or cut off");
    if (!word || !head) return fail(ErrorKind::Invalid, "a watch line has no type or no object");
    if (head->resource_version.size() > kVersionBytesMax)
        return fail(ErrorKind::Invalid, "a watch line has a resourceVersion beyond 1 KiB");
    return WatchEvent{.type = type_from(*word),
                      .object = parser.in(line, head->whole),
                      .resource_version = head->resource_version,
                      .initial_end = head->initial_end && *word == "BOOKMARK"};
}

Result<ListPage> parse_list_page(string_view body) {
    json::Parser parser;  // of its own: pages are large and rare
    auto root = TRY(parser.open(body, kPageBytesMax));
    ListPage page;
    bool has_items = false;
    json::each_field(root, [&](string_view name, Value value) {
        if (name == "metadata") read_list_metadata(value, page);
        if (name == "items") has_items = read_items(value, body, parser, page);
        return true;
    });
    if (!parser.whole(root)) return fail(ErrorKind::Invalid, "a list is broken or cut off");
    if (!has_items) return fail(ErrorKind::Invalid, "a list has no items");
    if (page.resource_version.empty() || page.resource_version.size() > kVersionBytesMax ||
        page.continue_token.size() > kContinueBytesMax) {
        return fail(ErrorKind::Invalid, "a list has no usable resourceVersion or continue token");
    }
    return page;
}

}  // namespace kube
