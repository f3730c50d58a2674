sf_library(NAME kube_steppers LAYER 3
    SOURCES
        cache.cc
        events.cc
        json_walk.cc
        leader.cc
        lease.cc
        pod.cc
        pod_record.cc
        text_pool.cc
        version.cc
        watch_event.cc
        watcher.cc
    DEPS base net_messages kube_messages
    LINKS fmt::fmt nlohmann_json::nlohmann_json simdjson::simdjson)
