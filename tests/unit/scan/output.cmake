# Needs no source outside lib/scan: merge, rules, outcome, reports.
sf_test(NAME scan_output_test
    SOURCES
        ../../fakes/report_fixture.cc
        clean_text_test.cc
        derive_test.cc
        finding_test.cc
        merge_record_test.cc
        merge_test.cc
        outcome_test.cc
        report_bounds_test.cc
        report_content_test.cc
        report_golden_test.cc
        rules_test.cc
    DEPS scan base
    LINKS rapidcheck fmt::fmt)

# The golden reports, looked at by somebody else's validators. 77: the validator is not installed.
set(golden ${PROJECT_SOURCE_DIR}/tests/golden/report)
foreach(name IN ITEMS hostile nothing shop)
    list(APPEND golden_sarif ${golden}/${name}.sarif)
    list(APPEND golden_html ${golden}/${name}.html)
    list(APPEND golden_junit ${golden}/${name}.junit.xml)
endforeach()
if(DEFINED ENV{SCANFLEET_TEST_DATA})
    set(test_data $ENV{SCANFLEET_TEST_DATA})
else()
    set(test_data ${PROJECT_SOURCE_DIR}/../shared/data)
endif()
add_test(NAME golden_sarif_is_valid
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tests/golden/validate_sarif.py
        ${test_data}/sarif-schema/sarif-schema-2.1.0.json ${golden_sarif})
add_test(NAME golden_html_runs_in_chromium
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tests/browser/report_console.py ${golden_html})
set_tests_properties(golden_sarif_is_valid golden_html_runs_in_chromium PROPERTIES
    SKIP_RETURN_CODE 77 TIMEOUT 120)
find_program(SF_XMLLINT xmllint)
if(SF_XMLLINT)
    add_test(NAME golden_junit_is_xml COMMAND ${SF_XMLLINT} --noout ${golden_junit})
endif()
