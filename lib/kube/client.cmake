sf_library(NAME kube_messages LAYER 2
    SOURCES api_error.cc request.cc resource.cc
    DEPS base net_messages
    LINKS fmt::fmt)

sf_library(NAME kube_client LAYER 3
    SOURCES
        call_stats.cc
        connection.cc
        credentials.cc
        endpoint.cc
        environment.cc
        exec_credential.cc
        exec_plugin.cc
        in_cluster.cc
        kubeconfig.cc
        kubeconfig_file.cc
        line_splitter.cc
        window.cc
    DEPS base base_os net_messages net_client kube_messages
    LINKS fmt::fmt)
