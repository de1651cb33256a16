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
endfunction()

# lansync_test(NAME SOURCES file... [LINK target...])
#
# A Catch2 program of that name, its cases registered with ctest one by one.
function(lansync_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE
    LANSYNC_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CATCH_CONFIG_ENABLE_OPTIONAL_STRINGMAKER)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} deps::catch2 lansync_warnings)
  catch_discover_tests(${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST)
endfunction()
