#include "kube/kubeconfig_file.h"

#include "base/document.h"
#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace kube {
namespace {

using base::Document;
using base::ErrorKind;
using base::fail;
using base::Json;
using base::Result;

// Hundreds of clusters with their certificates are about 1 MiB.
constexpr base::DocumentLimits kLimits{
    .bytes_max = 10u << 20, .nodes_max = 200'000, .depth_max = 64};

// A value of the file and where it stands.
class Place {
public:
    Place(const Document& document, std::string_view path)
        : document_(&document), value_(&document.root()), path_(path) {}

    bool is_object() const { return value_ != nullptr && value_->is_object(); }
    bool has(std::string_view key) const { return member(key) != nullptr; }
    // Of another type, or null: as if it were not there.
    Place child(std::string_view key) const {
        return {*this, member(key), "/" + base::escape_pointer(key)};
    }
    // Missing = empty.
    Result<std::string> text(std::string_view key) const {
        const auto* found = member(key);
        if (found == nullptr) return std::string();
        if (found->is_string()) return found->get<std::string>();
        return child(key).wrong(fmt::format("{} must be text; put it in quotes", key));
    }
    Result<bool> flag(std::string_view key) const {
        const auto* found = member(key);
        if (found == nullptr) return false;
        if (found->is_boolean()) return found->get<bool>();
        return child(key).wrong(fmt::format("{} must be true or false", key));
    }
    Result<std::vector<Place>> list(std::string_view key) const {
        const auto* found = member(key);
        std::vector<Place> out;
        if (found == nullptr) return out;
        const auto here = child(key);
        if (!found->is_array()) return here.wrong(fmt::format("{} must be a list", key));
        for (std::size_t i = 0; i < found->size(); ++i)
            out.push_back({here, &(*found)[i], fmt::format("/{}", i)});
        return out;
    }
    Result<std::vector<std::string>> texts(std::string_view key) const {
        std::vector<std::string> out;
        const auto places = TRY(list(key));
        for (const auto& place : places) {
            if (!place.value_->is_string())
                return place.wrong(fmt::format("{} must be a list of texts", key));
            out.push_back(place.value_->get<std::string>());
        }
        return out;
    }
    // Base64 of PEM.
    Result<std::string> data(std::string_view key) const {
        const auto encoded = TRY(text(key));
        auto decoded = base::base64_decode(base::trim(encoded));
        if (decoded) return decoded;
        return child(key).wrong(fmt::format("{} is not base64", key));
    }
    // A file, relative to the kubeconfig's folder.
    Result<std::string> file(std::string_view key) const {
        const auto name = TRY(text(key));
        return resolve(name);
    }
    std::string resolve(const std::string& name) const {
        if (name.empty() || name.starts_with('/')) return name;
        return (std::filesystem::path(path_).parent_path() / name).lexically_normal().string();
    }
    const Json* value() const { return value_; }
    std::unexpected<base::Error> wrong(std::string what) const {
        const auto mark = document_->mark_near(pointer_);
        return fail(ErrorKind::Invalid, fmt::format("kubeconfig {}: line {}, column {}: {}", path_,
                                                    mark.line, mark.column, what));
    }

private:
    Place(const Place& parent, const Json* value, const std::string& step)
        : document_(parent.document_), value_(value), path_(parent.path_),
          pointer_(parent.pointer_ + step) {}
    const Json* member(std::string_view key) const {
        const auto* found = value_ == nullptr ? nullptr : base::find(*value_, key);
        return found == nullptr || found->is_null() ? nullptr : found;
    }

    const Document* document_;
    const Json* value_;
    std::string_view path_;
    std::string pointer_;
};

Result<KubeconfigCluster> read_cluster(const Place& place) {
    KubeconfigCluster out;
    out.server = TRY(place.text("server"));
    out.ca_pem = TRY(place.data("certificate-authority-data"));
    out.ca_file = TRY(place.file("certificate-authority"));
    const bool insecure = TRY(place.flag("insecure-skip-tls-verify"));
    out.verify = !insecure;
    out.tls_server_name = TRY(place.text("tls-server-name"));
    out.proxy = TRY(place.text("proxy-url"));
    const auto extensions = TRY(place.list("extensions"));
    for (const auto& extension : extensions) {
        const auto name = TRY(extension.text("name"));
        const auto value = extension.child("extension");
        if (name == "client.authentication.k8s.io/exec" && value.value() != nullptr)
            out.exec_extension = base::dump_json(*value.value());
    }
    return out;
}

Result<ExecPlugin> read_exec(const Place& place) {
    ExecPlugin out;
    out.api_version = TRY(place.text("apiVersion"));
    const auto command = TRY(place.text("command"));
    out.command = command.contains('/') ? place.resolve(command) : command;
    out.args = TRY(place.texts("args"));
    const auto variables = TRY(place.list("env"));
    for (const auto& variable : variables) {
        auto name = TRY(variable.text("name"));
        auto value = TRY(variable.text("value"));
        out.env.emplace_back(std::move(name), std::move(value));
    }
    out.install_hint = TRY(place.text("installHint"));
    out.provide_cluster_info = TRY(place.flag("provideClusterInfo"));
    const auto mode = TRY(place.text("interactiveMode"));
    out.needs_terminal = mode == "Always";
    return out;
}

Result<> read_impersonation(const Place& place, Login& login) {
    login.as = TRY(place.text("as"));
    login.as_uid = TRY(place.text("as-uid"));
    login.as_groups = TRY(place.texts("as-groups"));
    const auto extra = place.child("as-user-extra");
    if (!extra.is_object()) return {};
    for (const auto& [key, value] : extra.value()->items())
        login.as_extra[key] = TRY(extra.texts(key));
    return {};
}

Result<KubeconfigUser> read_user(const Place& place) {
    KubeconfigUser out;
    auto& login = out.login;
    login.client_certificate_pem = TRY(place.data("client-certificate-data"));
    login.client_key_pem = TRY(place.data("client-key-data"));
    login.client_certificate_file = TRY(place.file("client-certificate"));
    login.client_key_file = TRY(place.file("client-key"));
    login.token = TRY(place.text("token"));
    login.token_file = TRY(place.file("tokenFile"));
    TRY(read_impersonation(place, login));
    if (place.child("exec").is_object()) login.exec = TRY(read_exec(place.child("exec")));
    out.has_password = place.has("username") || place.has("password");
    const auto provider = place.child("auth-provider");
    if (provider.is_object()) {
        const auto name = TRY(provider.text("name"));
        out.auth_provider = name.empty() ? "without a name" : name;
    }
    return out;
}

Result<KubeconfigContext> read_context(const Place& place) {
    KubeconfigContext out;
    out.cluster = TRY(place.text("cluster"));
    out.user = TRY(place.text("user"));
    out.namespace_ = TRY(place.text("namespace"));
    return out;
}

// The entries of one list: {name, <member>: {…}}.
template <typename Entry>
Result<std::map<std::string, Entry>> read_entries(const Place& root, std::string_view list,
                                                  std::string_view member,
                                                  Result<Entry> (*read)(const Place&)) {
    std::map<std::string, Entry> out;
    const auto places = TRY(root.list(list));
    for (const auto& place : places) {
        const auto name = TRY(place.text("name"));
        if (name.empty()) return place.wrong(fmt::format("an entry of {} needs a name", list));
        auto entry = TRY(read(place.child(member)));
        out.try_emplace(name, std::move(entry));
    }
    return out;
}

template <typename Entry>
std::string names_of(const std::map<std::string, Entry>& entries) {
    // More would hide the sentence.
    constexpr std::size_t kShown = 20;
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries) {
        if (names.size() == kShown) {
            names.emplace_back("…");
            break;
        }
        names.push_back(name);
    }
    return names.empty() ? "none" : base::join(names, ", ");
}

template <typename Entry>
Result<const Entry*> find_entry(const std::map<std::string, Entry>& entries, std::string_view what,
                                const std::string& name) {
    const auto found = entries.find(name);
    if (found != entries.end()) return &found->second;
    return fail(ErrorKind::NotFound, fmt::format("the kubeconfig has no {} \"{}\" (it has: {})",
                                                 what, name, names_of(entries)));
}

Result<KubeconfigContext> chosen_context(const Kubeconfig& config, const KubeconfigChoice& choice) {
    KubeconfigContext out;
    const auto& name = choice.context.empty() ? config.current_context : choice.context;
    if (!name.empty()) {
        const auto* found = TRY(find_entry(config.contexts, "context", name));
        out = *found;
    } else if (choice.cluster.empty()) {
        return fail(ErrorKind::NotFound,
                    fmt::format("the kubeconfig names no current context: choose one with "
                                "--context (it has: {})",
                                names_of(config.contexts)));
    }
    if (!choice.cluster.empty()) out.cluster = choice.cluster;
    if (!choice.user.empty()) out.user = choice.user;
    return out;
}

Result<> check_login(const KubeconfigUser& user, const std::string& name) {
    if (!user.auth_provider.empty()) {
        return fail(ErrorKind::Invalid,
                    fmt::format("user {} of the kubeconfig logs in by auth-provider {}, which "
                                "Kubernetes dropped in 1.26: let the provider's own tool write an "
                                "exec entry instead",
                                name, user.auth_provider));
    }
    if (user.has_password) {
        return fail(ErrorKind::Invalid,
                    fmt::format("user {} of the kubeconfig has a username and password, which "
                                "Kubernetes dropped in 1.19: use a token, a client certificate or "
                                "an exec plug-in",
                                name));
    }
    return {};
}

// Comments count as nothing: tools leave such files behind when the last cluster goes.
bool says_nothing(std::string_view text) {
    const auto lines = base::split(text, '\n');
    return std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
        const auto words = base::trim(line);
        return words.empty() || words.starts_with('#') || words == "---";
    });
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view text, std::string_view path) {
    Kubeconfig out;
    if (says_nothing(text)) return out;
    const auto document =
        TRY(base::with_context(Document::parse(text, kLimits), fmt::format("kubeconfig {}", path)));
    const Place root(document, path);
    if (root.value()->is_null()) return out;
    if (!root.is_object()) return root.wrong("a kubeconfig is a mapping");
    const auto kind = TRY(root.text("kind"));
    if (!kind.empty() && kind != "Config")
        return root.wrong(fmt::format("kind must be Config, not {}", base::ellipsize(kind, 60)));
    out.current_context = TRY(root.text("current-context"));
    out.clusters = TRY(read_entries(root, "clusters", "cluster", read_cluster));
    out.users = TRY(read_entries(root, "users", "user", read_user));
    out.contexts = TRY(read_entries(root, "contexts", "context", read_context));
    return out;
}

