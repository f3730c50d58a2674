// A description as the schema of a Kubernetes resource: structural OpenAPI v3 with bounds, enums,
// defaults, list types and CEL rules. Heavy: include it in .cc files only.
// Source:
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
#pragma once

#include "scan/schema.h"

namespace scan::schema {

// Where defaults go: into the schema, into the words only, or nowhere: then it is a status, which
// programs write, and empty texts are taken.
enum class Defaults { Written, Described, LeftOut };

Json openapi(const Object& object, Defaults defaults);
// As an entry of x-kubernetes-validations.
Json openapi_rule(const Cel& cel);

}  // namespace scan::schema
