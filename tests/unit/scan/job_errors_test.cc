// What a user reads who got the job document wrong.
#include "scan/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace scan {
namespace {

// The head of a job up to "spec:", which is line 4.
std::string job_with(std::string_view spec_lines, std::string_view metadata = "{name: petstore}") {
    return "apiVersion: scanfleet.dev/v1alpha1\nkind: ScanJob\nmetadata: " + std::string(metadata) +
           "\nspec:\n" + std::string(spec_lines);
}

// A whole small job, to which wrong lines are added; they begin at line 6.
std::string small_job_and(std::string_view spec_lines) {
    return job_with("  scanner: {type: Api, api: {specUrl: a}}\n" + std::string(spec_lines));
}

std::string refusal(std::string_view text) {
    const auto job = parse_job(text, "job.yaml");
    return job ? "accepted" : job.error().message();
}

struct Case {
    std::string_view claim;
    std::string_view lines;
    std::string_view message;
};

TEST(JobErrors, NameFieldFaultAndRemedy) {
    const Case cases[] = {
        {"number out of bounds", "  parallelism: 5000",
         "job.yaml:6: spec.parallelism: must be between 1 and 1000, got 5000"},
        {"huge number", "  priority: 99999999999999999999",
         "job.yaml:6: spec.priority: must be a whole number, got 1e+20"},
        {"number beyond 63 bits", "  priority: 18446744073709551615",
         "job.yaml:6: spec.priority: must be between -1000 and 1000, got 18446744073709551615"},
        {"fraction", "  parallelism: 2.5",
         "job.yaml:6: spec.parallelism: must be a whole number, got 2.5"},
        {"text for a number", "  parallelism: many",
         "job.yaml:6: spec.parallelism: must be a whole number, got \"many\""},
        {"number for a text", "  rerun: 7",
         "job.yaml:6: spec.rerun: must be a string, got 7; put it in quotes"},
        {"list for a text", "  rerun: [a]", "job.yaml:6: spec.rerun: must be a string, got a list"},
        {"text for a flag", "  suspend: 'yes'",
         "job.yaml:6: spec.suspend: must be true or false, got \"yes\""},
        {"text for an object", "  chunks: big",
         "job.yaml:6: spec.chunks: must be an object, got \"big\""},
        {"object for a list", "  credentials: {}",
         "job.yaml:6: spec.credentials: must be a list, got an object"},
        {"word in the wrong case", "  target: {authorization: active}",
         "job.yaml:6: spec.target.authorization: must be one of Passive, Active, Intrusive; got "
         "\"active\"; did you mean Active?"},
        {"word of no list", "  suspendPolicy: Explode",
         "job.yaml:6: spec.suspendPolicy: must be one of Drain, Terminate; got \"Explode\""},
        {"field with a typing error", "  paralelism: 5",
         "job.yaml:6: spec.paralelism: unknown field; did you mean \"parallelism\"?"},
        {"field that is nowhere", "  cleanup: {zzz: 1}",
         "job.yaml:6: spec.cleanup.zzz: unknown field; known here: podTtlSeconds"},
        {"missing field", "  baseline: {}", "job.yaml:6: spec.baseline.jobName: is missing"},
        {"empty text", "  baseline: {jobName: ''}",
         "job.yaml:6: spec.baseline.jobName: must not be empty"},
        {"name that is no label", "  baseline: {jobName: Last_Week}",
         "job.yaml:6: spec.baseline.jobName: must be lower-case letters, digits and '-', with a "
         "letter or digit at both ends, got \"Last_Week\""},
        {"host with a scheme", "  target: {allowedHosts: ['http://x/']}",
         "job.yaml:6: spec.target.allowedHosts[0]: must be a host name or *.suffix, with or "
         "without :port, got \"http://x/\""},
        {"control character", "  rerun: \"a\\0b\"",
         "job.yaml:6: spec.rerun: must not hold control characters"},
    };
    for (const auto& c : cases) EXPECT_EQ(refusal(small_job_and(c.lines)), c.message) << c.claim;
}

TEST(JobErrors, SayWhatContradictsWhat) {
    const std::string api = "  credentials: [{name: c}]\n  scanner:\n    type: Api\n    api:\n"
                            "      specUrl: a\n";
    const Case cases[] = {
        {"two sources", "  scanner: {type: Api, api: {specUrl: a, specInline: b}}",
         "job.yaml:5: spec.scanner.api: needs exactly one of specUrl, specConfigMapRef, "
         "specSecretRef, specInline, got specUrl and specInline"},
        {"no source", "  scanner: {type: Api, api: {}}",
         "job.yaml:5: spec.scanner.api: needs exactly one of specUrl, specConfigMapRef, "
         "specSecretRef, specInline, got none"},
        {"member of another type", "  scanner: {type: Api, synthetic: {}}",
         "job.yaml:5: spec.scanner.api: is missing: type Api needs it\n"
         "job.yaml:5: spec.scanner.synthetic: does not belong to type Api; remove it or set type: "
         "Synthetic"},
        {"scanner that is not there", "  scanner: {type: Repo}",
         "job.yaml:5: spec.scanner.type: must be one of Api, Synthetic; got \"Repo\""},
        {"fault at a unit that is not there",
         "  scanner: {type: Synthetic, synthetic: {unitCount: 3, faults: [{units: '2-3', action: "
         "Hang}]}}",
         "job.yaml:5: spec.scanner.synthetic.faults[0].units: names unit 3, but units are "
         "numbered 0 to 2"},
        {"broken intervals",
         "  scanner: {type: Synthetic, synthetic: {faults: [{units: 'x', action: Hang}]}}",
         "job.yaml:5: spec.scanner.synthetic.faults[0].units: must be numbers and ranges such as "
         "0-4,7, got \"x\""},
        {"limit of no keys", "  scanner: {type: Synthetic, synthetic: {maxInFlightPerKey: 1}}",
         "job.yaml:5: spec.scanner.synthetic.maxInFlightPerKey: has no use without keys; set "
         "concurrencyKeys to 1 or more"},
    };
    for (const auto& c : cases) EXPECT_EQ(refusal(job_with(c.lines)), c.message) << c.claim;
}

TEST(JobErrors, SayWhatIsWrongWithPersonas) {
    // Personas begin at line 11.
    const std::string head = "  credentials: [{name: c}]\n  scanner:\n    type: Api\n    api:\n"
                             "      specUrl: a\n      personas:\n";
    const Case cases[] = {
        {"unknown credential", "      - {name: p, credentialsRef: d}",
         "job.yaml:11: spec.scanner.api.personas[0].credentialsRef: no entry of spec.credentials "
         "is called \"d\"; known: c"},
        {"unknown peer", "      - {name: p, credentialsRef: c, peerOf: q}",
         "job.yaml:11: spec.scanner.api.personas[0].peerOf: no persona is called \"q\"; known: p"},
        {"peer of itself", "      - {name: p, credentialsRef: c, peerOf: p}",
         "job.yaml:11: spec.scanner.api.personas[0].peerOf: names the persona itself; name the "
         "other half of the pair"},
        {"peer of another role",
         "      - {name: p, credentialsRef: c, peerOf: q}\n"
         "      - {name: q, credentialsRef: c, role: Admin}",
         "job.yaml:11: spec.scanner.api.personas[0].peerOf: \"q\" has another role; the two of a "
         "pair need the same one"},
        {"name twice", "      - {name: p, credentialsRef: c}\n      - {name: p, credentialsRef: c}",
         "job.yaml:12: spec.scanner.api.personas[1].name: another persona is called \"p\" already"},
        {"login without its step", "      - {name: p, credentialsRef: c, kind: Login}",
         "job.yaml:11: spec.scanner.api.personas[0].login: is missing: kind Login needs it"},
        {"step without login",
         "      - {name: p, credentialsRef: c, login: {operation: x, bodyTemplate: y, tokenPath: "
         "z}}",
         "job.yaml:11: spec.scanner.api.personas[0].login: has no use with kind Bearer; remove it "
         "or set kind: Login"},
        {"cookie without a name", "      - {name: p, credentialsRef: c, kind: Cookie}",
         "job.yaml:11: spec.scanner.api.personas[0].parameterName: is missing: kind Cookie needs "
         "the name of the cookie"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(refusal(job_with(head + std::string(c.lines))), c.message) << c.claim;
    }
}

TEST(JobErrors, SayWhatIsWrongWithRunnerSettings) {
    const Case cases[] = {
        {"an amount with a wrong unit", "  runner: {resources: {limits: {memory: 1Kb}}}",
         "job.yaml:6: spec.runner.resources.limits.memory: must be an amount such as 100m, 2 or "
         "512Mi, got \"1Kb\""},
        {"a negative amount", "  runner: {resources: {requests: {cpu: -1}}}",
         "job.yaml:6: spec.runner.resources.requests.cpu: must be an amount such as 100m, 2 or "
         "512Mi, got -1"},
        {"a label that is none", "  runner: {nodeSelector: {'a b': c}}",
         "job.yaml:6: spec.runner.nodeSelector.a b: must be the key of a label, such as disktype "
         "or example.com/zone, got \"a b\""},
        {"no map", "  runner: {nodeSelector: [a]}",
         "job.yaml:6: spec.runner.nodeSelector: must be an object, got a list"},
        {"a value with Exists", "  runner: {tolerations: [{key: a, operator: Exists, value: b}]}",
         "job.yaml:6: spec.runner.tolerations[0].value: has no use with operator Exists; remove "
         "it"},
        {"no key with Equal", "  runner: {tolerations: [{value: b}]}",
         "job.yaml:6: spec.runner.tolerations[0].key: is missing: operator Equal needs it; for "
         "every taint set operator: Exists"},
        {"seconds without NoExecute", "  runner: {tolerations: [{key: a, tolerationSeconds: 5}]}",
         "job.yaml:6: spec.runner.tolerations[0].tolerationSeconds: has no use without effect "
         "NoExecute; remove it or set the effect"},
        {"two pull secrets", "  runner: {imagePullSecrets: [{name: a}, {name: a}]}",
         "job.yaml:6: spec.runner.imagePullSecrets[1].name: another pull secret is called \"a\" "
         "already"},
        {"a secret's name with a path", "  credentials: [{name: a, secretRef: {name: ../b}}]",
         "job.yaml:6: spec.credentials[0].secretRef.name: must be the name of a Kubernetes object: "
         "lower-case letters, digits, '-' and '.', with a letter or digit at both ends of each "
         "part, got \"../b\""},
    };
    for (const auto& [claim, lines, message] : cases) {
        EXPECT_EQ(refusal(small_job_and(lines)), message) << claim;
    }
}

TEST(JobErrors, RefuseCredentialsOfOneName) {
    EXPECT_EQ(refusal(small_job_and("  credentials:\n  - {name: c}\n  - {name: c}")),
              "job.yaml:8: spec.credentials[1].name: another credential is called \"c\" already");
}

TEST(JobErrors, AcceptACredentialThatNobodyUses) {
    EXPECT_EQ(refusal(small_job_and("  credentials: [{name: c, secretRef: {name: s}}]")),
              "accepted");
}

TEST(JobErrors, RefuseAnotherKindOfDocument) {
    EXPECT_EQ(refusal("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
                      "  scanner: {type: Api, api: {specUrl: a}}\n"),
              "job.yaml:1: apiVersion: must be \"scanfleet.dev/v1alpha1\", got \"v1\"\n"
              "job.yaml:2: kind: must be \"ScanJob\", got \"Pod\"");
}

TEST(JobErrors, RefuseANameThatIsTooLong) {
    const auto name = std::string(53, 'a');
    EXPECT_EQ(
        refusal(job_with("  scanner: {type: Api, api: {specUrl: a}}", "{name: " + name + "}")),
        "job.yaml:3: metadata.name: must have at most 52 characters, has 53");
}

TEST(JobErrors, CountCharactersAndNotBytes) {
    const std::string url = "ä";
    std::string long_url;
    for (int i = 0; i < 2048; ++i) long_url += url;
    EXPECT_EQ(refusal(job_with("  scanner: {type: Api, api: {specUrl: " + long_url + "}}")),
              "accepted");
    EXPECT_EQ(refusal(job_with("  scanner: {type: Api, api: {specUrl: " + long_url + "ä}}")),
              "job.yaml:5: spec.scanner.api.specUrl: must have at most 2048 characters, has 2049");
}

TEST(JobErrors, RefuseAServerThatIsNoUrl) {
    for (const auto* url : {"ftp://x", "x", "http://", "'http://a b'"}) {
        const auto message = refusal(job_with(
            "  scanner: {type: Api, api: {specUrl: a, serverUrl: " + std::string(url) + "}}"));
        EXPECT_NE(message.find("must be a URL that begins with http:// or https://"),
                  std::string::npos)
            << message;
    }
}

TEST(JobErrors, RefuseListsThatAreTooLong) {
    std::string personas = "[";
    for (int i = 0; i < 9; ++i) {
        personas += "{name: p" + std::to_string(i) + ", credentialsRef: c},";
    }
    const auto message = refusal(job_with("  credentials: [{name: c}]\n  scanner: {type: Api, api: "
                                          "{specUrl: a, personas: " +
                                          personas + "]}}"));
    EXPECT_EQ(message, "job.yaml:6: spec.scanner.api.personas: must have at most 8 items, has 9");
}

TEST(JobErrors, TellAllProblemsInTheOrderOfTheFile) {
    EXPECT_EQ(refusal(small_job_and("  rerun: 1\n  parallelism: 0\n  bogus: 1")),
              "job.yaml:6: spec.rerun: must be a string, got 1; put it in quotes\n"
              "job.yaml:7: spec.parallelism: must be between 1 and 1000, got 0\n"
              "job.yaml:8: spec.bogus: unknown field");
}

TEST(JobErrors, StopAtTwentyProblemsAndSayHowManyMore) {
    std::string lines;
    for (int i = 0; i < 30; ++i) lines += "  bogus" + std::to_string(i) + ": 1\n";
    const auto message = refusal(small_job_and(lines));
    EXPECT_EQ(std::ranges::count(message, '\n'), 20);
    EXPECT_TRUE(message.ends_with("\njob.yaml: and 10 more")) << message;
}

TEST(JobErrors, BearAHostileNumberOfProblems) {
    std::string lines;
    for (int i = 0; i < 5000; ++i) lines += "  bogus" + std::to_string(i) + ": 1\n";
    EXPECT_TRUE(refusal(small_job_and(lines)).ends_with("job.yaml: and 980 more"));
}

TEST(JobErrors, NameTheLineOfBrokenYaml) {
    const auto message = refusal("apiVersion: x\nkind: ]\n");
    EXPECT_TRUE(message.starts_with("job.yaml:2: column ")) << message;
}

TEST(JobErrors, RefuseWhatIsNoObject) {
    EXPECT_EQ(refusal("[1, 2]"), "job.yaml:1: must be an object, got a list");
    EXPECT_EQ(refusal(""), "job.yaml:1: column 1: the document is empty");
}

TEST(JobErrors, RefuseADocumentThatIsTooLarge) {
    const auto job = parse_job(std::string(3u << 20, ' '), "job.yaml");
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().kind(), base::ErrorKind::TooLarge);
    EXPECT_TRUE(job.error().message().starts_with("job.yaml: ")) << job.error().message();
}

}  // namespace
}  // namespace scan
