#include "runner/scanners/api/values/formats.h"

#include "base/text.h"

#include <fmt/format.h>

namespace runner::api {

std::optional<std::string> text_for_format(std::string_view raw, Chance& chance) {
    const auto format = base::to_lower(raw);
    // Dates are fixed: a value must not depend on the day of the scan.
    if (format == "date") return "2024-01-15";
    if (format == "date-time" || format == "datetime") return "2024-01-15T12:00:00Z";
    if (format == "time") return "12:00:00Z";
    if (format == "duration") return "PT1H";
    if (format == "email" || format == "idn-email") return "sf" + chance.hex(8) + "@example.com";
    if (format == "uuid" || format == "guid") {
        const auto hex = chance.hex(32);
        return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4),
                           hex.substr(13, 3), hex.substr(17, 3), hex.substr(20, 12));
    }
    if (format == "uri" || format == "url" || format == "iri")
        return "https://example.com/" + chance.hex(6);
    if (format == "uri-reference") return "/" + chance.hex(6);
    if (format == "hostname" || format == "idn-hostname")
        return "sf" + chance.hex(6) + ".example.com";
    if (format == "ipv4" || format == "ip") return "192.0.2.1";
    if (format == "ipv6") return "2001:db8::1";
    if (format == "cidr") return "192.0.2.0/24";
    if (format == "byte") return base::base64_encode("sf" + chance.hex(8));
    if (format == "password") return "Sf-" + chance.hex(12) + "-1";
    if (format == "phone" || format == "phone-number") return "+12025550123";
    if (format == "decimal") return "1.00";
    if (format == "json-pointer") return "/a";
    if (format == "regex") return "^a$";
    return std::nullopt;
}

}  // namespace runner::api
