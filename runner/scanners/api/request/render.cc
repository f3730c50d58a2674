#include "runner/scanners/api/request/draft.h"
#include "runner/scanners/api/request/styles.h"

#include "base/digest.h"
#include "base/text.h"
#include "net/url.h"

#include <fmt/format.h>

namespace runner::api {
namespace {

using base::Json;

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string path_of(const Draft& draft) {
    std::string path = draft.operation->path_template;
    for (const auto& argument : draft.arguments) {
        if (argument.parameter->place != Place::Path) continue;
        const auto hole = "{" + argument.parameter->name + "}";
        const auto text = path_text(*argument.parameter, argument.value);
        for (auto at = path.find(hole); at != std::string::npos;
             at = path.find(hole, at + text.size())) {
            path.replace(at, hole.size(), text);
        }
    }
    return path;
}

// Control characters cannot stand in a header (RFC 9110 §5.5).
std::string header_safe(std::string text) {
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return text;
}

void add_arguments(const Draft& draft, net::Request& request, Pairs& query) {
    std::string cookies;
    for (const auto& [parameter, value] : draft.arguments) {
        switch (parameter->place) {
        case Place::Path: break;
        case Place::Query: {
            auto pairs = query_pairs(*parameter, value);
            query.insert(query.end(), pairs.begin(), pairs.end());
            break;
        }
        case Place::Header:
            request.headers.set(parameter->name, header_safe(plain_text(*parameter, value)));
            break;
        case Place::Cookie:
            cookies += (cookies.empty() ? "" : "; ") + parameter->name + "=" +
                       base::percent_encode(plain_text(*parameter, value));
            break;
        }
    }
    if (!cookies.empty()) request.headers.set("Cookie", cookies);
}

Pairs form_pairs(const Json& body) {
    Pairs out;
    if (!body.is_object()) return out;
    for (const auto& [name, value] : body.items()) {
        if (!value.is_array()) {
            out.emplace_back(name, scalar_text(value));
            continue;
        }
        for (const auto& item : value) out.emplace_back(name, scalar_text(item));
    }
    return out;
}

bool is_file(const Body& body, std::string_view name) {
    const auto* properties =
        body.schema == nullptr ? nullptr : base::find(*body.schema, "properties");
    const auto* property = properties == nullptr ? nullptr : base::find(*properties, name);
    return property != nullptr && base::get_string(*property, "format") == "binary";
}

std::string multipart(const Body& spec, const Json& body, const std::string& boundary) {
    std::string out;
    for (const auto& [name, value] : form_pairs(body)) {
        out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + header_safe(name) +
               "\"";
        if (is_file(spec, name)) out += "; filename=\"file.txt\"\r\nContent-Type: text/plain";
        out += "\r\n\r\n" + value + "\r\n";
    }
    return out + "--" + boundary + "--\r\n";
}

std::string xml_escape(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c;
    }
    return out;
}

std::string xml_of(const Json& value, const std::string& name) {
    std::string inner;
    if (value.is_object()) {
        for (const auto& [key, item] : value.items()) inner += xml_of(item, key);
    } else if (value.is_array()) {
        for (const auto& item : value) inner += xml_of(item, "item");
    } else {
        inner = xml_escape(scalar_text(value));
    }
    return "<" + name + ">" + inner + "</" + name + ">";
}

void add_body(const Draft& draft, net::Request& request) {
    if (draft.body_spec == nullptr) return;
    const auto& type = draft.body_spec->media_type;
    const auto lower = base::to_lower(type);
    request.headers.set("Content-Type", header_safe(type));
    if (draft.raw_body) {
        request.body = *draft.raw_body;
    } else if (lower.find("json") != std::string::npos) {
        request.body = base::dump_json(draft.body);
    } else if (lower.starts_with("application/x-www-form-urlencoded")) {
        request.body = net::build_query(form_pairs(draft.body));
    } else if (lower.starts_with("multipart/form-data")) {
        // From the content, so that the same request has the same bytes.
        const auto boundary = "sf" + base::sha256_hex(base::dump_json(draft.body)).substr(0, 24);
        request.headers.set("Content-Type", "multipart/form-data; boundary=" + boundary);
        request.body = multipart(*draft.body_spec, draft.body, boundary);
    } else if (lower.find("xml") != std::string::npos) {
        request.body = "<?xml version=\"1.0\"?>" + xml_of(draft.body, "root");
    } else {
        request.body = scalar_text(draft.body);
    }
}

}  // namespace

net::Request render(const std::string& server_url, const Draft& draft) {
    net::Request request;
    request.method = draft.operation->method;
    std::string_view server = server_url;
    while (server.ends_with('/')) server.remove_suffix(1);
    request.headers.set("Accept", "application/json, */*;q=0.5");
    Pairs query;
    add_arguments(draft, request, query);
    request.url = std::string(server) + path_of(draft);
    if (!query.empty()) {
        const auto glue = request.url.find('?') == std::string::npos ? "?" : "&";
        request.url += glue + net::build_query(query);
    }
    add_body(draft, request);
    return request;
}

}  // namespace runner::api
