# What the library is made of. Used by this repository's build, and installed beside the package's
# config file, where a static gradtape needs the same libraries to link.

# Anything missing is an error here, and "gradtape not found" with the reason in a consumer.
macro(gradtape_require what found package)
  if(NOT ${found})
    set(gradtape_missing "${what} is missing (Debian: ${package})")
    if(CMAKE_FIND_PACKAGE_NAME STREQUAL "gradtape")
      set(gradtape_FOUND FALSE)
      set(gradtape_NOT_FOUND_MESSAGE "${gradtape_missing}")
      return()
    endif()
    message(FATAL_ERROR "gradtape: ${gradtape_missing}")
  endif()
endmacro()

# The project may have enabled C++ only; Threads and OpenMP are asked for by component.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  find_package(OpenMP QUIET COMPONENTS CXX)
  gradtape_require(OpenMP OpenMP_CXX_FOUND g++)
elseif(NOT TARGET OpenMP::OpenMP_CXX)
  # clang's libomp beside the libgomp of oneDNN and OpenBLAS would be two thread pools on the same
  # cores. clang therefore gets libgomp and its omp.h, and ignores the pragmas: enough to check the
  # code, never to time it.
  find_program(GRADTAPE_GXX NAMES g++)
  find_library(GRADTAPE_GOMP NAMES gomp libgomp.so.1)
  gradtape_require(g++ GRADTAPE_GXX g++)
  gradtape_require(libgomp GRADTAPE_GOMP libgomp1)
  execute_process(COMMAND ${GRADTAPE_GXX} -print-file-name=include/omp.h
                  OUTPUT_VARIABLE gradtape_omp_h OUTPUT_STRIP_TRAILING_WHITESPACE)
  file(READ "${gradtape_omp_h}" gradtape_omp_text)
  # An attribute with an argument, which only g++ knows.
  string(REPLACE "__malloc__ (omp_free)" "__malloc__" gradtape_omp_text "${gradtape_omp_text}")
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/gradtape_omp/omp.h" CONTENT "${gradtape_omp_text}" @ONLY)
  add_library(OpenMP::OpenMP_CXX INTERFACE IMPORTED)
  set_target_properties(
    OpenMP::OpenMP_CXX PROPERTIES INTERFACE_LINK_LIBRARIES "${GRADTAPE_GOMP}"
                                  INTERFACE_INCLUDE_DIRECTORIES "${CMAKE_BINARY_DIR}/gradtape_omp")
endif()

find_package(Threads QUIET)
gradtape_require(Threads Threads_FOUND libc6-dev)
find_package(fmt QUIET)
gradtape_require(fmt fmt_FOUND libfmt-dev)
find_package(ZLIB QUIET)
gradtape_require(zlib ZLIB_FOUND zlib1g-dev)

# oneDNN by hand: its own config file asks for the OpenCL headers, which a CPU build has no use for.
if(NOT TARGET gradtape_dnnl)
  find_path(GRADTAPE_DNNL_INCLUDE_DIR dnnl.hpp)
  find_library(GRADTAPE_DNNL_LIBRARY dnnl)
  if(GRADTAPE_DNNL_INCLUDE_DIR AND GRADTAPE_DNNL_LIBRARY)
    set(gradtape_dnnl_found TRUE)
  endif()
  gradtape_require(oneDNN gradtape_dnnl_found libdnnl-dev)
  add_library(gradtape_dnnl UNKNOWN IMPORTED)
  set_target_properties(
    gradtape_dnnl PROPERTIES IMPORTED_LOCATION "${GRADTAPE_DNNL_LIBRARY}"
                             INTERFACE_INCLUDE_DIRECTORIES "${GRADTAPE_DNNL_INCLUDE_DIR}")
endif()

# OpenBLAS's openmp build by its own folder: where the pthread build is installed too, Debian's
# alternatives make that one the plain libopenblas.so, and two thread pools share the cores.
if(NOT TARGET gradtape_openblas)
  file(GLOB gradtape_openblas_dirs /usr/lib/*/openblas-openmp)
  file(GLOB gradtape_openblas_include_dirs /usr/include/*/openblas-openmp)
  find_library(GRADTAPE_OPENBLAS_LIBRARY NAMES openblas libopenblas.so.0
               PATHS ${gradtape_openblas_dirs} NO_DEFAULT_PATH)
  find_path(GRADTAPE_OPENBLAS_INCLUDE_DIR cblas.h
            PATHS ${gradtape_openblas_include_dirs} NO_DEFAULT_PATH)
  if(NOT GRADTAPE_OPENBLAS_LIBRARY)
    find_library(GRADTAPE_OPENBLAS_LIBRARY NAMES openblaso openblas_openmp openblas)
    if(GRADTAPE_OPENBLAS_LIBRARY)
      message(WARNING "gradtape: OpenBLAS's openmp build is not installed (Debian: "
                      "libopenblas-openmp-dev); using ${GRADTAPE_OPENBLAS_LIBRARY}, which may "
                      "bring threads of its own and be slow")
    endif()
  endif()
  find_path(GRADTAPE_OPENBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas)
  if(GRADTAPE_OPENBLAS_LIBRARY AND GRADTAPE_OPENBLAS_INCLUDE_DIR)
    set(gradtape_openblas_found TRUE)
  endif()
  gradtape_require(OpenBLAS gradtape_openblas_found libopenblas-openmp-dev)
  add_library(gradtape_openblas UNKNOWN IMPORTED)
  set_target_properties(
    gradtape_openblas PROPERTIES IMPORTED_LOCATION "${GRADTAPE_OPENBLAS_LIBRARY}"
                                 INTERFACE_INCLUDE_DIRECTORIES "${GRADTAPE_OPENBLAS_INCLUDE_DIR}")
endif()

# Optional: without it the library reads and writes everything but PNG files.
find_package(PNG QUIET)
