// Gate, listener, rights and store together, asked over HTTP.
#include "operator/rest/rest.h"

#include "base/json.h"
#include "base/os/clock.h"
#include "fakes/fake_clock.h"
#include "net/client.h"
#include "net/server.h"
#include "unit/rest/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace rest {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::SizeIs;

// A cluster's RBAC: who may what.
class Book : public rights::Rights {
public:
    void ask(std::string_view token, const rights::Question& question,
             rights::Answered answered) override {
        const bool known = token == "jane" || token == "joe";
        if (token == "lost") return;  // nobody answers
        if (!known) return answered(rights::Answer::Unauthenticated);
        const bool evidence = question.subresource == "findings";
        const bool may = question.namespace_ == "default" && (token == "jane" || !evidence);
        answered(may ? rights::Answer::Yes : rights::Answer::No);
    }
};

class RestOverHttp : public testing::Test {
protected:
    void SetUp() override {
        library_.planned(done_, Library::hour(2), {"a", "b"});
        library_.finished(done_, {"a", "b"},
                          {given::finding("a", "/1", scan::Severity::High),
                           given::finding("b", "/2", scan::Severity::Low)});
        library_.planned(running_, Library::hour(3), {"a"});
        auto rest = Rest::start(library_.runs(), rights_, {.rights_timeout = base::Duration(50)});
        ASSERT_TRUE(rest) << rest.error().message();
        rest_ = std::move(*rest);
        auto gate = net::Gate::start(
            {}, [this](const net::RequestHead& head) { return rest_->admit(head); });
        ASSERT_TRUE(gate) << gate.error().message();
        gate_ = std::move(*gate);
        client_ = *net::Client::create({}, base::os::system_clock());
    }
    void TearDown() override {
        client_.reset();
        gate_.reset();
        rest_.reset();
    }

    net::Response get(const std::string& path, const std::string& token = "jane",
                      const std::string& method = "GET") {
        net::Request request{.method = method,
                             .url = "http://127.0.0.1:" + std::to_string(gate_->port()) +
                                    "/api/v1/" + path};
        if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
        return client_->fetch(std::move(request));
    }
    Json json(const std::string& path) {
        const auto response = get(path);
        EXPECT_EQ(response.status, 200) << response.body;
        const auto parsed = base::parse_json(response.body);
        EXPECT_TRUE(parsed);
        return parsed.value_or(Json::object());
    }

    const results::RunKey done_ = given::run("r1", "shop");
    const results::RunKey running_ = given::run("r1", "live");
    Library library_;
    Book rights_;
    std::unique_ptr<Rest> rest_;
    std::unique_ptr<net::Gate> gate_;
    std::unique_ptr<net::Client> client_;
};

TEST_F(RestOverHttp, TellsEverybodyWhatItIs) {
    const auto response = get("info", "");
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("\"version\""));
}

TEST_F(RestOverHttp, ListsScans) {
    const auto list = json("scans?namespace=default");
    ASSERT_THAT(list["items"], SizeIs(2));
    EXPECT_EQ(list["items"][0]["name"], "live");
    EXPECT_EQ(list["items"][1]["status"]["outcome"], "Succeeded");
    EXPECT_THAT(json("scans?namespace=default&limit=1")["continue"], testing::Ne(""));
}

TEST_F(RestOverHttp, ShowsAScan) {
    const auto scan = json("scans/default/shop");
    EXPECT_EQ(scan["runID"], "r1");
    EXPECT_EQ(scan["merged"], true);
    EXPECT_EQ(scan["scanner"], "Synthetic");
    EXPECT_EQ(scan["status"]["findings"]["total"], 2);
    EXPECT_THAT(scan["runs"], SizeIs(1));
}

TEST_F(RestOverHttp, PagesFindingsWorstFirst) {
    const auto first = json("scans/default/shop/findings?limit=1");
    ASSERT_THAT(first["items"], SizeIs(1));
    EXPECT_EQ(first["items"][0]["severity"], "high");
    const auto second =
        json("scans/default/shop/findings?limit=1&continue=" + base::get_string(first, "continue"));
    ASSERT_THAT(second["items"], SizeIs(1));
    EXPECT_EQ(second["items"][0]["severity"], "low");
    EXPECT_EQ(second["continue"], "");
    EXPECT_THAT(json("scans/default/shop/findings?severity=low")["items"], SizeIs(1));
}

