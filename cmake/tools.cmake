# Tools that make the build faster where the machine has them; none is required.

find_program(LANSYNC_CCACHE ccache)
if(LANSYNC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With precompiled headers it has to be told what it may overlook.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${LANSYNC_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# mold for the common compilers, else lld: linking dominates an incremental build of the tests.
find_program(LANSYNC_MOLD mold)
find_program(LANSYNC_LLD NAMES ld.lld-19 ld.lld)
if(LANSYNC_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LANSYNC_LLD AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  add_link_options(-fuse-ld=lld)
endif()

if(LANSYNC_SANITIZE)
  add_compile_options(-fsanitize=${LANSYNC_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LANSYNC_SANITIZE})
  # A fifth of the time a file takes, for nothing that AddressSanitizer would not see.
  if(LANSYNC_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize=object-size)
  endif()
endif()

# Checks of the standard library's own preconditions; cheap, and on in what we ship.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
find_package(Threads REQUIRED)
