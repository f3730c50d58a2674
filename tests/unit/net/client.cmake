sf_test(NAME net_messages_test
    SOURCES address_test.cc http_test.cc scope_test.cc url_test.cc
    DEPS net_messages
    LINKS rapidcheck fmt::fmt)

sf_test(NAME net_client_test
    SOURCES
        ../../fakes/raw_server.cc
        ../../fakes/tls_identity.cc
        ../../fakes/tls_server.cc
        client_bounds_test.cc
        client_h2_test.cc
        client_queue_test.cc
        client_redirect_test.cc
        client_scope_test.cc
        client_stream_test.cc
        client_test.cc
        client_tls_pem_test.cc
        client_tls_test.cc
        follow_up_test.cc
        rate_test.cc
        request_check_test.cc
    DEPS net_client base_os
    LINKS rapidcheck fmt::fmt ZLIB::ZLIB OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
