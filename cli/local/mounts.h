// What a cluster would mount into a Pod, from folders with one file per key: --credential,
// --config-map.
#pragma once

#include "base/os/file.h"
#include "base/result.h"
#include "scan/job.h"

#include <map>
#include <string>
#include <vector>

namespace cli {

// name of the Secret or ConfigMap → folder
using Mounts = std::map<std::string, base::os::Path>;

// "NAME=FOLDER" each. Invalid: no '=', a name twice. NotFound: no such folder.
base::Result<Mounts> parse_mounts(const std::vector<std::string>& flags,
                                  std::string_view flag_name);

// Every Secret that the job names has a folder. NotFound: names the Secret and the flag to give.
base::Result<> check_credentials(const scan::JobSpec& spec, const Mounts& credentials);

// The job with what only makes sense on this machine made absolute: a specUrl that is a path
// (relative to `job_folder`), and spec{ConfigMap,Secret}Ref become the path of the file they name.
// NotFound names what is missing.
base::Result<scan::Job> localize(scan::Job job, const base::os::Path& job_folder,
                                 const Mounts& credentials, const Mounts& config_maps);

// One sentence that names the fields which the job sets and only a cluster heeds; empty: none.
std::string cluster_only_note(const scan::JobSpec& spec);

// Copies the job's credentials to <work>/credentials/<name>/<key>, readable by the user alone.
base::Result<> copy_credentials(const scan::JobSpec& spec, const Mounts& credentials,
                                const base::os::Path& work);

}  // namespace cli
