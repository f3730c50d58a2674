#include "runner/scanners/api/openapi/bundle.h"

#include "base/json.h"
#include "base/text.h"
#include "net/url.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

namespace runner::api {
namespace {

using base::Json;

// Honest specifications are split into a few dozen files; each costs a request.
constexpr std::size_t kDocumentsMax = 64;
constexpr std::string_view kHome = "x-scanfleet-documents";

struct Place {
    std::string url;     // of the document the reference stands in
    std::string prefix;  // where that document stands in ours: "" or "/x-scanfleet-documents/3"
};

class Bundler {
public:
    Bundler(const BundleOptions& options, std::vector<std::string>& notices)
        : options_(options), notices_(notices) {}

    void run(Json& document) {
        rewrite(document, {options_.document_url, ""});
        // Fetched documents are rewritten as they come, and may ask for more.
        while (!waiting_.empty()) {
            auto [place, fetched] = std::move(waiting_.back());
            waiting_.pop_back();
            rewrite(fetched, place);
            done_.emplace_back(place.prefix, std::move(fetched));
        }
        for (auto& [prefix, fetched] : done_)
            document[kHome][prefix.substr(kHome.size() + 2)] = std::move(fetched);
        tell();
    }

private:
    void rewrite(Json& root, const Place& place) {
        std::vector<Json*> todo{&root};
        while (!todo.empty()) {
            auto* node = todo.back();
            todo.pop_back();
            if (node->is_object()) rewrite_reference(*node, place);
            if (!node->is_structured()) continue;
            for (auto& child : *node) {
                if (child.is_structured()) todo.push_back(&child);
            }
        }
    }

    void rewrite_reference(Json& node, const Place& place) {
        const auto it = node.find("$ref");
        if (it == node.end() || !it->is_string()) return;
        const auto reference = it->get<std::string>();
        if (reference.starts_with('#')) {
            if (!place.prefix.empty()) *it = "#" + place.prefix + reference.substr(1);
            return;
        }
        const auto target = local_form(reference, place);
        if (target) *it = *target;
    }

    std::optional<std::string> local_form(const std::string& reference, const Place& place) {
        if (base::to_lower(reference).starts_with("file:")) {
            ++files_;
            return std::nullopt;
        }
        const bool may = options_.remote_refs == scan::RemoteRefs::SameOrigin && options_.fetch &&
                         !place.url.empty();
        if (!may) {
            ++not_followed_;
            return std::nullopt;
        }
        const auto hash = reference.find('#');
        const auto fragment =
            hash == std::string::npos ? std::string() : reference.substr(hash + 1);
        const auto prefix = prefix_of(reference.substr(0, hash), place);
        if (!prefix) return std::nullopt;
        return "#" + *prefix + fragment;
    }

    std::optional<std::string> prefix_of(const std::string& reference, const Place& place) {
        const auto base_url = net::parse_url(place.url);
        if (!base_url) return std::nullopt;
        const auto url = net::resolve(*base_url, reference);
        if (!url || url->origin() != base_url->origin()) {
            ++foreign_;
            return std::nullopt;
        }
        const auto text = url->text();
        if (text == options_.document_url) return "";
        if (const auto known = known_.find(text); known != known_.end()) return known->second;
        if (known_.size() >= kDocumentsMax) {
            ++too_many_;
            return std::nullopt;
        }
        auto fetched = options_.fetch(text);
        std::optional<std::string> prefix;
        if (fetched) {
            prefix = fmt::format("/{}/{}", kHome, known_.size());
            waiting_.emplace_back(Place{text, *prefix}, std::move(*fetched));
        } else {
            notices_.push_back(fmt::format("the referenced document {} was not read: {}",
                                           base::ellipsize(text, 300), fetched.error().message()));
        }
        known_.emplace(text, prefix);
        return prefix;
    }

    void tell() {
        if (files_ > 0)
            notices_.push_back(
                fmt::format("{} references to local files (file:) are refused", files_));
        if (not_followed_ > 0) {
            notices_.push_back(fmt::format(
                "{} references to other documents are not followed; remoteRefs: SameOrigin "
                "allows those of the specification's own host",
                not_followed_));
        }
        if (foreign_ > 0) {
            notices_.push_back(
                fmt::format("{} references lead to another host and are not followed", foreign_));
        }
        if (too_many_ > 0) {
            notices_.push_back(fmt::format("{} references beyond {} documents are not followed",
                                           too_many_, kDocumentsMax));
        }
    }

    const BundleOptions& options_;
    std::vector<std::string>& notices_;
    std::map<std::string, std::optional<std::string>>
        known_{};  // URL → prefix; nullopt = could not be read
    std::vector<std::pair<Place, Json>> waiting_{};
    std::vector<std::pair<std::string, Json>> done_{};
    std::size_t files_ = 0, not_followed_ = 0, foreign_ = 0, too_many_ = 0;
};

}  // namespace

void bundle(Json& document, const BundleOptions& options, std::vector<std::string>& notices) {
    Bundler(options, notices).run(document);
}

}  // namespace runner::api
