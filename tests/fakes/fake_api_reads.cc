// Reads: get, list in pages, watches.
#include "base/json.h"
#include "fakes/fake_api_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace fakes {

using base::Json;
using base::Result;

namespace {

std::string line_of(std::string_view type, const Json& object) {
    return fmt::format("{}\n", base::dump_json({{"type", type}, {"object", object}}));
}

Json bookmark_of(const kube::Resource& resource, std::uint64_t version, bool ends_initial) {
    Json metadata = {{"resourceVersion", std::to_string(version)}, {"creationTimestamp", nullptr}};
    if (ends_initial) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
    return {{"kind", resource.kind},
            {"apiVersion", resource.api_version()},
            {"metadata", std::move(metadata)}};
}

std::optional<std::uint64_t> number_in(std::string_view text) {
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end) return std::nullopt;
    return number;
}

ApiRefusal expired(std::string message) {
    return {.code = 410, .reason = "Expired", .message = std::move(message)};
}

}  // namespace

FakeApiServer::Reply FakeApiServer::get(const Route& route) const {
    const auto found = objects_.find(key_of(*route.kind, {route.namespace_, route.name}));
    if (found != objects_.end()) return reply(*found->second);
    return refusal(
        {.code = 404,
         .reason = {},
         .message = fmt::format("{} \"{}\" not found", route.kind->collection(), route.name)},
        &route);
}

Result<std::pair<Selector, Selector>> FakeApiServer::selectors_of(const Route& route) const {
    auto labels = TRY(Selector::of_labels(route.value("labelSelector")));
    auto fields = TRY(Selector::of_fields(route.value("fieldSelector")));
    return std::pair{std::move(labels), std::move(fields)};
}

bool FakeApiServer::is_wanted(const Watch& watch, const Json& object) const {
    const auto in = base::get_string(object["metadata"], "namespace");
    return (watch.namespace_.empty() || watch.namespace_ == in) && watch.labels.matches(object) &&
           watch.fields.matches(object);
}

FakeApiServer::Reply FakeApiServer::list(const Route& route) {
    const auto selectors = selectors_of(route);
    if (!selectors)
        return refusal({.code = 400, .reason = {}, .message = selectors.error().message()});
    Rest rest{.version = version_};
    if (const auto token = route.value("continue"); !token.empty()) {
        const auto found = rests_.find(token);
        if (found == rests_.end())
            return refusal(expired("The provided continue parameter is too old to display a "
                                   "consistent list result. You must start a new list without "
                                   "the continue parameter."),
                           &route);
        rest = found->second;
    } else {
        const Watch wanted{.kind = route.kind,
                           .namespace_ = route.namespace_,
                           .labels = selectors->first,
                           .fields = selectors->second};
        for (const auto& object : all(route.kind->resource)) {
            if (is_wanted(wanted, *object)) rest.items.push_back(object);
        }
    }
    const auto limit = number_in(route.value("limit")).value_or(0);
    Json metadata = {{"resourceVersion", std::to_string(rest.version)}};
    Json items = Json::array();
    std::size_t taken = 0;
    for (; taken < rest.items.size() && (limit == 0 || taken < limit); ++taken) {
        Json item = *rest.items[taken];
        // As typed lists are written.
        if (!route.kind->custom) {
            item.erase("kind");
            item.erase("apiVersion");
        }
        items.push_back(std::move(item));
    }
    if (taken < rest.items.size()) {
        rest.items.erase(rest.items.begin(),
                         rest.items.begin() + static_cast<std::ptrdiff_t>(taken));
        const auto token = fmt::format("token-{}", ++tokens_);
        metadata["continue"] = token;
        metadata["remainingItemCount"] = rest.items.size();
        rests_[token] = std::move(rest);
    }
    return reply({{"kind", fmt::format("{}List", route.kind->resource.kind)},
                  {"apiVersion", route.kind->resource.api_version()},
                  {"metadata", std::move(metadata)},
                  {"items", std::move(items)}});
}

