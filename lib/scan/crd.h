// The Kubernetes resource ScanJob, made from the descriptions of its spec and its status. Pure.
#pragma once

#include <string>

namespace scan {

// crds/scanjobs.yaml: the whole CustomResourceDefinition.
std::string scanjob_crd_yaml();

// docs/reference/scanjob.md: every field of spec and status, conditions, reasons, rules on changes.
std::string scanjob_reference_markdown();

}  // namespace scan
