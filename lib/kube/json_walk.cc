#include "kube/json_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace kube::json {
namespace {

// Most objects have a few KiB. simdjson holds about seven bytes for each byte of the largest
// document so far: after a giant they are given back.
constexpr std::size_t kKeepBytes = 256u << 10;
constexpr std::size_t kStartBytes = 8u << 10;

}  // namespace

base::Result<Object> Parser::open(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        return base::fail(
            base::ErrorKind::TooLarge,
            fmt::format("JSON of {} bytes; at most {} are allowed", text.size(), bytes_max));
    }
    const bool shrink = capacity_ > kKeepBytes && text.size() <= kKeepBytes;
    if (!buffer_ || text.size() > capacity_ || shrink) {
        document_ = Document();
        capacity_ = std::max(text.size() + text.size() / 4, kStartBytes);
        buffer_ = std::make_unique_for_overwrite<char[]>(capacity_ + simdjson::SIMDJSON_PADDING);
        parser_ = std::make_unique<simdjson::ondemand::parser>();
    }
    if (!text.empty()) std::memcpy(buffer_.get(), text.data(), text.size());
    std::memset(buffer_.get() + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    size_ = text.size();
    Object root;
    auto error =
        parser_->iterate(buffer_.get(), text.size(), capacity_ + simdjson::SIMDJSON_PADDING)
            .get(document_);
    if (error == SUCCESS) error = document_.get_object().get(root);
    if (error != SUCCESS) {
        return base::fail(base::ErrorKind::Invalid,
                          fmt::format("not a JSON object: {}", simdjson::error_message(error)));
    }
    return root;
}

bool Parser::whole(Object& root) {
    std::string_view rest;
    // Walks over what was not visited; after an error the document is dead.
    if (!document_.is_alive() || root.raw_json().get(rest) != SUCCESS) return false;
    // It ends where the next token stands: behind the last one that is the end of the text.
    return document_.is_alive() && rest.data() + rest.size() == buffer_.get() + size_;
}

}  // namespace kube::json