std::optional<kube::ApiError>
FakeApiServer::open_watch(kube::CallId id, const kube::Request& request, base::Instant now) {
    const auto refused = [&](const Reply& reply) { return answer_of(reply, now).error; };
    const auto route = route_of(request);
    if (!route || route->value("watch") != "true" || !route->name.empty())
        return refused({.status = 404, .body = "404 page not found\n"});
    if (refuse_) {
        if (auto why = refuse_(request)) return refused(refusal(*why, &*route));
    }
    auto selectors = selectors_of(*route);
    if (!selectors)
        return refused(
            refusal({.code = 400, .reason = {}, .message = selectors.error().message()}));
    Watch watch{.kind = route->kind,
                .namespace_ = route->namespace_,
                .labels = std::move(selectors->first),
                .fields = std::move(selectors->second)};
    watch.bookmarks = route->value("allowWatchBookmarks") == "true";
    if (const auto seconds = number_in(route->value("timeoutSeconds")))
        watch.ends_at = now + std::chrono::seconds(*seconds);
    const auto from = route->value("resourceVersion");
    const bool initial = route->value("sendInitialEvents") == "true";
    const bool sound =
        watch_list_ && watch.bookmarks && route->value("resourceVersionMatch") == "NotOlderThan";
    if (initial && !sound)
        return refused(refusal({.code = 422,
                                .reason = {},
                                .message = "sendInitialEvents: Forbidden: not here, or without "
                                           "bookmarks and resourceVersionMatch"},
                               &*route));
    if (initial || from.empty() || from == "0") {
        append_initial(watch, initial);
    } else {
        const auto version = number_in(from);
        if (!version)
            return refused(refusal(
                {.code = 400, .reason = {}, .message = "resourceVersion: Invalid value: " + from}));
        if (*version < compacted_)
            return refused(refusal(
                expired(fmt::format("too old resource version: {} ({})", *version, compacted_))));
        const auto after = std::ranges::upper_bound(history_, *version, {}, &Change::version);
        watch.next = static_cast<std::size_t>(after - history_.begin());
    }
    watches_.insert_or_assign(id, std::move(watch));
    return std::nullopt;
}

void FakeApiServer::append_initial(Watch& watch, bool with_bookmark) {
    for (const auto& object : all(watch.kind->resource)) {
        if (is_wanted(watch, *object)) watch.pending += line_of("ADDED", *object);
    }
    if (with_bookmark)
        watch.pending += line_of("BOOKMARK", bookmark_of(watch.kind->resource, version_, true));
    watch.next = history_.size();
}

// An object that comes into the selection is ADDED, one that leaves it is DELETED.
void FakeApiServer::append_change(Watch& watch, const Change& change) const {
    if (change.kind != watch.kind) return;
    const bool is_in = change.type != Change::Type::Deleted && is_wanted(watch, *change.object);
    const bool was_in = change.before != nullptr && is_wanted(watch, *change.before);
    if (is_in)
        watch.pending += line_of(was_in ? "MODIFIED" : "ADDED", *change.object);
    else if (was_in)
        watch.pending += line_of("DELETED", *change.object);
}

std::string FakeApiServer::take_lines(kube::CallId id) {
    if (!has_lines(id)) return {};
    return std::exchange(watches_.at(id).pending, {});
}

bool FakeApiServer::has_lines(kube::CallId id) {
    const auto found = watches_.find(id);
    if (found == watches_.end()) return false;
    auto& watch = found->second;
    for (; watch.next < history_.size(); ++watch.next) append_change(watch, history_[watch.next]);
    return !watch.pending.empty();
}

bool FakeApiServer::is_over(kube::CallId id, base::Instant now) const {
    const auto found = watches_.find(id);
    return found == watches_.end() || (found->second.ends_at && *found->second.ends_at <= now);
}

void FakeApiServer::close_watch(kube::CallId id) { watches_.erase(id); }

void FakeApiServer::send_bookmarks() {
    for (auto& [id, watch] : watches_) {
        if (!watch.bookmarks) continue;
        for (; watch.next < history_.size(); ++watch.next)
            append_change(watch, history_[watch.next]);
        watch.pending += line_of("BOOKMARK", bookmark_of(watch.kind->resource, version_, false));
    }
}

std::vector<kube::CallId> FakeApiServer::open_watches() const {
    std::vector<kube::CallId> ids;
    for (const auto& [id, watch] : watches_) ids.push_back(id);
    return ids;
}

}  // namespace fakes
