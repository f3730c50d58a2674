// JSON Lines: report, findings, records, units, end.
#include "base/digest.h"
#include "scan/finding_text.h"
#include "scan/report/exporters.h"
#include "scan/report/json_parts.h"

namespace scan::report {
namespace {

// Lines are digested as they are written: the last one names the digest of all before it.
class Lines {
public:
    explicit Lines(Out& out) : out_(out) {}

    template <typename Write>
    base::Result<> line(std::string_view type, const Write& write) {
        const auto begin = out_.text().size();
        out_.text() += "{\"type\":\"";
        out_.text() += type;
        out_.text() += '"';
        JsonText json(out_.text(), JsonText::Controls::Replace);
        write(json);
        out_.text() += "}\n";
        digest_.update(std::string_view(out_.text()).substr(begin));
        return out_.settle();
    }
    std::string digest() const { return digest_.hex(); }

private:
    Out& out_;
    base::Sha256 digest_{};
};

}  // namespace

base::Result<> write_json_lines(const Source& source, Out& out) {
    Lines lines(out);
    std::uint64_t findings = 0;
    std::uint64_t records = 0;
    std::uint64_t units = 0;
    TRY(lines.line("report", [&](JsonText& json) { write_header_members(json, source.header); }));
    TRY(source.each_finding([&](const MergedFinding& merged) {
        ++findings;
        return lines.line("finding", [&](JsonText& json) { write_merged_members(json, merged); });
    }));
    TRY(source.each_record([&](const Record& record) {
        ++records;
        return lines.line("record", [&](JsonText& json) {
            json.member("kind", record.kind);
            write_record_members(json, record);
        });
    }));
    TRY(source.each_unit([&](const UnitLine& unit) {
        ++units;
        return lines.line("unit", [&](JsonText& json) { write_unit_members(json, unit); });
    }));
    const auto digest = lines.digest();
    return lines.line("end", [&](JsonText& json) {
        json.key("findings").number(findings).key("records").number(records);
        json.key("units").number(units).member("sha256", digest);
    });
}

}  // namespace scan::report
