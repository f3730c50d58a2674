#include "scan/plan_document.h"

#include "base/digest.h"
#include "base/text.h"
#include "scan/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace scan {
namespace {

// The unit id rule of the plan format.
constexpr std::size_t kIdBytesMax = 512;
constexpr std::size_t kIdPrefixBytes = 400;
constexpr std::size_t kIdDigits = 32;

// At most `bytes_max` bytes of valid text, ending at a character.
std::string_view whole_characters(std::string_view text, std::size_t bytes_max) {
    auto size = std::min(text.size(), bytes_max);
    const auto is_inner = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xc0u) == 0x80u;
    };
    while (size > 0 && size < text.size() && is_inner(size)) --size;
    return text.substr(0, size);
}

std::string_view class_word(AddressClass address_class) {
    switch (address_class) {
    case AddressClass::Public: return "public";
    case AddressClass::Private: return "private";
    case AddressClass::Loopback: return "loopback";
    }
    return "public";
}

// A raw JSON object in one line: line breaks can only stand between its tokens, where a blank does
// as well.
void write_params(JsonText& json, std::string_view params) {
    if (params.find_first_of("\n\r") == std::string_view::npos) {
        json.raw(params);
        return;
    }
    std::string line(params);
    std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    json.raw(line);
}

// What has its default is left out: a plan may hold two million of these.
void write_unit(JsonText& json, const Unit& unit, std::string_view chunk_key) {
    json.open('{').member("id", unit.id).key("weightMillis").number(unit.weight_millis);
    json.optional_member("affinity", unit.affinity);
    if (unit.concurrency_key != chunk_key) json.member("concurrencyKey", unit.concurrency_key);
    if (unit.once) json.key("once").boolean(true);
    if (unit.requests != 0) json.key("requests").number(unit.requests);
    if (unit.params_json != "{}") {
        json.key("params");
        write_params(json, unit.params_json);
    }
    json.close('}');
}

void write_limits(JsonText& json, const std::vector<KeyLimit>& limits) {
    json.key("limits").open('[');
    for (const auto& limit : limits) {
        json.open('{').member("concurrencyKey", limit.concurrency_key);
        json.key("maxInFlight").number(std::int64_t{limit.max_in_flight});
        json.key("rps").number(limit.rps).key("rpsPeriodMillis").number(limit.rps_period_millis);
        json.close('}');
    }
    json.close(']');
}

void append_chunk(std::string& out, const Chunk& chunk) {
    JsonText json(out);
    json.open('{').key("index").number(std::uint64_t{chunk.index});
    json.member("concurrencyKey", chunk.concurrency_key);
    json.key("weightMillis").number(chunk.weight_millis);
    json.texts("credentials", chunk.credentials);
    json.key("rps").number(chunk.rps).key("rpsPeriodMillis").number(chunk.rps_period_millis);
    json.key("units").open('[');
    for (const auto& unit : chunk.units) write_unit(json, unit, chunk.concurrency_key);
    json.close(']').close('}');
    out += '\n';
}

}  // namespace

std::string unit_id(std::string_view raw) {
    if (raw.size() <= kIdBytesMax) return std::string(raw);
    const auto digest = base::sha256_hex(raw).substr(0, kIdDigits);
    return fmt::format("{}#{}", whole_characters(raw, kIdPrefixBytes), digest);
}

std::string plan_head_line(const PlanHead& head) {
    std::string out;
    JsonText json(out);
    json.open('{').key("v").number(std::int64_t{head.v});
    json.member("scanner", to_string(head.scanner)).member("rulesVersion", head.rules_version);
    json.key("inputs").open('[');
    for (const auto& input : head.inputs) {
        json.open('{').member("name", input.name).member("sha256", input.sha256);
        json.key("bytes").number(input.bytes).close('}');
    }
    json.close(']').key("hosts").open('[');
    for (const auto& host : head.hosts) {
        json.open('{').member("host", host.host);
        json.member("addressClass", class_word(host.address_class)).close('}');
    }
    json.close(']');
    write_limits(json, head.limits);
    json.texts("notices", head.notices).key("emptyIsFine").boolean(head.empty_is_fine);
    json.key("chunks").number(std::uint64_t{head.chunk_count});
    json.key("units").number(head.unit_count).close('}');
    return out + '\n';
}

std::string chunk_line(const Chunk& chunk) {
    std::string out;
    append_chunk(out, chunk);
    return out;
}

std::string plan_to_lines(const PlanDocument& plan) {
    auto out = plan_head_line(plan.head);
    for (const auto& chunk : plan.chunks) append_chunk(out, chunk);
    return out;
}

}  // namespace scan
