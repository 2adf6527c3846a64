# benchmarks/<name>.cpp is one source that includes <torch/torch.h>, built against gradtape and, where
# it is installed, against libtorch; the two libraries are never in one binary.
file(GLOB benchmark_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/benchmarks/*.cpp)
if(NOT benchmark_sources OR GRADTAPE_SANITIZE)
  return()
endif()

# By hand: Debian's Torch config file wants the compiled-in path of protobuf and more.
find_path(GRADTAPE_LIBTORCH_INCLUDE_DIR torch/torch.h PATH_SUFFIXES torch/csrc/api/include)
find_library(GRADTAPE_LIBTORCH_LIBRARY torch)
find_library(GRADTAPE_LIBTORCH_CPU_LIBRARY torch_cpu)
find_library(GRADTAPE_LIBC10_LIBRARY c10)
if(GRADTAPE_LIBTORCH_INCLUDE_DIR AND GRADTAPE_LIBTORCH_LIBRARY AND GRADTAPE_LIBTORCH_CPU_LIBRARY
   AND GRADTAPE_LIBC10_LIBRARY)
  option(GRADTAPE_BENCHMARK_LIBTORCH "Build the benchmarks against libtorch too" ON)
else()
  set(GRADTAPE_BENCHMARK_LIBTORCH OFF)
  message(STATUS "gradtape: libtorch not found (Debian: libtorch-dev): benchmarks without it")
endif()

add_custom_target(benchmarks)
foreach(source IN LISTS benchmark_sources)
  cmake_path(GET source STEM name)
  add_executable(bench_${name}_gradtape ${source})
  target_link_libraries(bench_${name}_gradtape PRIVATE gradtape::torch fmt::fmt)
  target_compile_definitions(bench_${name}_gradtape PRIVATE BENCH_GRADTAPE)
  gradtape_warnings(bench_${name}_gradtape)
  add_dependencies(benchmarks bench_${name}_gradtape)
  if(GRADTAPE_BENCHMARK_LIBTORCH)
    # 13-18 s and 1.1 GB per file: built on request (target benchmarks), not with everything.
    add_executable(bench_${name}_libtorch EXCLUDE_FROM_ALL ${source})
    target_compile_features(bench_${name}_libtorch PRIVATE cxx_std_20)
    target_include_directories(bench_${name}_libtorch SYSTEM
                               PRIVATE ${GRADTAPE_LIBTORCH_INCLUDE_DIR})
    target_link_libraries(
      bench_${name}_libtorch
      PRIVATE ${GRADTAPE_LIBTORCH_LIBRARY} ${GRADTAPE_LIBTORCH_CPU_LIBRARY}
              ${GRADTAPE_LIBC10_LIBRARY} fmt::fmt)
    add_dependencies(benchmarks bench_${name}_libtorch)
  endif()
endforeach()