TEST_F(RestOverHttp, PagesUnits) {
    EXPECT_THAT(json("scans/default/shop/units?status=ok")["items"], SizeIs(2));
    EXPECT_THAT(json("scans/default/shop/units?limit=1")["items"], SizeIs(1));
}

TEST_F(RestOverHttp, SendsReportsInEachFormat) {
    const auto sarif = get("scans/default/shop/report.sarif");
    EXPECT_EQ(sarif.status, 200);
    EXPECT_EQ(sarif.headers.get("Content-Type"), "application/sarif+json");
    EXPECT_TRUE(base::parse_json(sarif.body));
    const auto html = get("scans/default/shop/report.html");
    EXPECT_THAT(html.body, HasSubstr("<html"));
    EXPECT_EQ(html.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(std::string(html.headers.get("Content-Security-Policy").value_or("")),
                HasSubstr("sandbox"));
    for (const auto* word : {"json", "jsonl", "md", "junit"})
        EXPECT_EQ(get(std::string("scans/default/shop/report.") + word).status, 200) << word;
}

TEST_F(RestOverHttp, SendsTheSameReportAgain) {
    const auto first = get("scans/default/shop/report.json");
    // What it was made of is gone; the report stays.
    std::filesystem::remove_all(library_.folder(done_) / "merged");
    const auto second = get("scans/default/shop/report.json");
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.body, first.body);
}

TEST_F(RestOverHttp, HasNoResultsOfARunThatGoesOn) {
    EXPECT_EQ(get("scans/default/live").status, 200);
    for (const auto* part : {"findings", "units", "report.json"}) {
        const auto response = get(std::string("scans/default/live/") + part);
        EXPECT_EQ(response.status, 404) << part;
        EXPECT_THAT(response.body, HasSubstr("\"error\""));
    }
}

TEST_F(RestOverHttp, KnowsOnlyWhatIsThere) {
    EXPECT_EQ(get("scans/default/none").status, 404);
    EXPECT_EQ(get("scans/default/shop?run=r9").status, 404);
    EXPECT_EQ(get("nothing").status, 404);
    EXPECT_EQ(get("scans/default/shop/findings?continue=0-r9").status, 410);
    EXPECT_EQ(get("scans/default/shop/findings?colour=red").status, 400);
    EXPECT_EQ(get("scans/default/shop/units?continue=3-r1").status, 400);
    EXPECT_EQ(get("scans?outcome=Great&namespace=default").status, 400);
}

TEST_F(RestOverHttp, OnlyReads) {
    for (const auto* method : {"POST", "PUT", "DELETE", "PATCH"}) {
        const auto response = get("scans/default/shop", "jane", method);
        EXPECT_EQ(response.status, 405) << method;
        EXPECT_EQ(response.headers.get("Allow"), "GET");
    }
}

TEST_F(RestOverHttp, WantsATokenThatTheClusterKnows) {
    EXPECT_EQ(get("scans/default/shop", "").status, 401);
    EXPECT_EQ(get("scans/default/shop", "stranger").status, 401);
    net::Request request{.url = "http://127.0.0.1:" + std::to_string(gate_->port()) +
                                "/api/v1/scans/default/shop"};
    request.headers.set("X-Scanfleet-Token", "jane");
    EXPECT_EQ(client_->fetch(std::move(request)).status, 200);
}

TEST_F(RestOverHttp, ShowsStatusToThoseWhoMayNotSeeEvidence) {
    for (const auto* path :
         {"scans?namespace=default", "scans/default/shop", "scans/default/shop/units"})
        EXPECT_EQ(get(path, "joe").status, 200) << path;
    for (const auto* part : {"findings", "report.json", "report.html"}) {
        const auto response = get(std::string("scans/default/shop/") + part, "joe");
        EXPECT_EQ(response.status, 403) << part;
        EXPECT_THAT(response.body, HasSubstr("scanjobs/findings in namespace default"));
    }
}

TEST_F(RestOverHttp, ShowsNothingOfOtherNamespaces) {
    EXPECT_EQ(get("scans").status, 403);
    EXPECT_EQ(get("scans?namespace=other").status, 403);
    EXPECT_EQ(get("scans/other/shop").status, 403);
}

TEST_F(RestOverHttp, DoesNotWaitForRightsForEver) {
    const auto response = get("scans/default/shop", "lost");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers.get("Retry-After"), "1");
}

}  // namespace
}  // namespace rest
