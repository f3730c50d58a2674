#include "runner/scanners/api/scanner.h"

#include "base/digest.h"
#include "runner/scanners/api/discovery/discover.h"
#include "runner/scanners/api/engine/run_chunk.h"
#include "scan/rules.h"

#include <string>

namespace runner {
namespace {

class ApiScanner final : public Scanner {
public:
    scan::ScannerType type() const override { return scan::ScannerType::Api; }
    std::string_view version() const override { return SF_VERSION; }

    // Changes with the rules and with the program that applies them.
    std::string rules_version() const override {
        std::string text = SF_VERSION;
        for (const auto& rule : scan::all_rules()) {
            if (rule.id.starts_with("api."))
                text += "\n" + std::string(rule.id) + "\n" + std::string(rule.description);
        }
        return base::sha256_hex(text).substr(0, 16);
    }

    Requirements requirements(const scan::Job& job) const override {
        const auto* options = std::get_if<scan::ApiOptions>(&job.spec.scanner);
        return {.network = true, .credentials = options != nullptr && !options->personas.empty()};
    }

    std::expected<Discovery, Stop> discover(const DiscoveryContext& context) override {
        return api::discover(context);
    }
    std::expected<void, Stop> run(const RunContext& context) override {
        return api::run_chunk(context);
    }
};

}  // namespace

std::unique_ptr<Scanner> make_api_scanner() { return std::make_unique<ApiScanner>(); }

}  // namespace runner
