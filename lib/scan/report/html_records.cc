#include "scan/report/html_records.h"

#include "base/json.h"
#include "scan/report/html_parts.h"
#include "scan/report/markup.h"

#include <fmt/format.h>

namespace scan::report::html {
namespace {

std::string statuses(const base::Json& data) {
    const auto* counts = base::find(data, "statusCounts");
    if (counts == nullptr || !counts->is_object()) return "";
    std::string text;
    for (const auto& [status, count] : counts->items()) {
        if (!count.is_number_integer() || text.size() > 200) continue;
        text += fmt::format("{}{}×{}", text.empty() ? "" : ", ", status, count.get<std::int64_t>());
    }
    return escape_markup(text, 240);
}

// "4 of 6"
std::string checks(const base::Json& data) {
    const auto* list = base::find(data, "checks");
    if (list == nullptr || !list->is_array()) return "";
    std::size_t ran = 0;
    for (const auto& check : *list) ran += base::get_bool(check, "ran") ? 1 : 0;
    return fmt::format("{} of {}", ran, list->size());
}

std::string operation_row(const Record& record) {
    const auto data = base::parse_json(record.data_json);
    if (!data) return "";
    const bool reached = base::get_int(*data, "reached2xx") > 0;
    return fmt::format(
        "<tr><td><code>{} {}</code></td><td>{}</td><td>{}</td><td class=\"num\">{} ms</td>"
        "<td>{}</td><td>{}</td></tr>\n",
        escape_markup(base::get_string(*data, "method"), 16),
        escape_markup(base::get_string(*data, "template"), kNameBytes),
        reached ? "<span class=\"u u-ok\">yes</span>" : "<span class=\"u u-failed\">no</span>",
        statuses(*data), base::get_int(*data, "medianMs"),
        base::get_bool(*data, "security") ? "yes" : "no", checks(*data));
}

std::string plain_row(const Record& record) {
    return fmt::format("<tr><td><code>{}</code></td><td><code>{}</code></td></tr>\n",
                       escape_markup(record.key, kNameBytes), escape_markup(record.data_json, 400));
}

struct Tables {
    std::string operations;
    std::map<std::string, std::string> others;
    std::uint64_t operation_count = 0;
    std::uint64_t shown = 0;
    std::uint64_t total = 0;
};

void add(Tables& tables, const Record& record) {
    ++tables.total;
    if (record.kind == "operation") ++tables.operation_count;
    if (tables.shown >= kRecordsMax) return;
    ++tables.shown;
    if (record.kind == "operation") {
        tables.operations += operation_row(record);
    } else {
        tables.others[record.kind] += plain_row(record);
    }
}

std::string table(std::string_view caption, std::string_view head, std::string_view rows) {
    return fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table><caption>{}"
        "</caption><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
        caption, caption, head, rows);
}

}  // namespace

base::Result<std::string> records_section(const Source& source) {
    Tables tables;
    TRY(source.each_record([&](const Record& record) -> base::Result<> {
        add(tables, record);
        return {};
    }));
    if (tables.total == 0) return "";
    std::string text = fmt::format(
        "<section id=\"records\"><details class=\"fold\"><summary><h2>What the scan saw <span "
        "class=\"n\">{}</span></h2></summary>\n",
        tables.total);
    if (!tables.operations.empty()) {
        text += table("Operations",
                      "<th scope=\"col\">Operation</th><th scope=\"col\">Answered 2xx</th><th "
                      "scope=\"col\">Statuses</th><th scope=\"col\" class=\"num\">Median</th><th "
                      "scope=\"col\">Login needed</th><th scope=\"col\">Checks ran</th>",
                      tables.operations);
    }
    for (const auto& [kind, rows] : tables.others) {
        text += table(escape_markup(kind, 64),
                      "<th scope=\"col\">Key</th><th scope=\"col\">Data</th>", rows);
    }
    if (tables.total > tables.shown) {
        text += fmt::format(
            "<p class=\"cut\">{} of {} records are shown. The JSON report holds all.</p>\n",
            tables.shown, tables.total);
    }
    return text + "</details></section>\n";
}

}  // namespace scan::report::html
