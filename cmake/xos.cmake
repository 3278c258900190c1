# What every target of XOS has in common: the language, warnings, sanitizers, and the two functions
# with which a folder becomes a library (`xos_module`) and its tests a program (made along with it).

# "address,undefined" or "thread"; empty for none.
set(XOS_SANITIZE "" CACHE STRING "sanitizers to build with")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
if(XOS_SANITIZE MATCHES "address")
    set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")  # Twice as quick to build, and nearly as quick to run.
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 is wrong about std::variant and std::string_view as soon as it inlines or sanitizes;
    # clang looks as well.
    add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overread)
endif()
add_compile_options(-pthread)
find_package(Threads REQUIRED)

if(XOS_SANITIZE)
    add_compile_options(-fsanitize=${XOS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${XOS_SANITIZE})
    if(XOS_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-Wno-tsan)  # libstdc++'s headers use fences that gcc 12 warns about
    endif()
endif()

find_program(XOS_CCACHE ccache)
if(XOS_CCACHE)
    # What is cached serves every build folder, and files with precompiled headers as well.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
        ${XOS_CCACHE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fpch-preprocess)
    endif()
endif()
find_program(XOS_MOLD mold)
if(XOS_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

# Precompiled headers: one for libraries, one for tests, which are compiled as parts of programs.
# Only clang's reading of all files checks that each includes what it uses.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_library(xos_precompiled OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cc)
    target_precompile_headers(xos_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.h)
    add_executable(xos_precompiled_test EXCLUDE_FROM_ALL
                   ${CMAKE_CURRENT_LIST_DIR}/precompiled_test.cc)
    target_precompile_headers(xos_precompiled_test PRIVATE
                              ${CMAKE_CURRENT_LIST_DIR}/precompiled_test.h)
    target_link_libraries(xos_precompiled_test PRIVATE xos_test_main)
endif()

# xos_precompile(TARGET library|test)
function(xos_precompile target kind)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        return()
    endif()
    if(kind STREQUAL "test")
        target_precompile_headers(${target} REUSE_FROM xos_precompiled_test)
    else()
        target_precompile_headers(${target} REUSE_FROM xos_precompiled)
    endif()
endfunction()

# xos_module(NAME [DIR dir] [LINK libraries…] [TEST_LINK libraries…])
#
# Makes the library xos_NAME of every .cc in the current folder, and the program NAME_test of every
# _test.cc, which ctest runs. testing/*.cc become the library xos_NAME_testing, where there are any.
function(xos_module name)
    cmake_parse_arguments(ARG "" "" "LINK;TEST_LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cc)
    file(GLOB tests CONFIGURE_DEPENDS *_test.cc)
    file(GLOB benches CONFIGURE_DEPENDS *_bench.cc)
    file(GLOB fakes CONFIGURE_DEPENDS testing/*.cc)
    list(FILTER fakes EXCLUDE REGEX "test_main.cc$")
    if(tests)
        list(REMOVE_ITEM sources ${tests})
    endif()
    if(benches)
        list(REMOVE_ITEM sources ${benches})
    endif()

    if(sources)
        add_library(xos_${name} STATIC ${sources})
        target_include_directories(xos_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
        target_link_libraries(xos_${name} PUBLIC ${ARG_LINK} Threads::Threads)
        xos_precompile(xos_${name} library)
    else()
        add_library(xos_${name} INTERFACE)
        target_include_directories(xos_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
        target_link_libraries(xos_${name} INTERFACE ${ARG_LINK} Threads::Threads)
    endif()
    if(fakes)
        add_library(xos_${name}_testing STATIC ${fakes})
        target_link_libraries(xos_${name}_testing PUBLIC xos_${name})
        xos_precompile(xos_${name}_testing library)
        list(APPEND ARG_TEST_LINK xos_${name}_testing)
    endif()
    if(tests)
        add_executable(${name}_test ${tests})
        target_link_libraries(${name}_test PRIVATE xos_${name} ${ARG_TEST_LINK} xos_test_main)
        xos_precompile(${name}_test test)
        add_test(NAME ${name} COMMAND ${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 300)
    endif()
endfunction()

# xos_program(NAME SOURCE LINK libraries…): a main program in bin/.
function(xos_program name source)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()
