# Needs no source outside lib/scan: merge, rules, outcome; the reports have their own files.
sf_test(NAME scan_output_test
    SOURCES
        clean_text_test.cc
        derive_test.cc
        finding_test.cc
        merge_record_test.cc
        merge_test.cc
        outcome_test.cc
        rules_test.cc
    DEPS scan base
    LINKS rapidcheck)
