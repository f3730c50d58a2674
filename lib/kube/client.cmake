sf_library(NAME kube_messages LAYER 2
    SOURCES api_error.cc request.cc resource.cc
    DEPS base net_messages
    LINKS fmt::fmt)
