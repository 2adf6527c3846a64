# The examples as their user starts them, on the digits that the repository carries.

# expect(STATUS TEXT COMMAND...): the command ends with this status and says this.
function(expect status text)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(FIND "${output}" "${text}" found)
  if(NOT result EQUAL status OR found EQUAL -1)
    message(FATAL_ERROR "${ARGN}: status ${result}, not ${status} with \"${text}\":\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${OUT})

expect(0 "test accuracy" ${BIN}/mnist --data ${DATA} --epochs 1 --model mlp --out ${OUT}/mnist)
expect(1 "mnist: " ${BIN}/mnist --data ${OUT}/nowhere --out ${OUT}/mnist)

set(lab ${BIN}/optimization_lab)
set(small --data ${DATA} --images 300 --epochs 1 --seeds 1 --out ${OUT}/lab)
expect(0 "report/index.html" ${lab} all ${small})
file(GLOB curves ${OUT}/lab/*/*.csv)
file(GLOB partial ${OUT}/lab/*/*.part)
list(LENGTH curves count)
if(count LESS 25 OR partial OR NOT EXISTS ${OUT}/lab/report/index.html)
  message(FATAL_ERROR "the laboratory left ${count} tables and ${partial}")
endif()
# The same seed, the same numbers.
file(SHA256 ${OUT}/lab/order/orders.csv before)
expect(0 "written to" ${lab} order ${small})
file(SHA256 ${OUT}/lab/order/orders.csv after)
if(NOT before STREQUAL after)
  message(FATAL_ERROR "order: the second run differs from the first")
endif()
expect(1 "there is no experiment \"paraboloid\"; there are all, parabola" ${lab} paraboloid)
expect(1 "optimization_lab: " ${lab} order --data ${OUT}/nowhere)
expect(105 "--seeds" ${lab} order --seeds 0)
