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

# What an option may not be is refused with what it may be.
foreach(wrong "--threads;100000;1 to 1024" "--batch;-5;1 to 1000000" "--epochs;0;1 to 1000000"
              "--epochs;-1;1 to 1000000" "--lr;nan;above 0" "--lr;-1;above 0" "--seed;-1;0 to")
  list(GET wrong 0 option)
  list(GET wrong 1 value)
  list(GET wrong 2 range)
  expect(105 "${range}" ${BIN}/mnist --data ${DATA} ${option} ${value} --out ${OUT}/mnist)
endforeach()
# What cannot end well does not begin.
file(WRITE ${OUT}/file "")
file(MAKE_DIRECTORY ${OUT}/taken/mlp.safetensors)
expect(1 "--out: cannot make the folder" ${BIN}/mnist --data ${DATA} --out ${OUT}/file/below)
expect(1 "mlp.safetensors: Is a directory" ${BIN}/mnist --data ${DATA} --model mlp --out
       ${OUT}/taken)
file(COPY ${DATA}/ DESTINATION ${OUT}/labels)
execute_process(
  COMMAND sh -c "gzip -dc t10k-labels-idx1-ubyte.gz | tr '\\003' '\\014' > t10k-labels-idx1-ubyte"
  WORKING_DIRECTORY ${OUT}/labels)
expect(1 "test labels go up to 12" ${BIN}/mnist --data ${OUT}/labels --out ${OUT}/mnist)
expect(1 "test labels go up to 12" ${BIN}/optimization_lab order --data ${OUT}/labels --out
       ${OUT}/lab)
# What is lost is told at the end, and the model kept.
expect(1 "output could not be written" sh -c
       "${BIN}/mnist --data ${DATA} --epochs 1 --model mlp --out ${OUT}/full >/dev/full")
if(NOT EXISTS ${OUT}/full/mlp.safetensors)
  message(FATAL_ERROR "a full disk for what is printed has cost the model")
endif()
# No part of a path is a command, to gnuplot or its shell; two runs share a folder.
set(odd "${OUT}/odd\n!touch ${OUT}/touched\n'`touch ${OUT}/touched`$(touch ${OUT}/touched)")
set(once "'${BIN}/mnist' --data '${DATA}' --epochs 1 --model mlp --out \"$ODD\" >/dev/null")
execute_process(COMMAND ${CMAKE_COMMAND} -E env "ODD=${odd}" sh -c
                        "${once} & first=$!\n${once} && wait $first"
                RESULT_VARIABLE result)
# Of the run with a full disk, of the first one, and here; with nothing half-written.
execute_process(COMMAND sh -c "find . -type f -name 'mlp.safetensors' -printf x -o -name '.gradtape*' -printf y"
                WORKING_DIRECTORY ${OUT} OUTPUT_VARIABLE found)
if(NOT result EQUAL 0 OR EXISTS ${OUT}/touched OR NOT found STREQUAL "xxx")
  message(FATAL_ERROR "an odd --out: status ${result}, files ${found}")
endif()

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
# Another seed is another search, beside the first; one image leaves some pictures empty.
expect(0 "written to" ${lab} search ${small} --seed 2)
expect(0 "written to" ${lab} batch --data ${DATA} --images 1 --epochs 1 --seeds 1 --out ${OUT}/one)
expect(1 "--out: cannot make the folder" ${lab} parabola --out ${OUT}/file)
expect(1 "optimization_lab: MNIST" ${lab} all --data ${OUT}/nowhere --out ${OUT}/nothing)
if(EXISTS ${OUT}/nothing)
  message(FATAL_ERROR "all: without data it must not begin")
endif()
expect(105 "not in range 0 to" ${lab} order --seed -1)
expect(1 "there is no experiment \"paraboloid\"; there are all, parabola" ${lab} paraboloid)
expect(1 "optimization_lab: " ${lab} order --data ${OUT}/nowhere)
expect(105 "--seeds" ${lab} order --seeds 0)
expect(105 "1 to 1024" ${lab} order --parallel 100000)
file(MAKE_DIRECTORY ${OUT}/taken/order/experiment.json)
expect(1 "experiment.json: Is a directory" ${lab} order --data ${DATA} --out ${OUT}/taken)
