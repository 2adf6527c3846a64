# gradtape_warnings(target): the warnings every target of this repository is free of.
function(gradtape_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The one exception: xsimd's AVX-512 code reads registers that g++ 12 believes uninitialized.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized -Wno-uninitialized)
    if(GRADTAPE_SANITIZE)
      # Under UBSan g++ 12 also minds how its own AVX-512 header writes "undefined": __Y = __Y.
      target_compile_options(${target} PRIVATE -Wno-init-self)
    endif()
  else()
    # clang is given no OpenMP (see Dependencies.cmake) and must not mind the pragmas.
    target_compile_options(${target} PRIVATE -Wno-unknown-pragmas)
  endif()
  if(GRADTAPE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
