#include "runner/scanners/api/engine/harvest.h"

#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"
#include "runner/scanners/api/request/styles.h"
#include "runner/scanners/api/values/schema_values.h"

#include <algorithm>
#include <array>

namespace runner::api {
namespace {

using base::Json;

constexpr std::size_t kItemsMax = 50;
constexpr std::size_t kHarvestMax = 400;
constexpr std::size_t kIdsMax = 20;
constexpr int kListDepthMax = 3;
constexpr std::size_t kIdBytesMax = 200;

std::string last_literal(std::string_view path) {
    std::string out;
    for (const auto segment : base::split(path, '/')) {
        if (!segment.empty() && segment.find('{') == std::string_view::npos)
            out = singular(plain_name(segment));
    }
    return out;
}

void add_list(const Json& list, const std::string& container, std::vector<HarvestItem>& out) {
    for (const auto& item : list) {
        if (out.size() >= kItemsMax) return;
        if (!item.is_array() && !item.is_null()) out.push_back({container, item});
    }
}

// Wrappers such as "data" and "items" say nothing about what is inside.
bool is_wrapper(std::string_view plain) {
    static constexpr std::array<std::string_view, 11> kWrappers = {
        "data",    "items", "results", "result",  "content", "rows",
        "records", "list",  "values",  "entries", "value"};
    return std::ranges::find(kWrappers, plain) != kWrappers.end();
}

void find_lists(const Json& node, const std::string& container, int depth,
                std::vector<HarvestItem>& out) {
    if (node.is_array()) {
        add_list(node, container, out);
        return;
    }
    if (!node.is_object() || depth >= kListDepthMax) return;
    for (const auto& [key, value] : node.items()) {
        if (!value.is_structured()) continue;
        const auto plain = plain_name(key);
        find_lists(value, is_wrapper(plain) ? container : singular(plain), depth + 1, out);
    }
}

bool fits(const Json& value, const Json* schema) {
    if (value.is_number_integer()) return true;
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() > kIdBytesMax) return false;
    const bool wants_number = schema != nullptr && (schema_type(*schema) == "integer" ||
                                                    schema_type(*schema) == "number");
    const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return !wants_number || digits;
}

// How well a property suits a parameter: smaller is better, 9 = not at all.
int rank_of(std::string_view property, std::string_view parameter, std::string_view container) {
    const auto is = [&](const std::string& text) { return property == text; };
    const std::string p(parameter);
    const std::string c(container);
    if (is(p)) return 0;
    if (p == c + std::string(property) || is(c + p)) return 1;
    const bool means_id = p == c || p.ends_with("id") || p.ends_with("key");
    if (means_id && (property == "id" || property == "uuid" || property == "guid"))
        return p == c + "id" || p == c ? 1 : 3;
    if (p == c &&
        (property == "name" || property == "slug" || property == "key" || property == "code"))
        return 2;
    return 9;
}

}  // namespace

std::string collection_of(std::string_view path_template, std::string_view parameter) {
    const auto hole = path_template.find("{" + std::string(parameter) + "}");
    return last_literal(path_template.substr(0, hole));
}

std::vector<HarvestItem> items_of(const Json& answer, std::string_view path_template) {
    std::vector<HarvestItem> out;
    const auto container = last_literal(path_template);
    find_lists(answer, container, 0, out);
    if (answer.is_object()) {
        out.push_back({container, answer});
        const auto* data = base::find(answer, "data");
        if (data != nullptr && data->is_object()) out.push_back({container, *data});
    }
    return out;
}

Json id_for(const HarvestItem& item, std::string_view parameter, const Json* schema) {
    const auto wanted = plain_name(parameter);
    if (!item.value.is_object()) {
        const bool suits = wanted == item.container || wanted == item.container + "id" ||
                           wanted == "id" || wanted == item.container + "name";
        return suits && fits(item.value, schema) ? item.value : Json(nullptr);
    }
    int best_rank = 9;
    const Json* best = nullptr;
    for (const auto& [key, value] : item.value.items()) {
        const int rank = rank_of(plain_name(key), wanted, item.container);
        if (rank < best_rank && fits(value, schema)) best = &value, best_rank = rank;
    }
    return best == nullptr ? Json(nullptr) : *best;
}

void Harvest::add(const Json& answer, const Operation& producer) {
    for (auto& item : items_of(answer, producer.path_template)) {
        if (items_.size() >= kHarvestMax) return;
        items_.push_back(std::move(item));
    }
}

std::vector<Json> Harvest::ids(std::string_view parameter, const Json* schema) const {
    std::vector<Json> out;
    for (const auto& item : items_) {
        if (out.size() >= kIdsMax) break;
        auto id = id_for(item, parameter, schema);
        if (!id.is_null() && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
    }
    return out;
}

}  // namespace runner::api
