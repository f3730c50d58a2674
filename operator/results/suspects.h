// Which units had lines but no terminal one: they may have been in flight when an attempt died.
#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace results {

class Suspects {
public:
    Suspects();
    ~Suspects();

    // Whole lines of a result stream that ingest has validated.
    base::Result<> look_at(std::string_view segment);
    // Units seen in finding, record and log lines, sorted, less those in `done` (sorted).
    std::vector<std::string> without(const std::vector<std::string>& done) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace results
