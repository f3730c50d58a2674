#include "scan/report/checked.h"

#include "base/redact.h"
#include "scan/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace scan::report {
namespace {

constexpr std::string_view kMark = "[redacted]";
constexpr std::string_view kCutSign = "…";

// Texts are cut to their bounds after they were redacted; the cut may go through a mark, which then
// no longer looks like one.
bool ends_in_cut_mark(std::string_view text) {
    if (text.ends_with(kCutSign)) text.remove_suffix(kCutSign.size());
    const auto at = text.rfind('[');
    return at != std::string_view::npos && kMark.starts_with(text.substr(at));
}

bool looks_secret(std::string_view text) {
    if (!base::has_secret(text)) return false;
    if (!ends_in_cut_mark(text)) return true;
    return base::has_secret(std::string(text.substr(0, text.rfind('['))) + std::string(kMark));
}

// Findings repeat each other: servers, units, evidence. A look at a text seen lately costs a
// fraction of a look at its patterns. Bounded: that many texts of at most that size.
class Memory {
public:
    bool is_safe(std::string_view text) const { return slots_[slot_of(text)] == text; }
    void keep(std::string_view text) {
        if (text.size() <= kTextMax) slots_[slot_of(text)] = text;
    }

private:
    static constexpr std::size_t kSlots = 512;
    static constexpr std::size_t kTextMax = 4096;
    static std::size_t slot_of(std::string_view text) {
        return std::hash<std::string_view>{}(text) % kSlots;
    }
    std::vector<std::string> slots_ = std::vector<std::string>(kSlots);
};

bool is_secret(std::string_view text) {
    thread_local Memory memory;
    if (memory.is_safe(text)) return false;
    if (looks_secret(text)) return true;
    memory.keep(text);
    return false;
}

base::Result<> refuse(std::string_view where) {
    return base::fail(
        base::ErrorKind::Internal,
        fmt::format("report not written: {} holds text that looks like a secret, which "
                    "the runner should have redacted",
                    where));
}

bool any_secret(const Location& location) {
    if (const auto* operation = std::get_if<OperationLocation>(&location)) {
        return is_secret(operation->server) || is_secret(operation->path_template) ||
               is_secret(operation->parameter_name) || is_secret(operation->spec_uri);
    }
    if (const auto* file = std::get_if<FileLocation>(&location)) return is_secret(file->path);
    const auto& generic = std::get<GenericLocation>(location);
    return is_secret(generic.uri) || is_secret(generic.name);
}

// Texts that are the rule's own were checked with the catalogue (tests/unit/scan/rules_test.cc).
bool any_secret_beside_rule(const Finding& finding) {
    const Rule* rule = find_rule(finding.rule_id);
    if (rule == nullptr || finding.title != rule->title) {
        if (is_secret(finding.title)) return true;
    }
    if (rule == nullptr || finding.remediation != rule->remediation) {
        if (is_secret(finding.remediation)) return true;
    }
    if (rule != nullptr && std::ranges::equal(finding.references, rule->references)) return false;
    return std::ranges::any_of(finding.references, is_secret);
}

bool any_secret(const MergedFinding& merged) {
    const auto& f = merged.finding;
    if (any_secret_beside_rule(f) || any_secret(f.location)) return true;
    for (const auto* text :
         {&f.unit, &f.message, &f.target_name, &f.target_uri, &f.discriminator}) {
        if (is_secret(*text)) return true;
    }
    if (f.suppressed && is_secret(f.suppressed->reason)) return true;
    if (std::ranges::any_of(f.evidence, is_secret, &Evidence::text)) return true;
    if (merged.locations.size() < 2) return false;
    return std::ranges::any_of(merged.locations, [](const auto& at) { return any_secret(at); });
}

base::Result<> check_header(const Header& header) {
    for (const auto* text : {&header.job, &header.target, &header.message, &header.report_link}) {
        if (is_secret(*text)) return refuse("the report's header");
    }
    if (std::ranges::any_of(header.notices, is_secret)) return refuse("a notice");
    if (std::ranges::any_of(header.truth_missed, is_secret)) return refuse("the truth metric");
    if (std::ranges::any_of(header.chunk_rows, is_secret, &ChunkRow::message)) {
        return refuse("the message of a chunk");
    }
    return {};
}

bool any_secret(const UnitLine& unit) { return is_secret(unit.id) || is_secret(unit.reason); }
bool any_secret(const Record& record) {
    return is_secret(record.key) || is_secret(record.data_json);
}

std::string name_of(const MergedFinding& merged) {
    return fmt::format("finding {} ({})", merged.finding.id, merged.finding.rule_id);
}
std::string name_of(const UnitLine&) { return "a unit"; }
std::string name_of(const Record& record) {
    return fmt::format("a record of kind {}", record.kind);
}

// The checked form of one of the source's three lists.
template <typename T>
using Each = std::function<base::Result<>(const std::function<base::Result<>(const T&)>&)>;

template <typename T>
Each<T> checked_list(const Each<T>& each) {
    auto is_checked = std::make_shared<bool>(false);
    return
        [&each, is_checked](const std::function<base::Result<>(const T&)>& take) -> base::Result<> {
            if (*is_checked) return each(take);
            TRY(each([&take](const T& item) -> base::Result<> {
                if (any_secret(item)) return refuse(name_of(item));
                return take(item);
            }));
            *is_checked = true;
            return {};
        };
}

}  // namespace

base::Result<Source> checked(const Source& source) {
    TRY(check_header(source.header));
    return Source{.header = source.header,
                  .each_finding = checked_list<MergedFinding>(source.each_finding),
                  .each_unit = checked_list<UnitLine>(source.each_unit),
                  .each_record = checked_list<Record>(source.each_record)};
}

}  // namespace scan::report
