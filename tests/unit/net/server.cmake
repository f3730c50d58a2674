sf_test(NAME net_server_test
    SOURCES
        ../../fakes/raw_client.cc
        ../../fakes/raw_server.cc
        ../../fakes/tls_identity.cc
        gate_flood_test.cc
        gate_limits_test.cc
        gate_parts_test.cc
        gate_relay_test.cc
        gate_test.cc
        gate_tls_test.cc
        head_scanner_test.cc
        listener_test.cc
        server_identity_test.cc
    DEPS net_server net_client base_os
    LINKS rapidcheck fmt::fmt OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
