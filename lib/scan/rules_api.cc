#include "scan/rules_tables.h"

namespace scan {
namespace {

using Texts = std::array<std::string_view, 1>;

constexpr Texts kApi1 = {"API1:2023"};
constexpr Texts kApi2 = {"API2:2023"};
constexpr Texts kApi3 = {"API3:2023"};
constexpr Texts kApi8 = {"API8:2023"};

constexpr std::string_view kOwaspObjectLevel =
    "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/";
constexpr std::string_view kOwaspAuthentication =
    "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/";
constexpr std::string_view kOwaspPropertyLevel = "https://owasp.org/API-Security/editions/2023/en/"
                                                 "0xa3-broken-object-property-level-authorization/";
constexpr std::string_view kOwaspMisconfiguration =
    "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/";

constexpr std::array kAuthReferences = {
    kOwaspAuthentication, std::string_view("https://cwe.mitre.org/data/definitions/306.html")};
constexpr std::array kBolaReferences = {
    kOwaspObjectLevel, std::string_view("https://cwe.mitre.org/data/definitions/639.html")};
constexpr std::array kExposureReferences = {
    kOwaspPropertyLevel, std::string_view("https://cwe.mitre.org/data/definitions/200.html"),
    std::string_view("https://cwe.mitre.org/data/definitions/213.html")};
constexpr std::array kCorsReferences = {
    kOwaspMisconfiguration, std::string_view("https://cwe.mitre.org/data/definitions/942.html")};
constexpr std::array kHeaderReferences = {
    kOwaspMisconfiguration,
    std::string_view(
        "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html"),
    std::string_view("https://cwe.mitre.org/data/definitions/693.html")};
constexpr std::array kLeakReferences = {
    kOwaspMisconfiguration,
    std::string_view(
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html"),
    std::string_view("https://cwe.mitre.org/data/definitions/209.html")};
constexpr std::array kServerErrorReferences = {
    kOwaspMisconfiguration, std::string_view("https://cwe.mitre.org/data/definitions/755.html")};

// Sorted by id.
constexpr Rule kRules[] = {
    {.id = "api.5xx",
     .name = "ApiServerError",
     .title = "Malformed input makes the server fail",
     .description = "A request that does not fit the specification was answered with a status of "
                    "the 5xx class. The server met an error it had not planned for: input reaches "
                    "code that does not check it, and what happens there is left to chance.",
     .remediation = "Validate requests against the specification before they are processed and "
                    "answer 400 or 422. Catch what remains in one place, log it with an id, and "
                    "answer with that id only.",
     .severity = Severity::Low,
     .confidence = Confidence::Medium,
     .category = Category::Security,
     .cwe = kCwe<755>,
     .owasp = kApi8,
     .references = kServerErrorReferences,
     .level = Authorization::Active},
    {.id = "api.auth.missing",
     .name = "ApiMissingAuthentication",
     .title = "Operation answers without authentication",
     .description = "The specification says that callers must authenticate, but the same answer "
                    "comes back when every credential (header, cookie, query key) is left out. "
                    "Anybody who can reach the API can use the operation.",
     .remediation = "Check credentials before the handler runs, for every route, with deny as the "
                    "default: a gateway rule or a middleware that new routes cannot forget. If "
                    "the operation is meant to be public, say so with 'security: []' in the "
                    "specification.",
     .severity = Severity::High,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<306>,
     .owasp = kApi2,
     .references = kAuthReferences,
     .level = Authorization::Passive},
    {.id = "api.bola",
     .name = "ApiBrokenObjectLevelAuthorization",
     .title = "A user can read another user's object",
     .description = "An object of one user was fetched with the credentials of another user of "
                    "the same role: the same content came back, although anonymous callers are "
                    "rejected and the object is not in the other user's own list. Whoever knows "
                    "or guesses an id reads other people's data.",
     .remediation = "Compare the owner of the object with the authenticated user in every access, "
                    "best in the query itself (… WHERE id = ? AND owner_id = ?). Answer 404 for "
                    "objects of others. Ids that cannot be guessed help, but replace no check.",
     .severity = Severity::High,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<639, 285>,
     .owasp = kApi1,
     .references = kBolaReferences,
     .level = Authorization::Active},
    {.id = "api.cors",
     .name = "ApiCorsAllowsAnyOrigin",
     .title = "Foreign web sites may read answers with the user's credentials",
     .description = "The server repeats any Origin (or 'null') in Access-Control-Allow-Origin and "
                    "sets Access-Control-Allow-Credentials: true. A web page of anybody can call "
                    "the API with the cookies of the visitor and read what comes back.",
     .remediation = "Compare the Origin with a fixed list of your own front ends and send the two "
                    "headers only for those. Never allow 'null'. An API that uses no cookies "
                    "needs no Access-Control-Allow-Credentials.",
     .severity = Severity::High,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<942>,
     .owasp = kApi8,
     .references = kCorsReferences,
     .level = Authorization::Passive},
    {.id = "api.error-leak",
     .name = "ApiErrorLeaksInternals",
     .title = "Error answers show the inside of the server",
     .description = "An answer contains a stack trace, a framework's debug page, SQL text or "
                    "paths of source files. That tells an attacker which software runs, how it "
                    "is built, and where input reaches it.",
     .remediation = "Switch debug mode off in production. Answer errors from one handler with a "
                    "neutral text and an id (application/problem+json), and keep the details in "
                    "the server's log under that id.",
     .severity = Severity::Medium,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<209>,
     .owasp = kApi8,
     .references = kLeakReferences,
     .level = Authorization::Passive},
    {.id = "api.exposure.sensitive",
     .name = "ApiSensitiveDataExposure",
     .title = "Answer contains sensitive data",
     .description = "The answer holds a property or a value that callers have no use for and "
                    "others could misuse: a credential or its hash, a private key, a provider's "
                    "access key, a card number, or a session of somebody else.",
     .remediation = "Build answers from an explicit list of properties instead of the stored "
                    "object. Store credentials only as salted hashes, and never send those. "
                    "What was exposed counts as known: change it.",
     .severity = Severity::High,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<200, 213>,
     .owasp = kApi3,
     .references = kExposureReferences,
     .level = Authorization::Passive},
    {.id = "api.headers",
     .name = "ApiResponseHeaders",
     .title = "Response headers leave protection unused or name versions",
     .description = "Answers of this server lack a header that browsers and caches use to protect "
                    "users, or carry one that names the exact software version. Reported once a "
                    "server and header.",
     .remediation = "Set the headers in one place for all answers, usually at the gateway: "
                    "X-Content-Type-Options: nosniff, Strict-Transport-Security (https), "
                    "Cache-Control: no-store on answers for one user, a Content-Type that is "
                    "true. Remove versions from Server, and remove X-Powered-By.",
     .severity = Severity::Low,
     .confidence = Confidence::High,
     .category = Category::Security,
     .cwe = kCwe<693>,
     .owasp = kApi8,
     .references = kHeaderReferences,
     .level = Authorization::Passive},
};

}  // namespace

std::span<const Rule> api_rules() { return kRules; }

}  // namespace scan
