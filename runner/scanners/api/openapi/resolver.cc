#include "runner/scanners/api/openapi/resolver.h"

#include "base/json.h"
#include "base/text.h"

#include <charconv>
#include <string>

namespace runner::api {
namespace {

using base::Json;

// A chain of references longer than this is a circle or a joke.
constexpr int kChainMax = 32;

std::string unescape(std::string_view token) {
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool escape = token[i] == '~' && i + 1 < token.size();
        if (escape && token[i + 1] == '0') out += '~';
        if (escape && token[i + 1] == '1') out += '/';
        if (escape && (token[i + 1] == '0' || token[i + 1] == '1')) {
            ++i;
            continue;
        }
        out += token[i];
    }
    return out;
}

const Json* item_at(const Json& array, std::string_view token) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc() || end != token.data() + token.size() || index >= array.size())
        return nullptr;
    return &array[index];
}

const Json* step(const Json& node, std::string_view raw) {
    const auto token = unescape(raw);
    if (node.is_array()) return item_at(node, token);
    if (const auto* member = base::find(node, token)) return member;
    // Tools write "#/paths/%7Bid%7D" as well as the plain form.
    return base::find(node, base::percent_decode(token));
}

}  // namespace

const Json* Resolver::at(std::string_view pointer) const {
    const Json* node = document_.get();
    while (node != nullptr && !pointer.empty()) {
        if (pointer.front() != '/') return nullptr;
        pointer.remove_prefix(1);
        const auto token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        node = step(*node, token);
    }
    return node;
}

const Json* Resolver::follow(const Json* node) const {
    for (int hop = 0; hop < kChainMax && node != nullptr; ++hop) {
        const auto* reference = base::find(*node, "$ref");
        if (reference == nullptr || !reference->is_string()) return node;
        const auto& text = reference->get_ref<const std::string&>();
        if (!text.starts_with('#')) return nullptr;
        node = at(std::string_view(text).substr(1));
    }
    return nullptr;
}

}  // namespace runner::api
