# examples/<name>/main.cpp (with its other sources) or examples/<name>.cpp -> bin/<name>.
file(GLOB example_mains CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*/main.cpp
     ${PROJECT_SOURCE_DIR}/examples/*.cpp)
if(NOT example_mains)
  return()
endif()
find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
  message(STATUS "gradtape: CLI11 not found (Debian: libcli11-dev): no examples")
  return()
endif()

# What several examples use: #include "examples/common/progress.h".
file(GLOB example_common CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/common/*.cpp)
add_library(example_common STATIC ${example_common})
target_compile_features(example_common PUBLIC cxx_std_20)
target_include_directories(example_common PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(example_common PUBLIC fmt::fmt PRIVATE gradtape)
target_compile_definitions(example_common PRIVATE GRADTAPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
gradtape_warnings(example_common)

foreach(main IN LISTS example_mains)
  cmake_path(GET main STEM name)
  set(sources ${main})
  if(name STREQUAL "main")
    cmake_path(GET main PARENT_PATH folder)
    cmake_path(GET folder FILENAME name)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  endif()
  add_executable(example_${name} ${sources})
  set_target_properties(example_${name} PROPERTIES OUTPUT_NAME ${name})
  target_link_libraries(example_${name} PRIVATE example_common gradtape gradtape_models CLI11::CLI11
                                                fmt::fmt nlohmann_json::nlohmann_json)
  gradtape_warnings(example_${name})
endforeach()

if(GRADTAPE_BUILD_TESTS AND CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT GRADTAPE_SANITIZE)
  add_test(NAME examples COMMAND ${CMAKE_COMMAND} -D BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
                                 -D DATA=${PROJECT_SOURCE_DIR}/examples/data/digits
                                 -D OUT=${PROJECT_BINARY_DIR}/examples_out
                                 -P ${PROJECT_SOURCE_DIR}/tests/examples.cmake)
  set_tests_properties(examples PROPERTIES TIMEOUT 600)
endif()
