# What every target of ours compiles with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(sf_options INTERFACE)
# The two include roots: "scan/plan.h" and "operator/core/make_plan.h".
target_include_directories(sf_options INTERFACE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR})
target_compile_options(sf_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Werror)
target_compile_definitions(sf_options INTERFACE
    SF_VERSION="${PROJECT_VERSION}"
    _TURN_OFF_PLATFORM_STRING)  # cpprestsdk's U macro breaks fmt

find_program(SF_CCACHE ccache)
if(SF_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SF_CCACHE})
endif()
find_program(SF_MOLD mold)
if(SF_MOLD)
    target_link_options(sf_options INTERFACE -fuse-ld=mold)
endif()
