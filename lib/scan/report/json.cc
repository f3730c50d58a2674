// One JSON object, a finding, unit or record a line.
#include "scan/finding_text.h"
#include "scan/report/exporters.h"
#include "scan/report/json_parts.h"
#include "scan/report/summary.h"

#include <set>

namespace scan::report {
namespace {

constexpr auto kReplace = JsonText::Controls::Replace;

// Writes items of a list one a line, with the commas between them.
class Items {
public:
    Items(Out& out, std::string_view opening) : out_(out) { out_.text() += opening; }

    // Opens the next item; what is appended to out.text() until done() belongs to it.
    void begin() {
        out_.text() += first_ ? "\n{" : ",\n{";
        first_ = false;
    }
    base::Result<> done() {
        out_.text() += '}';
        return out_.settle();
    }
    void close() { out_.text() += first_ ? "]" : "\n]"; }

private:
    Out& out_;
    bool first_ = true;
};

base::Result<> write_findings(const Source& source, Out& out) {
    Items items(out, ",\n\"findings\":[");
    TRY(source.each_finding([&](const MergedFinding& merged) -> base::Result<> {
        items.begin();
        JsonText json(out.text(), kReplace);
        write_merged_members(json, merged);
        return items.done();
    }));
    items.close();
    return {};
}

base::Result<> write_bad_units(const Source& source, Out& out) {
    const auto bad = TRY(bad_units(source, kBadUnitsMax));
    Items items(out, ",\n\"unitsNotOk\":[");
    for (const auto& unit : bad.shown) {
        items.begin();
        JsonText json(out.text(), kReplace);
        write_unit_members(json, unit);
        TRY(items.done());
    }
    items.close();
    return {};
}

// Records come by key, not by kind: one pass for each kind. A scanner has a handful of kinds.
base::Result<> write_records(const Source& source, Out& out) {
    std::set<std::string> kinds;
    TRY(source.each_record([&](const Record& record) -> base::Result<> {
        kinds.insert(record.kind);
        return {};
    }));
    out.text() += ",\n\"records\":{";
    JsonText names(out.text(), kReplace);
    for (const auto& kind : kinds) {
        names.key(kind);
        Items items(out, "[");
        TRY(source.each_record([&](const Record& record) -> base::Result<> {
            if (record.kind != kind) return {};
            items.begin();
            JsonText json(out.text(), kReplace);
            write_record_members(json, record);
            return items.done();
        }));
        items.close();
    }
    out.text() += "}";
    return {};
}

}  // namespace

base::Result<> write_json(const Source& source, Out& out) {
    JsonText json(out.text(), kReplace);
    json.open('{');
    write_header_members(json, source.header);
    TRY(write_bad_units(source, out));
    TRY(write_findings(source, out));
    TRY(write_records(source, out));
    out.text() += "}\n";
    return {};
}

}  // namespace scan::report
