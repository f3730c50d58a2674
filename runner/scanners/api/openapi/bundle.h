// References to other documents: refused, or fetched into the one document that chunks get.
#pragma once

#include "base/json_fwd.h"
#include "base/result.h"
#include "scan/job.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace runner::api {

struct BundleOptions {
    scan::RemoteRefs remote_refs = scan::RemoteRefs::None;
    std::string
        document_url{};  // empty: the document has no address, so nothing can be relative to it
    // Fetches and parses one document. Only asked for URLs of the document's own origin.
    std::function<base::Result<base::Json>(std::string_view url)> fetch{};
};

// Makes every reference that may be followed local: fetched documents go under
// "x-scanfleet-documents". `file:` is refused always. What is not followed stays as it is, which
// makes the operations that need it unusable, and is told in `notices`. Never fails: at most 64
// documents are fetched.
void bundle(base::Json& document, const BundleOptions& options, std::vector<std::string>& notices);

}  // namespace runner::api
