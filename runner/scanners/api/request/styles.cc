#include "runner/scanners/api/request/styles.h"

#include "base/text.h"

namespace runner::api {
namespace {

using base::Json;

enum class Encode { No, Percent };

std::string encoded(const Json& value, Encode encode) {
    const auto text = scalar_text(value);
    return encode == Encode::Percent ? base::percent_encode(text) : text;
}

// "a,b" of a list; "k,v" or "k=v" of an object.
std::string joined(const Json& value, std::string_view separator, std::string_view between,
                   Encode encode) {
    if (!value.is_structured()) return encoded(value, encode);
    std::string out;
    for (const auto& [key, item] : value.items()) {
        if (!out.empty()) out += separator;
        if (value.is_object()) out += encoded(Json(key), encode) + std::string(between);
        out += encoded(item, encode);
    }
    return out;
}

std::string matrix(const Parameter& parameter, const Json& value) {
    const auto name = base::percent_encode(parameter.name);
    if (value.is_array() && parameter.explode) {
        std::string out;
        for (const auto& item : value) out += ";" + name + "=" + encoded(item, Encode::Percent);
        return out;
    }
    if (value.is_object() && parameter.explode)
        return ";" + joined(value, ";", "=", Encode::Percent);
    return ";" + name + "=" + joined(value, ",", ",", Encode::Percent);
}

}  // namespace

std::string scalar_text(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null()) return {};
    return base::dump_json(value);
}

std::string path_text(const Parameter& parameter, const Json& value) {
    const std::string_view between = parameter.explode ? "=" : ",";
    if (parameter.as_json) return base::percent_encode(base::dump_json(value));
    if (parameter.style == Style::Matrix) return matrix(parameter, value);
    if (parameter.style == Style::Label) {
        return "." + joined(value, parameter.explode ? "." : ",", between, Encode::Percent);
    }
    return joined(value, ",", between, Encode::Percent);
}

std::vector<std::pair<std::string, std::string>> query_pairs(const Parameter& parameter,
                                                             const Json& value) {
    const auto& name = parameter.name;
    if (parameter.as_json) return {{name, base::dump_json(value)}};
    if (!value.is_structured()) return {{name, scalar_text(value)}};
    std::vector<std::pair<std::string, std::string>> out;
    if (value.is_object() && parameter.style == Style::DeepObject) {
        for (const auto& [key, item] : value.items())
            out.emplace_back(name + "[" + key + "]", scalar_text(item));
        return out;
    }
    if (parameter.explode) {
        for (const auto& [key, item] : value.items())
            out.emplace_back(value.is_object() ? key : name, scalar_text(item));
        return out;
    }
    std::string_view separator = ",";
    if (parameter.style == Style::SpaceDelimited) separator = " ";
    if (parameter.style == Style::PipeDelimited) separator = "|";
    return {{name, joined(value, separator, separator, Encode::No)}};
}

std::string plain_text(const Parameter& parameter, const Json& value) {
    if (parameter.as_json) return base::dump_json(value);
    return joined(value, ",", parameter.explode ? "=" : ",", Encode::No);
}

}  // namespace runner::api
