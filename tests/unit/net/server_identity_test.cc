// The server's own certificate: made, kept, renewed, mounted, and served by a gate.
#include "net/server_identity.h"

#include "base/os/clock.h"
#include "fakes/fake_clock.h"
#include "fakes/tls_identity.h"
#include "gate_fixture.h"
#include "net/certificate.h"
#include "net/client.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace net {
namespace {

namespace fs = std::filesystem;
using base::Duration;
using base::ErrorKind;
using base::os::Mode;
using base::os::Path;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration kDay{86'400'000};
const std::vector<std::string> kNames{"scanfleet.scanfleet-system.svc", "127.0.0.1", "::1"};

std::string read(const Path& file) { return *base::os::read_file(file, 1u << 20); }

class OwnIdentity : public testing::Test {
protected:
    std::unique_ptr<IdentityKeeper> open(const std::vector<std::string>& names = kNames) {
        auto keeper = IdentityKeeper::own(folder(), names, clock_.wall());
        if (!keeper) ADD_FAILURE() << keeper.error().message();
        return keeper ? std::move(*keeper) : nullptr;
    }
    Path folder() const { return folder_.path() / "tls"; }
    std::string server() const { return read(folder() / "server.pem"); }

    fakes::FakeClock clock_;
    base::os::TempFolder folder_ = *base::os::TempFolder::create("identity");
};

TEST_F(OwnIdentity, IsMadeForItsNamesWhereThereIsNone) {
    const auto keeper = open();
    const auto facts = read_certificate(server());
    ASSERT_TRUE(facts);
    EXPECT_THAT(facts->names, ElementsAre("127.0.0.1", "::1", "scanfleet.scanfleet-system.svc"));
    EXPECT_EQ(facts->expires, keeper->identity().expires);
    EXPECT_EQ(facts->expires, clock_.wall() + kCertificateLife);
    EXPECT_TRUE(check_issuer(server(), keeper->identity().ca_pem));
    EXPECT_EQ(read(folder() / "ca.crt"), keeper->identity().ca_pem);
    EXPECT_THAT(keeper->identity().ca_pem, testing::Not(HasSubstr("PRIVATE")));
}

TEST_F(OwnIdentity, LetsNobodyElseReadItsKeys) {
    open();
    for (const auto* name : {"authority.pem", "server.pem"}) {
        EXPECT_EQ(fs::status(folder() / name).permissions(),
                  fs::perms::owner_read | fs::perms::owner_write)
            << name;
    }
}

TEST_F(OwnIdentity, StaysTheSameAfterARestart) {
    const auto ca = open()->identity().ca_pem;
    const auto before = server();
    clock_.advance(kDay);
    EXPECT_EQ(open()->identity().ca_pem, ca);
    EXPECT_EQ(server(), before);
}

TEST_F(OwnIdentity, IsRenewedUnderTheSameAuthorityBeforeItEnds) {
    const auto keeper = open();
    const auto ca = keeper->identity().ca_pem;
    const auto before = server();
    clock_.advance(59 * kDay);
    EXPECT_EQ(keeper->refresh(clock_.wall()), false);
    clock_.advance(kDay);
    EXPECT_EQ(keeper->refresh(clock_.wall()), true);
    EXPECT_NE(server(), before);
    EXPECT_EQ(keeper->identity().ca_pem, ca);
    EXPECT_EQ(keeper->identity().expires, clock_.wall() + kCertificateLife);
    EXPECT_EQ(keeper->refresh(clock_.wall()), false);
}

TEST_F(OwnIdentity, IsMadeAnewForOtherNamesAndWhereItIsDamaged) {
    const auto ca = open()->identity().ca_pem;
    auto before = server();
    EXPECT_EQ(open({"other.example"})->identity().ca_pem, ca);
    EXPECT_NE(server(), before);
    ASSERT_TRUE(base::os::write_file(folder() / "server.pem", "rubbish", Mode::Private));
    open();
    EXPECT_TRUE(check_pair(server(), server()));
}

TEST_F(OwnIdentity, GetsANewAuthorityBeforeTheOldOneEnds) {
    const auto ca = open()->identity().ca_pem;
    clock_.advance(kAuthorityLife - kCertificateLife);
    const auto keeper = open();
    EXPECT_NE(keeper->identity().ca_pem, ca);
    EXPECT_TRUE(check_issuer(server(), keeper->identity().ca_pem));
}

TEST_F(OwnIdentity, NeverReplacesADamagedAuthorityUnasked) {
    open();
    ASSERT_TRUE(base::os::write_file(folder() / "authority.pem", "rubbish", Mode::Private));
    const auto keeper = IdentityKeeper::own(folder(), kNames, clock_.wall());
    ASSERT_FALSE(keeper);
    EXPECT_EQ(keeper.error().kind(), ErrorKind::Invalid);
    EXPECT_THAT(keeper.error().message(), HasSubstr("delete it"));
}

TEST_F(OwnIdentity, NeedsNamesThatAreNames) {
    const std::vector<std::vector<std::string>> bad{
        {}, {""}, {"a b"}, {"a,DNS:b"}, {"*.example"}, {"a..b"}, {"1.2.3.4/8"}};
    for (const auto& names : bad) {
        const auto keeper = IdentityKeeper::own(folder(), names, clock_.wall());
        ASSERT_FALSE(keeper) << testing::PrintToString(names);
        EXPECT_EQ(keeper.error().kind(), ErrorKind::Invalid);
    }
}

class MountedIdentity : public testing::Test {
protected:
    void SetUp() override { give(authority_, {"gate.example"}); }
    void write(const char* name, std::string_view text) {
        ASSERT_TRUE(base::os::write_file(folder_.path() / name, text));
    }
    // As a Secret of kubernetes.io/tls is mounted.
    void give(const std::string& authority, const std::vector<std::string>& names) {
        const auto pair = make_server_pair(authority, names, clock_.wall());
        ASSERT_TRUE(pair) << pair.error().message();
        write("tls.crt", *certificate_of(*pair));
        write("tls.key", *pair);
        write("ca.crt", *certificate_of(authority));
    }
    auto open() { return IdentityKeeper::mounted(folder_.path(), clock_.wall()); }

