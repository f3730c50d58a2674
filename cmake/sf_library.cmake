# sf_library(NAME base LAYER 0 SOURCES a.cc DEPS x y LINKS Foreign::target)
#
# Declares one library of ours. DEPS are our own libraries: each must sit on a strictly lower layer, or
# configuring fails with the edge that broke the rule. LINKS are foreign targets, private by default;
# PUBLIC_LINKS are for the few whose headers ours include.
function(sf_library)
    cmake_parse_arguments(SF "" "NAME;LAYER" "SOURCES;DEPS;LINKS;PUBLIC_LINKS" ${ARGN})
    if(SF_UNPARSED_ARGUMENTS OR NOT SF_NAME OR "${SF_LAYER}" STREQUAL "" OR NOT SF_SOURCES)
        message(FATAL_ERROR "sf_library(${SF_NAME}): wants NAME, LAYER and SOURCES; got also '${SF_UNPARSED_ARGUMENTS}'")
    endif()
    add_library(${SF_NAME} STATIC ${SF_SOURCES})
    set_target_properties(${SF_NAME} PROPERTIES SF_LAYER ${SF_LAYER} OUTPUT_NAME sf_${SF_NAME})
    target_link_libraries(${SF_NAME} PUBLIC sf_options ${SF_PUBLIC_LINKS} PRIVATE ${SF_LINKS})
    sf_link_lower(${SF_NAME} ${SF_LAYER} ${SF_DEPS})
endfunction()

# Links our own libraries to `target`, refusing any that does not sit strictly below `layer`.
function(sf_link_lower target layer)
    foreach(dep IN LISTS ARGN)
        if(NOT TARGET ${dep})
            message(FATAL_ERROR "${target} names ${dep}, which is not declared yet: "
                                "a lower layer must come first in CMakeLists.txt")
        endif()
        get_target_property(dep_layer ${dep} SF_LAYER)
        if(NOT dep_layer LESS layer)
            message(FATAL_ERROR "${target} (layer ${layer}) must not link ${dep} (layer ${dep_layer}): "
                                "a library links strictly lower layers (docs/ARCHITECTURE.md)")
        endif()
        target_link_libraries(${target} PUBLIC ${dep})
    endforeach()
endfunction()

# sf_app(NAME scanfleet SOURCES main.cc DEPS …): a program; it may link every layer below 7.
function(sf_app)
    cmake_parse_arguments(SF "" "NAME" "SOURCES;DEPS;LINKS" ${ARGN})
    add_executable(${SF_NAME} ${SF_SOURCES})
    target_link_libraries(${SF_NAME} PRIVATE sf_options ${SF_LINKS})
    sf_link_app(${SF_NAME} ${SF_DEPS})
    set_target_properties(${SF_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

function(sf_link_app target)
    foreach(dep IN LISTS ARGN)
        if(NOT TARGET ${dep})
            message(FATAL_ERROR "${target} names ${dep}, which is not declared")
        endif()
        target_link_libraries(${target} PRIVATE ${dep})
    endforeach()
endfunction()
