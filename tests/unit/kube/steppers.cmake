sf_test(NAME kube_steppers_test
    SOURCES
        cache_test.cc
        event_recorder_test.cc
        leader_test.cc
        pod_record_test.cc
        pod_test.cc
        watch_event_test.cc
        watcher_list_test.cc
        watcher_property_test.cc
        watcher_test.cc
    DEPS kube_steppers
    LINKS rapidcheck fmt::fmt
    LABELS unit)
