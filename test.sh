#!/usr/bin/env bash
# Installs what is missing, then checks everything: the format, Release, and Debug with ASan and
# UBSan. One part alone: --format, --release or --asan.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/packages.sh

usage="usage: ./test.sh [--format] [--release] [--asan]"
parts=()
for argument in "$@"; do
  case $argument in
    --format | --release | --asan) parts+=("${argument#--}") ;;
    --help | -h) echo "$usage" && exit 0 ;;
    *) echo "$usage; got $argument" >&2 && exit 2 ;;
  esac
done
[[ ${#parts[@]} -gt 0 ]] || parts=(format release asan)

check_format() {
  local -a folders=()
  local folder
  for folder in include src models examples tests benchmarks; do
    [[ -d $folder ]] && folders+=("$folder")
  done
  find "${folders[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format --dry-run --Werror
}

# build_and_test PRESET
build_and_test() {
  local -a options=(-D GRADTAPE_WERROR=ON)
  if command -v ccache >/dev/null; then
    options+=(-D CMAKE_CXX_COMPILER_LAUNCHER=ccache)
    # What ccache needs to be told before it stores what was compiled with a precompiled header.
    export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  fi
  local jobs
  jobs=$(nproc)
  cmake --preset "$1" "${options[@]}" && cmake --build --preset "$1" -j "$jobs" &&
    ctest --preset "$1" -j "$jobs"
}

install_packages "${build_packages[@]}" "${test_packages[@]}"

summary=()
for part in "${parts[@]}"; do
  SECONDS=0
  echo "== $part"
  if [[ $part == format ]]; then check_format; else build_and_test "$part"; fi
  summary+=("$part $((SECONDS / 60)) min $((SECONDS % 60)) s")
done
printf 'passed: %s\n' "${summary[@]}"
