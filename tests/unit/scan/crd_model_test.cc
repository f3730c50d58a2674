// The resource's schema and the C++ model are one thing: every field of the one is in the other,
// with the same defaults and bounds.
#include "base/document.h"
#include "base/json.h"
#include "scan/crd.h"
#include "scan/job.h"
#include "unit/scan/full_job.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>

namespace scan {
namespace {

using base::Json;

Json document(std::string_view text) {
    auto parsed = base::Document::parse(text);
    EXPECT_TRUE(parsed) << parsed.error().message();
    return parsed->root();
}

// Of the resource: everything below spec.
Json spec_schema_of_crd() {
    return document(scanjob_crd_yaml())
        .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"_json_pointer);
}

using Visit = std::function<void(const std::string& path, const Json& schema, Json& value)>;

// Visits each value of the document that the schema has a place for.
void walk(const Json& schema, Json& value, const std::string& path, const Visit& visit) {
    visit(path, schema, value);
    if (schema.contains("properties") && value.is_object()) {
        for (const auto& [name, inner] : schema.at("properties").items()) {
            if (value.contains(name)) walk(inner, value[name], path + "." + name, visit);
        }
    }
    if (schema.contains("additionalProperties")) {
        for (auto& member : value)
            walk(schema.at("additionalProperties"), member, path + ".*", visit);
    }
    if (schema.contains("items")) {
        for (auto& item : value) walk(schema.at("items"), item, path + "[]", visit);
    }
}

void collect_paths(const Json& schema, const std::string& path, std::set<std::string>& into) {
    into.insert(path);
    if (schema.contains("properties")) {
        for (const auto& [name, inner] : schema.at("properties").items()) {
            collect_paths(inner, path + "." + name, into);
        }
    }
    if (schema.contains("additionalProperties")) {
        collect_paths(schema.at("additionalProperties"), path + ".*", into);
    }
    if (schema.contains("items")) collect_paths(schema.at("items"), path + "[]", into);
}

Json with_spec(Json spec) {
    return {{"apiVersion", "scanfleet.dev/v1alpha1"},
            {"kind", "ScanJob"},
            {"metadata", {{"name", "x"}}},
            {"spec", std::move(spec)}};
}

// What the API server does with defaults: absent members first, then their members in turn.
void fill_defaults(const Json& schema, Json& value) {
    if (!schema.contains("properties") || !value.is_object()) return;
    for (const auto& [name, inner] : schema.at("properties").items()) {
        if (!value.contains(name) && inner.contains("default")) value[name] = inner.at("default");
        if (value.contains(name)) fill_defaults(inner, value[name]);
    }
}

// Members that say nothing.
void drop_empty(Json& value) {
    if (!value.is_structured()) return;
    for (auto& member : value) drop_empty(member);
    if (!value.is_object()) return;
    for (auto it = value.begin(); it != value.end();) {
        const bool empty = (it->is_structured() && it->empty()) || *it == "";
        it = empty ? value.erase(it) : std::next(it);
    }
}

Json written(const Json& job) {
    const auto parsed = parse_job(base::dump_json(job), "job");
    EXPECT_TRUE(parsed) << parsed.error().message() << base::dump_json(job);
    if (!parsed) return {};
    return *base::parse_json(job_to_json(*parsed));
}

TEST(ScanJobCrd, HasEveryFieldOfFullDocumentsAndNoOther) {
    const auto schema = spec_schema_of_crd();
    std::set<std::string> declared, used;
    collect_paths(schema, "spec", declared);
    for (const auto text : fixtures::kFullJobs) {
        auto spec = document(text).at("spec");
        walk(schema, spec, "spec",
             [&](const std::string& path, const Json&, const Json&) { used.insert(path); });
    }
    std::vector<std::string> unused;
    std::ranges::set_difference(declared, used, std::back_inserter(unused));
    EXPECT_EQ(unused, std::vector<std::string>{}) << "add them to full_job.h";
}

// Nothing of a document is lost on its way through the model and back.
TEST(ScanJobCrd, FieldsGoThroughTheModelAndBack) {
    for (const auto text : fixtures::kFullJobs) {
        const auto job = document(text);
        auto spec = job.at("spec");
        // The one value that is written in another way: amounts are texts.
        const auto cpu = "/runner/resources/limits/cpu"_json_pointer;
        if (spec.contains(cpu)) spec[cpu] = "2";
        EXPECT_EQ(Json::diff(spec,
                             [&] {
                                 auto merged = written(job).at("spec");
                                 for (const auto& step : Json::diff(spec, merged)) {
                                     if (step.at("op") == "add") {
                                         merged = merged.patch(Json::array(
                                             {{{"op", "remove"}, {"path", step.at("path")}}}));
                                     }
                                 }
                                 return merged;
                             }()),
                  Json::array());
    }
}

TEST(ScanJobCrd, FillsInTheDefaultsOfTheModel) {
    const auto schema = spec_schema_of_crd();
    const Json smallest[] = {
        {{"scanner", {{"type", "Synthetic"}, {"synthetic", Json::object()}}}},
        {{"scanner", {{"type", "Api"}, {"api", {{"specUrl", "https://x/"}}}}},
         {"failOn", Json::object()}},
    };
    for (const auto& spec : smallest) {
        auto by_server = spec;
        fill_defaults(schema, by_server);
        auto by_model = written(with_spec(spec)).at("spec");
        drop_empty(by_server);
        drop_empty(by_model);
        EXPECT_EQ(Json::diff(by_server, by_model), Json::array());
    }
}

// kubectl and Argo CD compare lists as a whole: what the server filled in would differ for ever.
TEST(ScanJobCrd, FillsInNothingBelowLists) {
    const std::function<void(const Json&, bool)> look = [&](const Json& schema, bool in_list) {
        EXPECT_FALSE(in_list && schema.contains("default")) << schema.at("description");
        if (schema.contains("items")) look(schema.at("items"), true);
        for (const auto& inner : schema.value("properties", Json::object())) look(inner, in_list);
    };
    look(spec_schema_of_crd(), false);
    const auto kind =
        "/properties/scanner/properties/api/properties/personas/items/properties/kind"_json_pointer;
    EXPECT_TRUE(spec_schema_of_crd()
                    .at(kind / "description")
                    .get<std::string>()
                    .ends_with("Default: `Bearer`."));
}

// The document with one value replaced is refused, and the refusal is about that value.
void expect_refused(Json job, const Json::json_pointer& place, const Json& value) {
    job["spec"][place] = value;
    const auto parsed = parse_job(base::dump_json(job), "job");
    EXPECT_FALSE(parsed) << place.to_string() << " = " << base::dump_json(value).substr(0, 80);
}

void try_beyond_bounds(const Json& job, const Json& schema, const Json::json_pointer& place,
                       const Json& value) {
    const auto number = [&](const char* name) { return schema.at(name).get<std::int64_t>(); };
    if (schema.contains("maximum")) {
        expect_refused(job, place, number("maximum") + 1);
        expect_refused(job, place, number("minimum") - 1);
    }
    if (schema.contains("enum")) expect_refused(job, place, "Nonsense");
    if (schema.contains("maxLength")) {
        expect_refused(job, place, std::string(schema.at("maxLength").get<std::size_t>() + 1, '1'));
    }
    if (schema.contains("minLength")) expect_refused(job, place, "");
    if (schema.contains("maxItems")) {
        auto longer = value;
        while (longer.size() <= schema.at("maxItems").get<std::size_t>())
            longer.push_back(value[0]);
        expect_refused(job, place, longer);
    }
    if (schema.contains("maxProperties")) {
        auto larger = value;
        for (std::size_t i = 0; i <= schema.at("maxProperties"); ++i)
            larger[fmt::format("k{}", i)] = "";
        expect_refused(job, place, larger);
    }
}

void try_all(const Json& job, const Json& schema, const Json::json_pointer& place,
             const Json& value) {
    try_beyond_bounds(job, schema, place, value);
    if (value.is_object() && schema.contains("properties")) {
        for (const auto& [name, member] : value.items()) {
            try_all(job, schema.at("properties").at(name), place / name, member);
        }
        for (const auto& name : schema.value("required", Json::array())) {
            auto without = job;
            if (!place.empty() && name == "secretRef") continue;  // in a cluster only
            without["spec"][place].erase(name.get<std::string>());
            EXPECT_FALSE(parse_job(base::dump_json(without), "job")) << place.to_string() << name;
        }
    }
    if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) {
            try_all(job, schema.at("items"), place / i, value[i]);
        }
    }
}

TEST(ScanJobCrd, HasTheBoundsOfTheModel) {
    const auto schema = spec_schema_of_crd();
    for (const auto text : fixtures::kFullJobs) {
        const auto job = document(text);
        try_all(job, schema, Json::json_pointer(), job.at("spec"));
    }
}

}  // namespace
}  // namespace scan