void merge_kubeconfig(Kubeconfig& into, const Kubeconfig& later) {
    if (into.current_context.empty()) into.current_context = later.current_context;
    into.clusters.insert(later.clusters.begin(), later.clusters.end());
    into.users.insert(later.users.begin(), later.users.end());
    into.contexts.insert(later.contexts.begin(), later.contexts.end());
}

Result<ClusterConfig> choose(const Kubeconfig& config, const KubeconfigChoice& choice) {
    const auto context = TRY(chosen_context(config, choice));
    const auto* cluster = TRY(find_entry(config.clusters, "cluster", context.cluster));
    if (cluster->server.empty()) {
        return fail(ErrorKind::Invalid,
                    fmt::format("cluster {} of the kubeconfig has no server", context.cluster));
    }
    ClusterConfig out{.server = cluster->server,
                      .ca_pem = cluster->ca_pem,
                      .ca_file = cluster->ca_file,
                      .verify = cluster->verify,
                      .tls_server_name = cluster->tls_server_name,
                      .proxy = cluster->proxy,
                      .context = choice.context.empty() ? config.current_context : choice.context};
    while (out.server.ends_with('/')) out.server.pop_back();
    if (!context.namespace_.empty()) out.namespace_ = context.namespace_;
    if (context.user.empty()) return out;
    const auto* user = TRY(find_entry(config.users, "user", context.user));
    TRY(check_login(*user, context.user));
    out.login = user->login;
    out.login.user = context.user;
    if (out.login.exec) out.login.exec->cluster_extension = cluster->exec_extension;
    return out;
}

}  // namespace kube
