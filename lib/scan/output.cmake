# What comes out of a scan.
set(SCAN_OUTPUT_SOURCES
    clean_text.cc
    derive.cc
    finding.cc
    json_text.cc
    merge.cc
    merge_record.cc
    merge_text.cc
    outcome.cc
    rules.cc
    rules_api.cc
    rules_synthetic.cc)
