sf_test(NAME scan_input_test
    SOURCES
        commit_test.cc
        formats_test.cc
        job_errors_test.cc
        job_round_trip_test.cc
        job_test.cc
        packing_property_test.cc
        packing_test.cc
        plan_document_test.cc
        segment_test.cc
        stream_cut_test.cc
        stream_finding_test.cc
        stream_read_test.cc
        stream_write_test.cc
        synthetic_test.cc
        words_test.cc
    DEPS scan
    LINKS rapidcheck fmt::fmt simdjson::simdjson
    LABELS unit)

# The Kubernetes resource that is made from the same descriptions.
sf_test(NAME scan_crd_test
    SOURCES
        crd_golden_test.cc
        crd_model_test.cc
        schema_format_test.cc
        status_test.cc
    DEPS scan
    LINKS rapidcheck fmt::fmt PkgConfig::RE2
    LABELS unit)
