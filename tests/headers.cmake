# Each public header compiles alone: one generated file for each, that includes it and nothing else.
# Of include/gradtape_torch, headers that only say #error are left out, and those that only forward to
# <torch/all.h> share one file.

function(gradtape_check_headers target root link)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${root} ${root}/${ARGN}*.h)
  set(sources)
  set(forwarders)
  foreach(header IN LISTS headers)
    file(STRINGS ${root}/${header} directives REGEX "^#(error|include)")
    if(directives MATCHES "^#error")
      continue()
    elseif(directives STREQUAL "#include <torch/all.h>")
      string(APPEND forwarders "#include <${header}>\n")
      continue()
    endif()
    string(REPLACE "/" "_" name ${header})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n")
    list(APPEND sources ${source})
  endforeach()
  if(forwarders)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/forwarders.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "${forwarders}")
    list(APPEND sources ${source})
  endif()
  add_library(${target} OBJECT ${sources})
  target_link_libraries(${target} PRIVATE ${link})
  target_compile_options(${target} PRIVATE -O0)
  gradtape_warnings(${target})
endfunction()

gradtape_check_headers(gradtape_headers ${PROJECT_SOURCE_DIR}/include gradtape gradtape/)
gradtape_check_headers(gradtape_torch_headers ${PROJECT_SOURCE_DIR}/include/gradtape_torch
                       gradtape_torch)

# A torch header that gradtape does not mirror must say so, else the compiler would find libtorch's.
file(GLOB refusing CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include/gradtape_torch
     ${PROJECT_SOURCE_DIR}/include/gradtape_torch/torch/*.h)
foreach(header IN LISTS refusing)
  file(STRINGS ${PROJECT_SOURCE_DIR}/include/gradtape_torch/${header} refuses REGEX "^#error"
       LIMIT_COUNT 1)
  if(NOT refuses)
    continue()
  endif()
  add_test(NAME refuses/${header}
           COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -x c++ -include ${header}
                   -I ${PROJECT_SOURCE_DIR}/include/gradtape_torch /dev/null)
  set_tests_properties(refuses/${header}
                       PROPERTIES PASS_REGULAR_EXPRESSION "<${header}> is not supported")
endforeach()

# What scripts write: torch/names.h from the declarations, the umbrellas from the folders, the picture of
# the house from the includes, of which none may point up.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_FOUND)
  foreach(script torch_names umbrellas house)
    add_test(NAME ${script} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/${script}.py
                                    --check)
  endforeach()
  # So does tests/golden/literal_overloads.inc, as calls.
  add_test(NAME literal_overloads
           COMMAND ${Python3_EXECUTABLE}
                   ${PROJECT_SOURCE_DIR}/tests/golden/literal_overloads.py --check)
else()
  message(STATUS "gradtape: Python not found: what scripts write is not compared with the headers")
endif()
