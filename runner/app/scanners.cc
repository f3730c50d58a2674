#include "runner/app/scanners.h"

#include "runner/scanners/api/scanner.h"
#include "runner/scanners/synthetic/scanner.h"

#include <array>
#include <memory>

namespace runner {

FindScanner built_in_scanners() {
    auto scanners = std::make_shared<std::array<std::unique_ptr<Scanner>, 2>>(
        std::array<std::unique_ptr<Scanner>, 2>{make_api_scanner(), make_synthetic_scanner()});
    return [scanners](scan::ScannerType type) -> Scanner* {
        for (const auto& scanner : *scanners) {
            if (scanner->type() == type) return scanner.get();
        }
        return nullptr;
    };
}

}  // namespace runner
