sf_test(NAME net_server_test
    SOURCES
        ../../fakes/raw_client.cc
        gate_test.cc
        head_scanner_test.cc
    DEPS net_server base_os
    LINKS rapidcheck fmt::fmt Threads::Threads)
