// A description as the schema of a Kubernetes resource: structural OpenAPI v3 with bounds, enums,
// defaults, list types and CEL rules. Heavy: include it in .cc files only.
// Source:
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
#pragma once

#include "scan/schema.h"

namespace scan::schema {

// A status is written by one program and has no defaults but its own.
enum class Defaults { Written, LeftOut };

Json openapi(const Object& object, Defaults defaults);
// As an entry of x-kubernetes-validations.
Json openapi_rule(const Cel& cel);

}  // namespace scan::schema
