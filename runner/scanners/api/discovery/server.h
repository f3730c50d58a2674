// Which server is scanned. Pure.
#pragma once

#include "net/url.h"
#include "runner/scanner.h"
#include "runner/scanners/api/openapi/model.h"

#include <expected>
#include <string>

namespace runner::api {

struct ChosenServer {
    net::Url url;
    std::string label;  // for fingerprints: index in `servers` and host; the port only if the
                        // document names it
};

// serverUrl of the job, else the first entry of `servers` that can be used. `document_url`: where
// the document was fetched from, empty for one that the user handed in. Config with InvalidSpec: no
// usable entry (asks for serverUrl). Config with TargetForbidden: entries of a fetched document
// lead to hosts that the job does not name.
std::expected<ChosenServer, Stop> choose_server(const scan::Job& job,
                                                const Specification& specification,
                                                const std::string& document_url);

}  // namespace runner::api
