sf_test(NAME kube_messages_test
    SOURCES api_error_test.cc request_test.cc
    DEPS kube_messages
    LINKS rapidcheck fmt::fmt)
