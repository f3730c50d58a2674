#include "runner/scanners/api/engine/unit_params.h"

#include "base/json.h"

namespace runner::api {

std::string to_json(const UnitParams& params) {
    base::Json out = {{"pointer", params.pointer},
                      {"server", params.server},
                      {"serverLabel", params.server_label},
                      {"line", params.line},
                      {"column", params.column}};
    if (!params.spec_uri.empty()) out["specUri"] = params.spec_uri;
    if (!params.defect.empty()) out["defect"] = params.defect;
    return base::dump_json(out);
}

base::Result<UnitParams> parse_unit_params(std::string_view json) {
    const auto parsed = TRY(base::parse_json(json));
    UnitParams out{.pointer = base::get_string(parsed, "pointer"),
                   .server = base::get_string(parsed, "server"),
                   .server_label = base::get_string(parsed, "serverLabel"),
                   .spec_uri = base::get_string(parsed, "specUri"),
                   .line = static_cast<int>(base::get_int(parsed, "line")),
                   .column = static_cast<int>(base::get_int(parsed, "column")),
                   .defect = base::get_string(parsed, "defect")};
    if (out.pointer.empty() || out.server.empty()) {
        return base::fail(base::ErrorKind::Invalid,
                          "the unit's params have no pointer or no server");
    }
    return out;
}

}  // namespace runner::api
