#include "runner/scanners/api/engine/shape.h"

#include "base/document.h"
#include "base/text.h"
#include "runner/scanners/api/openapi/names.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace runner::api {
namespace {

using base::Json;

constexpr std::size_t kTuplesMax = 20'000;
constexpr std::size_t kTextMax = 256u << 10;
constexpr std::size_t kErrorBytesMax = 4u << 10;
// A hostile answer must not cost more than an honest one of the largest size.
constexpr base::JsonLimits kAnswerLimits{
    .bytes_max = 2u << 20, .depth_max = 100, .nodes_max = 200'000};

// FNV-1a: stable over runs and machines, which std::hash need not be.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

using TakeValue =
    std::function<void(const std::string& pointer, std::string_view name, const Json& value)>;

// Every value, containers included, in document order.
void walk(const Json& node, const std::string& pointer, std::string_view name, std::size_t& budget,
          const TakeValue& take) {
    if (budget == 0) return;
    --budget;
    take(pointer, name, node);
    if (node.is_array()) {
        for (const auto& item : node) walk(item, pointer + "/*", name, budget, take);
    }
    if (!node.is_object()) return;
    for (const auto& [key, value] : node.items()) {
        walk(value, pointer + "/" + base::escape_pointer(key), key, budget, take);
    }
}

void add_json(const Json& json, const VolatileKeys& without, Shape& out) {
    std::size_t budget = kTuplesMax;
    walk(json, "", "", budget,
         [&](const std::string& pointer, std::string_view name, const Json& value) {
             if (without.contains(pointer) || is_volatile_name(name)) return;
             std::string tuple = pointer + "\n" + value.type_name();
             if (!value.is_structured()) {
                 tuple += "\n" + base::dump_json(value);
                 if (!value.is_null()) ++out.scalars;
             }
             out.tuples.push_back(hash_of(tuple));
         });
}

void add_text(std::string_view text, Shape& out) {
    std::array<std::string_view, 3> last{};
    std::size_t at = 0;
    while (at < text.size() && out.scalars < kTuplesMax) {
        const auto start = text.find_first_not_of(" \t\r\n", at);
        if (start == std::string_view::npos) break;
        const auto end = std::min(text.find_first_of(" \t\r\n", start), text.size());
        last = {last[1], last[2], text.substr(start, end - start)};
        ++out.scalars;
        const auto gram =
            std::string(last[0]) + " " + std::string(last[1]) + " " + std::string(last[2]);
        out.tuples.push_back(hash_of(gram));
        at = end;
    }
}

void collect(const Json& json, std::map<std::string, std::vector<std::string>>& out) {
    std::size_t budget = kTuplesMax;
    walk(json, "", "", budget,
         [&](const std::string& pointer, std::string_view, const Json& value) {
             if (!value.is_structured()) out[pointer].push_back(base::dump_json(value));
         });
}

}  // namespace

std::shared_ptr<const Json> json_body(const net::Response& response) {
    const auto text = base::trim(response.body);
    const auto type = response.headers.get("Content-Type").value_or("");
    const bool says_json = base::to_lower(type).find("json") != std::string::npos;
    const bool looks_json = text.starts_with('{') || text.starts_with('[');
    if (text.empty() || (!says_json && !looks_json)) return nullptr;
    auto parsed = base::parse_json(text, kAnswerLimits);
    return parsed ? std::make_shared<const Json>(std::move(*parsed)) : nullptr;
}

bool is_volatile_name(std::string_view name) {
    static constexpr std::array<std::string_view, 14> kLast = {
        "time",   "date",  "timestamp", "nonce", "csrf",   "at",       "expires",
        "expiry", "trace", "elapsed",   "now",   "uptime", "datetime", "etag"};
    const auto words = words_of(name);
    if (words.empty()) return false;
    if (words.back() == "at") return words.size() > 1;
    if (std::ranges::find(kLast, words.back()) != kLast.end()) return true;
    const auto plain = plain_name(name);
    return plain.find("requestid") != std::string::npos ||
           plain.find("traceid") != std::string::npos ||
           plain.find("correlationid") != std::string::npos ||
           plain.find("csrf") != std::string::npos;
}

VolatileKeys volatile_between(const Json& first, const Json& second) {
    std::map<std::string, std::vector<std::string>> a;
    std::map<std::string, std::vector<std::string>> b;
    collect(first, a);
    collect(second, b);
    VolatileKeys out;
    for (const auto& [pointer, values] : a) {
        const auto other = b.find(pointer);
        if (other != b.end() && other->second != values) out.insert(pointer);
    }
    return out;
}

Shape shape_of(const net::Response& response, const Json* json, const VolatileKeys& without) {
    Shape out;
    out.is_json = json != nullptr;
    if (json != nullptr)
        add_json(*json, without, out);
    else
        add_text(std::string_view(response.body).substr(0, kTextMax), out);
    std::ranges::sort(out.tuples);
    const auto twice = std::ranges::unique(out.tuples);
    out.tuples.erase(twice.begin(), twice.end());
    return out;
}

double similarity(const Shape& a, const Shape& b) {
    if (a.tuples.empty() && b.tuples.empty()) return 1.0;
    if (a.is_json != b.is_json) return 0.0;
    std::size_t both = 0;
    auto i = a.tuples.begin();
    auto j = b.tuples.begin();
    while (i != a.tuples.end() && j != b.tuples.end()) {
        if (*i == *j)
            ++both, ++i, ++j;
        else if (*i < *j)
            ++i;
        else
            ++j;
    }
    return static_cast<double>(both) /
           static_cast<double>(a.tuples.size() + b.tuples.size() - both);
}

bool is_error_shape(const net::Response& response, const Json* json) {
    static constexpr std::array<std::string_view, 14> kKeys = {
        "error",  "errors",     "message", "messages", "detail",   "details", "code",
        "status", "statuscode", "title",   "type",     "instance", "reason",  "description"};
    if (response.body.size() >= kErrorBytesMax || json == nullptr || !json->is_object() ||
        json->empty())
        return false;
    // "status: ok" and "message: hello" are answers; an error names itself.
    bool names_error = false;
    for (const auto& [key, value] : json->items()) {
        const auto plain = plain_name(key);
        if (std::ranges::find(kKeys, plain) == kKeys.end()) return false;
        const bool failing =
            plain == "status" && value.is_string() && value != "ok" && value != "success";
        names_error =
            names_error || plain.starts_with("error") || plain.starts_with("detail") || failing;
        names_error = names_error || plain == "code" || plain == "statuscode" || plain == "title";
    }
    return names_error || json->contains("message");
}

}  // namespace runner::api
