#include "runner/scanners/api/personas/json_path.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

namespace runner::api {
namespace {

using base::Json;

const Json* member(const Json* node, std::string_view name) {
    return node == nullptr ? nullptr : base::find(*node, name);
}

const Json* item(const Json* node, std::size_t index) {
    const bool there = node != nullptr && node->is_array() && index < node->size();
    return there ? &(*node)[index] : nullptr;
}

base::Error bad(std::string_view path) {
    return {
        base::ErrorKind::Invalid,
        fmt::format(
            "tokenPath '{}' is not understood: names and indices are, as in $.data.tokens[0].value",
            path)};
}

}  // namespace

base::Result<const Json*> at_json_path(const Json& document, std::string_view path) {
    const Json* node = &document;
    auto rest = path;
    if (rest.starts_with('$')) rest.remove_prefix(1);
    while (!rest.empty()) {
        if (rest.starts_with('[')) {
            const auto close = rest.find(']');
            if (close == std::string_view::npos || close < 2) return std::unexpected(bad(path));
            const auto inside = rest.substr(1, close - 1);
            rest.remove_prefix(close + 1);
            const bool quoted =
                inside.size() >= 2 && (inside.front() == '\'' || inside.front() == '"');
            if (quoted) {
                if (inside.back() != inside.front()) return std::unexpected(bad(path));
                node = member(node, inside.substr(1, inside.size() - 2));
                continue;
            }
            std::size_t index = 0;
            const auto [end, error] =
                std::from_chars(inside.data(), inside.data() + inside.size(), index);
            if (error != std::errc() || end != inside.data() + inside.size())
                return std::unexpected(bad(path));
            node = item(node, index);
            continue;
        }
        if (rest.starts_with('.')) rest.remove_prefix(1);
        const auto name = rest.substr(0, rest.find_first_of(".["));
        if (name.empty()) return std::unexpected(bad(path));
        rest.remove_prefix(name.size());
        node = member(node, name);
    }
    return node;
}

}  // namespace runner::api