    fakes::FakeClock clock_;
    base::os::TempFolder folder_ = *base::os::TempFolder::create("mounted");
    std::string authority_ = *make_authority(clock_.wall());
};

TEST_F(MountedIdentity, IsTakenAsItIs) {
    const auto keeper = open();
    ASSERT_TRUE(keeper) << keeper.error().message();
    EXPECT_EQ((*keeper)->identity().certificate_file, (folder_.path() / "tls.crt").string());
    EXPECT_EQ((*keeper)->identity().ca_pem, *certificate_of(authority_));
    EXPECT_EQ((*keeper)->identity().expires, clock_.wall() + kCertificateLife);
    EXPECT_EQ((*keeper)->refresh(clock_.wall()), false);
}

TEST_F(MountedIdentity, IsReadAgainWhenItChanges) {
    const auto keeper = *open();
    clock_.advance(kDay);
    give(authority_, {"gate.example"});
    EXPECT_EQ(keeper->refresh(clock_.wall()), true);
    EXPECT_EQ(keeper->identity().expires, clock_.wall() + kCertificateLife);
    EXPECT_EQ(keeper->refresh(clock_.wall()), false);
}

TEST_F(MountedIdentity, StaysAsItWasWhenTheNewOneIsBad) {
    const auto keeper = *open();
    const auto before = keeper->identity();
    write("tls.key", *make_authority(clock_.wall()));
    const auto changed = keeper->refresh(clock_.wall());
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().message(), HasSubstr("not that of the certificate"));
    EXPECT_EQ(keeper->identity().expires, before.expires);
    give(authority_, {"gate.example"});
    EXPECT_EQ(keeper->refresh(clock_.wall()), true);
}

TEST_F(MountedIdentity, MayComeWithoutItsAuthority) {
    fs::remove(folder_.path() / "ca.crt");
    EXPECT_EQ((*open())->identity().ca_pem, "");
}

TEST_F(MountedIdentity, IsRefusedWhenMissingOrExpired) {
    clock_.advance(kCertificateLife);
    const auto expired = open();
    ASSERT_FALSE(expired);
    EXPECT_THAT(expired.error().message(), HasSubstr("expired"));
    fs::remove(folder_.path() / "tls.crt");
    const auto missing = open();
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
    EXPECT_THAT(missing.error().message(), HasSubstr("tls.crt"));
}

// A gate and a client that trusts `ca_pem` only, by the real clock: TLS asks nobody else.
class ServedIdentity : public testing::Test {
protected:
    Response get(const std::string& ca_pem, int port) {
        ClientOptions options;
        options.tls.ca_pem = ca_pem;
        const auto client = *Client::create(options, base::os::system_clock());
        return client->fetch({.url = "https://127.0.0.1:" + std::to_string(port) + "/x"});
    }
    base::Instant now() const { return base::os::system_clock().wall(); }

    base::os::TempFolder folder_ = *base::os::TempFolder::create("served");
};

TEST_F(ServedIdentity, IsTrustedByWhoTrustsItsAuthorityOnly) {
    const auto keeper = *IdentityKeeper::own(folder_.path() / "a", {"127.0.0.1"}, now());
    const auto stranger = *make_authority(now());
    const auto gate = start_gate(echo_all, {.certificate_file = keeper->identity().certificate_file,
                                            .key_file = keeper->identity().key_file});
    EXPECT_EQ(get(keeper->identity().ca_pem, gate->port()).body, "GET /x ");
    EXPECT_EQ(get(*certificate_of(stranger), gate->port()).failure, Failure::Tls);
}

TEST_F(ServedIdentity, CountsByItsNamesOnly) {
    const auto keeper = *IdentityKeeper::own(folder_.path() / "a", {"127.0.0.2"}, now());
    const auto gate = start_gate(echo_all, {.certificate_file = keeper->identity().certificate_file,
                                            .key_file = keeper->identity().key_file});
    EXPECT_EQ(get(keeper->identity().ca_pem, gate->port()).failure, Failure::Tls);
}

TEST_F(ServedIdentity, ChangesWithoutARestartOfTheGate) {
    const auto path = folder_.path();
    const auto put = [&](const std::string& pair) {
        ASSERT_TRUE(base::os::write_file(path / "pair.pem", pair, Mode::Private));
    };
    const auto old_ca = *make_authority(now());
    const auto new_ca = *make_authority(now());
    put(*make_server_pair(old_ca, {"127.0.0.1"}, now()));
    const auto file = (path / "pair.pem").string();
    const auto gate = start_gate(echo_all, {.certificate_file = file, .key_file = file});
    EXPECT_TRUE(get(*certificate_of(old_ca), gate->port()).is_2xx());
    put("rubbish");
    EXPECT_FALSE(gate->reload_certificate());
    EXPECT_TRUE(get(*certificate_of(old_ca), gate->port()).is_2xx());
    put(*make_server_pair(new_ca, {"127.0.0.1"}, now()));
    EXPECT_TRUE(gate->reload_certificate());
    EXPECT_TRUE(get(*certificate_of(new_ca), gate->port()).is_2xx());
    EXPECT_EQ(get(*certificate_of(old_ca), gate->port()).failure, Failure::Tls);
}

}  // namespace
}  // namespace net
