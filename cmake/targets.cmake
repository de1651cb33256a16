# How a library and a test of ours is declared, so that every folder does it alike.

add_library(lansync_warnings INTERFACE)
target_compile_options(lansync_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-field-initializers)
# GCC 12 reports these in the standard library's own inlined code at -O2.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(lansync_warnings INTERFACE
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-restrict -Wno-dangling-pointer)
  # It takes an unnamed namespace for a header's where several sources are compiled as one.
  if(LANSYNC_UNITY)
    target_compile_options(lansync_warnings INTERFACE -Wno-subobject-linkage)
  endif()
endif()

# lansync_library(NAME SOURCES file... [PUBLIC target...] [PRIVATE target...])
#
# A static library `lansync_NAME`, known as lansync::NAME. Third-party packages go into PRIVATE:
# a header of ours then cannot expose them to the layers above.
function(lansync_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(lansync_${name} STATIC ${ARG_SOURCES})
  add_library(lansync::${name} ALIAS lansync_${name})
  target_include_directories(lansync_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(lansync_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} lansync_warnings)
  set_target_properties(lansync_${name} PROPERTIES UNITY_BUILD ${LANSYNC_UNITY})
endfunction()

# How a test is compiled. Its code is not what is measured, and a sanitizer's -O1 takes twice the time;
# tests/precompiled.cc has parsed Catch2 and RapidCheck for all of them.
add_library(lansync_test_options INTERFACE)
target_compile_definitions(lansync_test_options INTERFACE
  LANSYNC_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CATCH_CONFIG_ENABLE_OPTIONAL_STRINGMAKER)
target_include_directories(lansync_test_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(lansync_test_options INTERFACE -O0)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # ccache needs it for what uses a precompiled header.
  target_compile_options(lansync_test_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()

# lansync_test(NAME [THREADS] SOURCES file... [LINK target...])
#
# A Catch2 program of that name, its cases registered with ctest one by one. THREADS says that more than
# one thread runs in it: such tests, and only these, are built under ThreadSanitizer (preset `tsan`).
function(lansync_test name)
  cmake_parse_arguments(ARG "THREADS" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE
    ${ARG_LINK} deps::catch2 lansync_warnings lansync_test_options)
  target_precompile_headers(${name} REUSE_FROM lansync_test_precompiled)
  if(LANSYNC_ONLY_THREADS AND NOT ARG_THREADS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL TRUE)
    return()
  endif()
  set(label unit)
  if(ARG_THREADS)
    set(label threads)
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${LANSYNC_TEST_PREFIX}${name}: "
    DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${label})
endfunction()

# lansync_fuzz(NAME SOURCE file [LINK target...])
#
# A file with LLVMFuzzerTestOneInput() and, beside it, the folder corpus/NAME. Under the preset `fuzz` it
# becomes the libFuzzer program fuzz_NAME; in every other build a test that gives it each file of the
# corpus, so that an input that once broke a decoder is tried for ever.
function(lansync_fuzz name)
  cmake_parse_arguments(ARG "" "SOURCE" "LINK" ${ARGN})
  if(LANSYNC_ONLY_THREADS)
    return()
  endif()
  add_executable(fuzz_${name} ${ARG_SOURCE})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_LINK} lansync_warnings)
  if(LANSYNC_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
  add_test(NAME "${LANSYNC_TEST_PREFIX}fuzz_${name}: survives its corpus"
    COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  set_tests_properties("${LANSYNC_TEST_PREFIX}fuzz_${name}: survives its corpus"
    PROPERTIES LABELS unit)
endfunction()
