# No exported symbol of gradtape's own names a type of xtensor: such a type's mangled name changes with
# the SIMD flags, which a user's program does not share with the library.
execute_process(COMMAND ${NM} -C --defined-only --extern-only ${LIBRARY} OUTPUT_VARIABLE symbols
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [TDBR] [^\n]*gradtape::[^\n]*[^A-Za-z0-9_](xt|xtl|xsimd)::[^\n]*"
       bad "${symbols}")
if(bad)
  list(JOIN bad "\n" bad)
  message(FATAL_ERROR "${LIBRARY}: symbols must not name xtensor's types; got\n${bad}")
endif()
