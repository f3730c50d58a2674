// The pieces of reading a document, for read.cc only.
#pragma once

#include "base/json.h"
#include "runner/scanners/api/openapi/model.h"

#include <string>
#include <vector>

namespace runner::api {

// One document while it is read.
struct Reading {
    const base::Json& root;
    Specification& out;
    bool is_v2 = false;

    const Resolver& resolver() const { return out.resolver; }
};

std::vector<Server> read_servers(const Reading& reading);
std::vector<SecurityScheme> read_schemes(const Reading& reading);

// Where the parameters of an operation come from: the path's own first, overridden by the
// operation's.
struct ParameterLists {
    const base::Json& path_item;
    std::string path_pointer;
    const base::Json& operation;
};
// Fills parameters and, for 2.0, bodies; sets `defect` where a part cannot be understood.
void read_parameters(const Reading& reading, const ParameterLists& lists, Operation& operation);
// OpenAPI 3 `requestBody`.
void read_request_body(const Reading& reading, const base::Json& source, Operation& operation);
void read_responses(const Reading& reading, const base::Json& source, Operation& operation);
Auth read_auth(const Reading& reading, const base::Json& source, const Operation& operation);

// JSON first, then forms, then the rest.
int media_rank(std::string_view media_type);

}  // namespace runner::api
