#include "scan/plan_document.h"

#include "base/text.h"
#include "scan/json_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace scan {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using json::Need;
using json::Reader;
using json::Span;

// The head is small: its longest lists are 100 notices and the limits of a thousand keys.
constexpr std::size_t kHeadBytesMax = 1u << 20;
constexpr std::size_t kNoticesMax = 100;
constexpr std::size_t kInputsMax = 64;
constexpr std::size_t kHostsMax = 1000;
// As many keys as a Synthetic job may have; other scanners have fewer.
constexpr std::size_t kLimitsMax = 1000;
constexpr std::size_t kCredentialsMax = 64;
constexpr std::size_t kParamsBytesMax = 64u << 10;
constexpr std::int64_t kIntMax = std::numeric_limits<int>::max();
constexpr Span kKeyBytes{0, 256};
constexpr Span kIdBytes{1, 512};
constexpr Span kNameBytes{1, 253};
constexpr Span kNoticeBytes{1, 1024};
constexpr Span kWeights{1, 86'400'000};
// A rate's period is at most a minute times the number of chunks that share it.
constexpr Span kPeriods{1, 60'000LL * 10'000};
constexpr Span kRates{0, 1'000'000};
constexpr Span kChunkIndices{0, 9'999};

std::optional<AddressClass> class_from(std::string_view word) {
    if (word == "public") return AddressClass::Public;
    if (word == "private") return AddressClass::Private;
    if (word == "loopback") return AddressClass::Loopback;
    return std::nullopt;
}

// Reads each object of a list by `read(Reader&) → Item`.
template <typename Item, typename Read>
std::vector<Item> items(Reader& reader, std::string_view key, std::size_t count_max, Read read) {
    std::vector<Item> found;
    const auto list = reader.array(key, count_max, Need::Optional);
    if (!list) return found;
    for (const auto element : *list) {
        json::Object object;
        if (element.get_object().get(object) != simdjson::SUCCESS) {
            reader.refuse(key, "must hold objects");
        }
        if (reader.failed()) return found;
        Reader inner(object, key, reader);
        found.push_back(read(inner));
    }
    return found;
}

PlanInput read_input(Reader& reader) {
    PlanInput input;
    reader.copy(input.name, "name", kNameBytes);
    input.sha256 = reader.hex("sha256", 64);
    input.bytes = reader.integer("bytes", {});
    return input;
}

PlanHost read_host(Reader& reader) {
    PlanHost host;
    reader.copy(host.host, "host", kNameBytes);
    host.address_class = reader.word("addressClass", class_from);
    return host;
}

KeyLimit read_limit(Reader& reader) {
    KeyLimit limit;
    reader.copy(limit.concurrency_key, "concurrencyKey", kKeyBytes);
    limit.max_in_flight =
        static_cast<int>(reader.integer("maxInFlight", {0, kIntMax}, Need::Optional));
    limit.rps = reader.integer("rps", kRates, Need::Optional);
    limit.rps_period_millis = reader.integer("rpsPeriodMillis", kPeriods, Need::Optional, 1000);
    return limit;
}

std::string read_params(Reader& reader) {
    const auto params = reader.object("params", Need::Optional);
    if (!params) return "{}";
    auto text = json::to_text(*params);
    if (text.size() > kParamsBytesMax) reader.refuse("params", "must have at most 64 KiB");
    return text;
}

Unit read_unit(Reader& reader, std::string_view chunk_key) {
    Unit unit;
    reader.copy(unit.id, "id", kIdBytes);
    unit.weight_millis = reader.integer("weightMillis", kWeights);
    reader.copy(unit.affinity, "affinity", kKeyBytes, Need::Optional);
    unit.concurrency_key = chunk_key;
    if (reader.find("concurrencyKey") && reader.text("concurrencyKey", kKeyBytes) != chunk_key) {
        reader.refuse("concurrencyKey", "differs from its chunk's");
    }
    unit.once = reader.boolean("once", Need::Optional);
    unit.requests = reader.integer("requests", {}, Need::Optional);
    unit.params_json = read_params(reader);
    return unit;
}

PlanHead read_head(Reader& reader) {
    PlanHead head;
    head.v = static_cast<int>(reader.integer("v", {1, 1}));
    head.scanner = reader.word("scanner", scanner_type_from);
    reader.copy(head.rules_version, "rulesVersion", {0, 253});
    head.inputs = items<PlanInput>(reader, "inputs", kInputsMax, read_input);
    head.hosts = items<PlanHost>(reader, "hosts", kHostsMax, read_host);
    head.limits = items<KeyLimit>(reader, "limits", kLimitsMax, read_limit);
    reader.texts(head.notices, "notices", kNoticesMax, kNoticeBytes);
    head.empty_is_fine = reader.boolean("emptyIsFine", Need::Optional);
    head.chunk_count =
        static_cast<std::uint32_t>(reader.integer("chunks", {0, kChunkIndices.max + 1}));
    head.unit_count = static_cast<std::uint64_t>(
        reader.integer("units", {0, static_cast<std::int64_t>(kPlanUnitsMax)}));
    return head;
}

Chunk read_chunk(Reader& reader) {
    Chunk chunk;
    chunk.index = static_cast<std::uint32_t>(reader.integer("index", kChunkIndices));
    reader.copy(chunk.concurrency_key, "concurrencyKey", kKeyBytes);
    chunk.weight_millis = reader.integer("weightMillis", {});
    reader.texts(chunk.credentials, "credentials", kCredentialsMax, kNameBytes);
    chunk.rps = reader.integer("rps", kRates, Need::Optional);
    chunk.rps_period_millis = reader.integer("rpsPeriodMillis", kPeriods, Need::Optional, 1000);
    chunk.units = items<Unit>(reader, "units", kPlanUnitsMax,
                              [&](Reader& unit) { return read_unit(unit, chunk.concurrency_key); });
    return chunk;
}

// One parser for all lines of a document; a line of 64 MiB needs ten times that while it is read.
Result<Chunk> parse_chunk_with(json::Parser& parser, std::string_view line) {
    const auto object = TRY(parser.parse_object(line, kChunkBytesMax));
    Reader reader(object, "chunk");
    auto chunk = read_chunk(reader);
    TRY(reader.done());
    return chunk;
}

// The facts that hold over the whole document.
class Checker {
public:
    Result<> take(const Chunk& chunk, const PlanHead& head, std::size_t position) {
        if (chunk.index != position) {
            return fail(ErrorKind::Invalid, fmt::format("chunk {} stands where chunk {} must stand",
                                                        chunk.index, position));
        }
        units_ += chunk.units.size();
        if (units_ > head.unit_count) {
            return fail(ErrorKind::Invalid,
                        fmt::format("more units than the {} of the head", head.unit_count));
        }
        return {};
    }

    // Once all chunks are in their place, since the set looks into their strings.
    Result<> finish(const PlanDocument& plan) const {
        const auto& head = plan.head;
        if (plan.chunks.size() != head.chunk_count || units_ != head.unit_count) {
            return fail(ErrorKind::Invalid,
                        fmt::format("the head says {} chunks and {} units, but there are {} and {}",
                                    head.chunk_count, head.unit_count, plan.chunks.size(), units_));
        }
        std::unordered_set<std::string_view> ids;
        ids.reserve(units_);
        for (const auto& chunk : plan.chunks) {
            for (const auto& unit : chunk.units) {
                if (ids.insert(unit.id).second) continue;
                return fail(ErrorKind::Invalid, fmt::format("unit \"{}\" stands in the plan twice",
                                                            base::ellipsize(unit.id, 100)));
            }
        }
        return {};
    }

private:
    std::uint64_t units_ = 0;
};

Result<> take_line(json::Parser& parser, std::string_view line, Checker& checker,
                   PlanDocument& plan) {
    auto chunk = TRY(parse_chunk_with(parser, line));
    TRY(checker.take(chunk, plan.head, plan.chunks.size()));
    plan.chunks.push_back(std::move(chunk));
    return {};
}

// Takes the first line off `rest`.
std::string_view next_line(std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

}  // namespace

Result<PlanHead> parse_plan_head(std::string_view line) {
    json::Parser parser;
    const auto object = TRY(parser.parse_object(line, kHeadBytesMax));
    Reader reader(object, "plan");
    auto head = read_head(reader);
    TRY(reader.done());
    return head;
}

Result<Chunk> parse_chunk(std::string_view line) {
    json::Parser parser;
    return parse_chunk_with(parser, line);
}

Result<PlanDocument> parse_plan(std::string_view lines) {
    if (lines.size() > kPlanBytesMax) {
        return fail(ErrorKind::TooLarge, fmt::format("the plan document has {}; at most {} are "
                                                     "allowed: scan less in one job",
                                                     base::format_bytes(lines.size()),
                                                     base::format_bytes(kPlanBytesMax)));
    }
    PlanDocument plan;
    plan.head = TRY(with_context(parse_plan_head(next_line(lines)), "plan document, line 1"));
    json::Parser parser;
    Checker checker;
    for (int number = 2; !lines.empty(); ++number) {
        auto taken = take_line(parser, next_line(lines), checker, plan);
        if (taken) continue;
        return std::unexpected(
            std::move(taken).error().in_context(fmt::format("plan document, line {}", number)));
    }
    TRY(with_context(checker.finish(plan), "plan document"));
    return plan;
}

}  // namespace scan
