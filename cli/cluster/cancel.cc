// scanfleet cancel NAME
#include "base/json.h"
#include "base/os/clock.h"
#include "cli/cluster/scan_list.h"
#include "cli/cluster/session.h"

#include <fmt/format.h>

namespace cli::cluster {

using base::Json;
using base::Result;

Result<int> cancel(const Flags& flags, const std::string& name, const Print& print) {
    auto session = TRY(Session::open(flags, base::os::system_clock()));
    const Json job = TRY(fetch_job(session, name));
    if (is_finished(job)) {
        print(fmt::format("scanjob.scanfleet.dev/{} has ended already: {}\n", name,
                          printable(status_text(job, "outcome"))));
        return 0;
    }
    // Of the object that was looked at: another of that name is not cancelled.
    const Json* metadata = base::find(job, "metadata");
    const auto uid = metadata == nullptr ? std::string() : base::get_string(*metadata, "uid");
    const Json patch = {{"metadata", {{"uid", uid}}}, {"spec", {{"cancel", true}}}};
    TRY(session.fetch(kube::merge_patch(kScanJobs, {session.where(), name}, "",
                                        base::dump_json(patch),
                                        {.field_manager = "scanfleet-cli"})));
    print(fmt::format("scanjob.scanfleet.dev/{} cancelled: what was found is kept and reported\n",
                      name));
    return 0;
}

}  // namespace cli::cluster
