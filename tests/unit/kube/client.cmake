sf_test(NAME kube_messages_test
    SOURCES api_error_test.cc request_test.cc
    DEPS kube_messages
    LINKS rapidcheck fmt::fmt)

sf_test(NAME kube_client_test
    SOURCES
        ../../fakes/raw_server.cc
        ../../fakes/tls_identity.cc
        ../../fakes/tls_server.cc
        connection_stream_test.cc
        connection_test.cc
        connection_tls_test.cc
        credentials_test.cc
        exec_plugin_test.cc
        in_cluster_test.cc
        kubeconfig_test.cc
        line_splitter_test.cc
        window_test.cc
    DEPS kube_client
    LINKS rapidcheck fmt::fmt OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
