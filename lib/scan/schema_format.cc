#include "scan/schema_format.h"

#include "base/text.h"
#include "base/time.h"

#include <algorithm>

namespace scan::schema {
namespace {

using std::string_view;

// Unit numbers of a Synthetic job.
constexpr std::size_t kIntervalNumbersMax = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter_or_digit(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c); }

bool all_of(string_view text, string_view signs) {
    return std::ranges::all_of(
        text, [&](char c) { return is_letter_or_digit(c) || signs.find(c) != string_view::npos; });
}

bool is_dns_name(string_view text) {
    const auto parts = base::split(text, '.');
    return std::ranges::all_of(parts, [](string_view part) {
        const auto is_edge = [](char c) { return is_lower(c) || is_digit(c); };
        return !part.empty() && is_edge(part.front()) && is_edge(part.back()) &&
               std::ranges::all_of(part, [&](char c) { return is_edge(c) || c == '-'; });
    });
}

bool is_host_pattern(string_view text) {
    if (text.starts_with("*.")) text.remove_prefix(2);
    const bool plain = std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || string_view(".-_:[]").find(c) != string_view::npos ||
               static_cast<unsigned char>(c) >= 0x80;
    });
    return plain && !text.empty() && text.front() != ':' && text.front() != '.';
}

bool is_http_url(string_view text) {
    const auto after = text.find("://");
    if (after == string_view::npos || after + 3 == text.size()) return false;
    const auto scheme = base::to_lower(text.substr(0, after));
    return (scheme == "http" || scheme == "https") &&
           text.find_first_of(" \t\r\n") == string_view::npos;
}

bool is_quantity(string_view text) {
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto number = text.substr(0, end);
    const auto suffix = text.substr(end);
    const auto dot = number.find('.');
    const bool one_dot = dot == string_view::npos || number.find('.', dot + 1) == string_view::npos;
    static constexpr string_view kSuffixes[] = {"",  "m",  "k", "Ki", "M", "Mi",
                                                "G", "Gi", "T", "Ti", "P", "Pi"};
    return one_dot && !number.empty() && is_digit(number.front()) && is_digit(number.back()) &&
           std::ranges::find(kSuffixes, suffix) != std::end(kSuffixes);
}

bool is_image(string_view text) {
    return !text.empty() && is_letter_or_digit(text.front()) && all_of(text, "-._:/@");
}

// Kubernetes' name of a label, without its prefix; also a value, unless that is empty.
bool is_label_word(string_view text) {
    return !text.empty() && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
           all_of(text, "-_.");
}

bool is_label_key(string_view text) {
    const auto slash = text.find('/');
    if (slash == string_view::npos) return is_label_word(text);
    return is_dns_name(text.substr(0, slash)) && is_label_word(text.substr(slash + 1));
}

bool is_file_key(string_view text) {
    return !text.empty() && all_of(text, "-._") && !text.starts_with("..") && text != ".";
}

bool fits(Format format, string_view text) {
    switch (format) {
    case Format::Any: return true;
    case Format::DnsLabel: return base::is_dns_label(text);
    case Format::DnsName: return is_dns_name(text);
    case Format::HostPattern: return is_host_pattern(text);
    case Format::HttpUrl: return is_http_url(text);
    case Format::Intervals: return base::parse_intervals(text, kIntervalNumbersMax).has_value();
    case Format::FileKey: return is_file_key(text);
    case Format::Image: return is_image(text);
    case Format::Quantity: return is_quantity(text);
    case Format::LabelKey: return is_label_key(text);
    case Format::LabelValue: return text.empty() || is_label_word(text);
    case Format::Time: return base::parse_instant(text).has_value();
    }
    return true;
}

}  // namespace

string_view format_fault(Format format, string_view text) {
    return fits(format, text) ? string_view() : format_sentence(format);
}

string_view format_sentence(Format format) {
    switch (format) {
    case Format::Any: return {};
    case Format::DnsLabel:
        return "must be lower-case letters, digits and '-', with a letter or digit at both ends";
    case Format::DnsName:
        return "must be the name of a Kubernetes object: lower-case letters, digits, '-' and '.', "
               "with a letter or digit at both ends of each part";
    case Format::HostPattern: return "must be a host name or *.suffix, with or without :port";
    case Format::HttpUrl: return "must be a URL that begins with http:// or https://";
    case Format::Intervals: return "must be numbers and ranges such as 0-4,7";
    case Format::FileKey:
        return "must be a key of a ConfigMap or Secret: letters, digits, '-', '_' and '.', not "
               "beginning with '..'";
    case Format::Image: return "must be the name of a container image, without spaces";
    case Format::Quantity: return "must be an amount such as 100m, 2 or 512Mi";
    case Format::LabelKey:
        return "must be the key of a label, such as disktype or example.com/zone";
    case Format::LabelValue:
        return "must be the value of a label: letters, digits, '-', '_' and '.', with a letter or "
               "digit at both ends";
    case Format::Time: return "must be a time such as 2026-01-31T12:00:00Z";
    }
    return {};
}

string_view format_regex(Format format) {
    switch (format) {
    case Format::Any:
    case Format::Time: return {};
    case Format::DnsLabel: return "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";
    case Format::DnsName:
        return "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    case Format::HostPattern:
        return R"(^([*][.])?[-_A-Za-z0-9\x{80}-\x{10FFFF}\[\]][-_.:A-Za-z0-9\x{80}-\x{10FFFF}\[\]]*$)";
    case Format::HttpUrl: return R"(^[Hh][Tt][Tt][Pp][Ss]?://\S+$)";
    case Format::Intervals: return "^[0-9]{1,10}(-[0-9]{1,10})?(,[0-9]{1,10}(-[0-9]{1,10})?)*$";
    case Format::FileKey: return "^([-_A-Za-z0-9]|[.][-_A-Za-z0-9])[-._A-Za-z0-9]*$";
    case Format::Image: return "^[A-Za-z0-9][-._:/@A-Za-z0-9]*$";
    case Format::Quantity: return "^[0-9]+([.][0-9]+)?([mkMGTP]|[KMGTP]i)?$";
    case Format::LabelKey:
        return "^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
               "[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$";
    case Format::LabelValue: return "^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$";
    }
    return {};
}

string_view format_name(Format format) {
    switch (format) {
    case Format::Any: return "";
    case Format::DnsLabel: return ", DNS label";
    case Format::DnsName: return ", DNS name";
    case Format::HostPattern: return ", `host`, `host:port` or `*.suffix`";
    case Format::HttpUrl: return ", http or https URL";
    case Format::Intervals: return ", intervals such as `0-4,7`";
    case Format::FileKey: return ", key of a ConfigMap or Secret";
    case Format::Image: return ", name of an image";
    case Format::Quantity: return ", amount such as `100m` or `512Mi`";
    case Format::LabelKey: return ", key of a label";
    case Format::LabelValue: return ", value of a label";
    case Format::Time: return ", time (RFC 3339)";
    }
    return "";
}

}  // namespace scan::schema
