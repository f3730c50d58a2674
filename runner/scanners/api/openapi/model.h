// An OpenAPI document as the scanner sees it: servers, operations, what they take and what they
// answer. Schemas stay where they are, as JSON; a Resolver follows their references.
#pragma once

#include "base/json_fwd.h"
#include "runner/scanners/api/openapi/resolver.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

enum class Place { Path, Query, Header, Cookie };
enum class Style { Simple, Label, Matrix, Form, SpaceDelimited, PipeDelimited, DeepObject };
std::string_view to_string(Place place);  // "path", "query", "header", "cookie"

struct Parameter {
    std::string name;
    Place place = Place::Query;
    bool required = false;
    Style style = Style::Simple;
    bool explode = false;
    bool as_json = false;                // OpenAPI 3 `content: application/json`
    const base::Json* schema = nullptr;  // 2.0: the parameter object itself; nullptr = anything
    const base::Json* object = nullptr;  // the parameter object: example, examples
    std::string pointer{};               // where it stands in the document
};

struct Body {
    std::string media_type;
    bool required = false;
    const base::Json* schema = nullptr;
    const base::Json* object = nullptr;  // the media type object: example, examples
    std::string pointer{};
};

struct ResponseSpec {
    std::string status;  // "200", "2XX", "default"
    std::string media_type{};
    const base::Json* schema = nullptr;
};

// What the document says about who may call.
enum class Auth {
    Required,  // effective `security` is not empty and has no empty alternative
    Implied,  // no `security`, but an Authorization-like parameter, the description or a documented
              // 401 says so
    Optional,  // an alternative is empty
    None,      // `security: []`, or nothing said
};

enum class SchemeKind { ApiKey, Basic, Bearer, OAuth, Other };
struct SecurityScheme {
    std::string id;
    SchemeKind kind = SchemeKind::Other;
    std::string in{};    // ApiKey: "header", "query", "cookie"
    std::string name{};  // ApiKey: the name there
};

struct Operation {
    std::string method;         // upper case
    std::string path_template;  // "/users/{id}"
    std::string operation_id{};
    std::vector<std::string> tags{};
    std::vector<Parameter> parameters{};
    std::vector<Body> bodies{};  // in order of preference: JSON, form, multipart, others
    std::vector<ResponseSpec> responses{};
    Auth auth = Auth::None;
    bool deprecated = false;
    std::string pointer{};  // "/paths/~1users~1{id}/get"
    // Why it cannot be scanned; empty = fine. Such an operation becomes one failed unit.
    std::string defect{};

    std::string id() const { return method + " " + path_template; }
    bool is_safe() const { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }
    // The schema documented for this status: exact, then range ("2XX"), then default. nullptr if
    // none.
    const base::Json* response_schema(int status) const;
};

struct Server {
    int index = 0;    // in `servers`; 0 for 2.0 and for an override
    std::string url;  // variables filled in; may be relative
};

struct Specification {
    std::string version;  // "2.0", "3.0.3", "3.1.0"
    std::size_t path_count = 0;
    std::vector<Server> servers{};
    std::vector<Operation> operations{};  // in order of path and method
    std::vector<SecurityScheme> schemes{};
    std::vector<std::string> notices{};
    Resolver resolver;
    // Schemas that we had to make (2.0 form parameters); pointers of operations lead in here too.
    std::shared_ptr<std::deque<base::Json>> made{};
};

}  // namespace runner::api
