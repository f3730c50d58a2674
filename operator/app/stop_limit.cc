#include "operator/app/stop_limit.h"

#include "base/log.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

namespace app {

StopLimit::StopLimit(base::Duration grace)
    : thread_([grace](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any never;
          std::unique_lock lock(mutex);
          never.wait_for(lock, stop, grace, [] { return false; });
          if (stop.stop_requested()) return;
          base::log::warn("Stopped without waiting for what still ran");
          std::_Exit(0);
      }) {}

}  // namespace app
